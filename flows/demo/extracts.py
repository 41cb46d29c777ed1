"""The evaluation, leadership and payroll extracts of one year, in the canonical columns and in district order."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.demo.cells import constant, numbers, pick, staff_ids, texts
from flows.demo.dice import Floats
from flows.demo.events import EventRows
from flows.demo.funds import FUNDS
from flows.demo.history import Year
from flows.demo.pay import Lines
from flows.demo.posts import Posts
from flows.demo.ratings import STATUSES, rating_systems, slice_of
from flows.demo.staff import day_of


def evaluation(year: Year, posts: Posts) -> pl.DataFrame:
    """One row per teacher of the district."""
    state, staff, rated = year.state, year.staff, year.rated
    at = np.flatnonzero(staff.teaching)
    lea, person = staff.seats.lea[at], staff.person[at]
    label, system, potential = (np.full(len(at), None, dtype=object) for _ in range(3))
    for index in np.unique(lea).tolist():
        here = slice_of(lea, index)
        name = state.rating_system(index)
        labels = rating_systems(staff.year)[name].labels
        system[here] = name
        label[here] = np.array([*labels, None], dtype=object)[rated.level[at][here]]
        if state.bundle(index).potential_rating:
            potential[here] = state.dice.whole("potential", 0, 4, person[here])
    score: Floats = np.where(rated.level[at] >= 0, np.floor(400.5 - 300.0 * rated.standing[at]), np.nan)
    day = day_of(np.array([staff.year]), ["04-15"])[0] + state.dice.whole("rated on", 0, 40, person, staff.year)
    below = 0.3 + state.dice.uniform("lowest", person, staff.year)
    lowest = np.floor(100.0 * np.maximum(rated.observation[at] - below, 1.0)) / 100.0
    return pl.DataFrame(
        {
            "lea": lea,
            "staff_id": staff_ids(state, person),
            "rating_system": texts(system),
            "rating_level": texts(label),
            "rating_score": numbers(score),
            "status": pick(STATUSES, rated.status[at]),
            "school_id": pl.Series(staff.schools.school_id).gather(staff.seats.school[at]),
            "evaluator_staff_id": staff_ids(state, posts.evaluator[at]),
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
                "lea": staff.seats.lea[row.seat],
                "staff_id": staff_ids(state, staff.person[row.seat]),
                "event_date": row.date.astype("datetime64[D]"),
                "event_type": constant(row.type, len(row.seat)),
                "event_code": constant(row.code, len(row.seat)),
                "outcome": pick(row.outcome, row.outcome_at),
                "by_staff_id": staff_ids(state, row.by),
                "counterpart_staff_id": staff_ids(state, row.counterpart),
                "role_code": pick(role_codes, staff.role[row.seat] if row.role else np.full(len(row.seat), -1)),
                "quantity": numbers(row.quantity),
                "valid_until": row.valid_until.astype("datetime64[D]"),
                "score_before": numbers(row.before),
                "score_after": numbers(row.after),
                "school_id": pl.Series(staff.schools.school_id).gather(staff.seats.school[row.seat]),
            }
        )
        parts.append(part)
    return pl.concat(parts).sort("lea", "event_date", "staff_id", "event_type", maintain_order=True)


def payroll(year: Year, lines: list[Lines]) -> pl.DataFrame:
    """One row per line, in the order of the lines within the district."""
    staff = year.staff
    seat = np.concatenate([line.seat for line in lines])
    lea = staff.seats.lea[seat]
    order = np.argsort((lea - staff.seats.lea.min()).astype(np.int16), kind="stable")
    seat = seat[order]
    code = np.repeat(np.arange(len(lines)), [len(line.seat) for line in lines])[order]
    return pl.DataFrame(
        {
            "lea": lea[order],
            "staff_id": staff_ids(year.state, staff.person).gather(seat),
            "pay_date": np.concatenate([line.date for line in lines])[order].astype("datetime64[D]"),
            "pay_code": pl.Series([line.code for line in lines]).gather(code),
            "fund_code": pl.Series([fund.code for fund in FUNDS]).gather(
                np.concatenate([line.fund for line in lines])[order]
            ),
            "amount": np.concatenate([line.cents for line in lines])[order] / 100,
            "hours": numbers(np.concatenate([line.hours for line in lines])[order]),
            "school_id": pl.Series(staff.schools.school_id).gather(staff.seats.school[seat]),
        }
    )
