"""The evaluation, leadership and payroll extracts of one year, in the canonical columns and in district order."""

from __future__ import annotations

import numpy as np
import polars as pl

from rung.demo.cell_values import constant, numbers, pick, staff_ids, texts
from rung.demo.counter_rng import Floats
from rung.demo.events import EventRows
from rung.demo.funds import FUNDS
from rung.demo.history import Year
from rung.demo.pay import Lines
from rung.demo.ratings import STATUSES, rating_systems, slice_of
from rung.demo.staff import day_of
from rung.demo.supervision import Supervision


def evaluation(year: Year, supervision: Supervision) -> pl.DataFrame:
    """One row per teacher of the district."""
    state, staff, rated = year.state, year.staff, year.rated
    at = np.flatnonzero(staff.teaching)
    lea, person = staff.positions.lea[at], staff.person[at]
    label, system, potential = (np.full(len(at), None, dtype=object) for _ in range(3))
    for index in np.unique(lea).tolist():
        here = slice_of(lea, index)
        name = state.rating_system(index)
        labels = rating_systems(staff.year)[name].labels
        system[here] = name
        label[here] = np.array([*labels, None], dtype=object)[rated.level[at][here]]
        if state.bundle(index).potential_rating:
            potential[here] = state.rng.whole("potential", 0, 4, person[here])
    score: Floats = np.where(rated.level[at] >= 0, np.floor(400.5 - 300.0 * rated.standing[at]), np.nan)
    day = day_of(np.array([staff.year]), ["04-15"])[0] + state.rng.whole("rated on", 0, 40, person, staff.year)
    below = 0.3 + state.rng.uniform("lowest", person, staff.year)
    lowest = np.floor(100.0 * np.maximum(rated.observation[at] - below, 1.0)) / 100.0
    return pl.DataFrame(
        {
            "lea": lea,
            "staff_id": staff_ids(state, person),
            "rating_system": texts(system),
            "rating_level": texts(label),
            "rating_score": numbers(score),
            "status": pick(STATUSES, rated.status[at]),
            "school_id": pl.Series(staff.schools.school_id).gather(staff.positions.school[at]),
            "evaluator_staff_id": staff_ids(state, supervision.evaluator[at]),
            "evaluation_date": day.astype("datetime64[D]"),
            "potential_rating": pl.Series(potential.tolist(), dtype=pl.Int64),
            "observation_average": numbers(rated.observation[at]),
            "minimum_dimension_score": numbers(lowest),
            "growth_percent": numbers(rated.growth[at]),
            "growth_index": numbers(np.round((rated.growth[at] - 50.0) / 10.0, 2)),
        }
    )


def leadership(year: Year, rows: list[EventRows]) -> pl.DataFrame:
    """One row per event, by date within the district."""
    state, staff = year.state, year.staff
    role_codes = [role.code for _, role in staff.roles]
    parts = []
    for row in rows:
        part = pl.DataFrame(
            {
                "lea": staff.positions.lea[row.position],
                "staff_id": staff_ids(state, staff.person[row.position]),
                "event_date": row.date.astype("datetime64[D]"),
                "event_type": constant(row.type, len(row.position)),
                "event_code": constant(row.code, len(row.position)),
                "outcome": pick(row.outcome, row.outcome_at),
                "by_staff_id": staff_ids(state, row.by),
                "counterpart_staff_id": staff_ids(state, row.counterpart),
                "role_code": pick(role_codes, staff.role[row.position] if row.role else np.full(len(row.position), -1)),
                "quantity": numbers(row.quantity),
                "valid_until": row.valid_until.astype("datetime64[D]"),
                "score_before": numbers(row.before),
                "score_after": numbers(row.after),
                "school_id": pl.Series(staff.schools.school_id).gather(staff.positions.school[row.position]),
            }
        )
        parts.append(part)
    return pl.concat(parts).sort("lea", "event_date", "staff_id", "event_type", maintain_order=True)


def payroll(year: Year, lines: list[Lines]) -> pl.DataFrame:
    """One row per line, in the order of the lines within the district."""
    staff = year.staff
    position = np.concatenate([line.position for line in lines])
    lea = staff.positions.lea[position]
    order = np.argsort((lea - staff.positions.lea.min()).astype(np.int16), kind="stable")
    position = position[order]
    code = np.repeat(np.arange(len(lines)), [len(line.position) for line in lines])[order]
    return pl.DataFrame(
        {
            "lea": lea[order],
            "staff_id": staff_ids(year.state, staff.person).gather(position),
            "pay_date": np.concatenate([line.date for line in lines])[order].astype("datetime64[D]"),
            "pay_code": pl.Series([line.code for line in lines]).gather(code),
            "fund_code": pl.Series([fund.code for fund in FUNDS]).gather(
                np.concatenate([line.fund for line in lines])[order]
            ),
            "amount": np.concatenate([line.cents for line in lines])[order] / 100,
            "hours": numbers(np.concatenate([line.hours for line in lines])[order]),
            "school_id": pl.Series(staff.schools.school_id).gather(staff.positions.school[position]),
        }
    )
