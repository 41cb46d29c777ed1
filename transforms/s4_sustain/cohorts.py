"""From tall frames to cohorts and back: every LEA's program through every scenario (M16).

Frames are turned into plain columns once; what follows works on arrays, one LEA's program at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from contracts.keys import LEA_PROGRAM
from contracts.policy.parameters import MetricParameters
from transforms.s4_sustain.cohort import Cohort, Draws, Floats, Path, project

AMOUNTS = ("expected", "p10", "p50", "p90")
Row = dict[str, Any]
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Part:
    """Rows of one kind as columns, and where each LEA's program has its own."""

    columns: Columns
    places: dict[tuple[str, str], slice]

    def of(self, key: tuple[str, str]) -> Columns:
        """The columns of one LEA's program; empty where it has no rows."""
        place = self.places.get(key, slice(0, 0))
        return {name: values[place] for name, values in self.columns.items()}


@dataclass(frozen=True)
class Run:
    """One cohort under one scenario; without a path only year 0 can be told, and `later_status` says why."""

    scalar: Row
    scenario: str
    path: Path | None
    later_status: str


def project_all(frame: pl.DataFrame, parameters: MetricParameters, schema: dict[str, Any]) -> pl.DataFrame:
    """Every cohort under every scenario. `frame`: the parts scalar, start and move of `projection.cost_paths`."""
    scalars, starts, moves = (_part(frame, name) for name in ("scalar", "start", "move"))
    made: list[Run] = []
    for key in scalars.places:
        scalar = {name: values[0] for name, values in scalars.of(key).items()}
        made += _runs(scalar, starts.of(key), moves.of(key), parameters)
    return _frame(made, parameters.projection.years, schema)


def _part(frame: pl.DataFrame, name: str) -> Part:
    """Rows of one kind, sorted, so that nothing depends on the order in which the engine made them."""
    rows = frame.filter(pl.col("part") == name).sort(*LEA_PROGRAM, "from_state", "to_state", nulls_last=True)
    columns = {column: rows[column].to_list() for column in rows.columns}
    places: dict[tuple[str, str], slice] = {}
    for place, key in enumerate(zip(columns["lea_id"], columns["program_id"], strict=True)):
        places[key] = slice(places[key].start if key in places else place, place + 1)
    return Part(columns, places)


def _runs(scalar: Row, starts: Columns, moves: Columns, parameters: MetricParameters) -> list[Run]:
    """One LEA's program under every scenario; scenarios that differ only in revenue share one simulation."""
    settings = parameters.projection
    known, has_past = scalar["cost_status"] == "ok", scalar["first_year"] < scalar["base_year"]
    cohort = make_cohort(scalar, starts, moves, settings.prior_persons) if known and has_past else None
    done: dict[tuple[float | None, float, float], Path] = {}
    drawn: Draws = {}
    runs = []
    for name in settings.scenarios:
        scenario = settings.scenario(name)
        if cohort is None or scenario is None:
            later = scalar["cost_status"] if not known else "not_configured" if scenario is None else "not_enough_data"
            runs.append(Run(scalar, name, None, later))
            continue
        config = (scenario.cola, scenario.attrition_factor, scenario.designation_growth)
        if config not in done:
            done[config] = project(cohort, scenario, settings, drawn)
        runs.append(Run(scalar, name, done[config], "ok"))
    return runs


def _frame(made: list[Run], years: int, schema: dict[str, Any]) -> pl.DataFrame:
    """One row per cohort, scenario and year 0 .. years; year 0 is the actual year even where no later one is told."""
    span = years + 1

    def values_of(path_values: str, actual: str) -> list[Any]:
        found = [(run, getattr(run.path, path_values) if run.path else None) for run in made]
        return [
            value
            for run, values in found
            for value in (values if values is not None else [run.scalar[actual], *[None] * years])
        ]

    columns: Columns = {
        "lea_id": [run.scalar["lea_id"] for run in made for _ in range(span)],
        "program_id": [run.scalar["program_id"] for run in made for _ in range(span)],
        "scenario": [run.scenario for run in made for _ in range(span)],
        "future_year": [run.scalar["base_year"] + year for run in made for year in range(span)],
        "cost_status": [status for run in made for status in (run.scalar["cost_status"], *[run.later_status] * years)],
        "persons": values_of("leaders", "leaders"),
        **{amount: values_of(amount, "cost") for amount in AMOUNTS},
    }
    return pl.DataFrame(columns, schema_overrides=schema).select(list(schema))


def make_cohort(scalar: Row, starts: Columns, moves: Columns, prior: float) -> Cohort:
    """The cohort's arrays. A state that nobody is in today has the mean leader's pay; `fixed` is the rest."""
    named = sorted({*starts["to_state"], *moves["to_state"], *moves["from_state"]} - {None})
    place = {state: index for index, state in enumerate(named)}
    size = len(named)
    persons, pay, leaders = (_vector(starts["to_state"], starts[name], place) for name in ("count", "pay", "leaders"))
    coming = [before is None for before in moves["from_state"]]
    arrivals = [count if first else None for count, first in zip(moves["count"], coming, strict=True)]
    entries = _vector(moves["to_state"], arrivals, place) / (scalar["base_year"] - scalar["first_year"])
    leading = np.zeros(size)
    for state, leads in zip(moves["to_state"], moves["leads"], strict=True):
        if state is not None:
            leading[place[state]] = bool(leads)
    is_leader = np.divide(leaders, persons, out=leading, where=persons > 0)
    heads, load = float(leaders.sum()), 1 + float(scalar["marginal_load"])
    release = float(scalar["release_dollars"] or 0.0) / heads if heads else 0.0
    mean = float(pay.sum()) * load / heads if heads else 0.0
    unit = np.divide(pay * load + release * leaders, persons, out=(mean + release) * is_leader, where=persons > 0)
    own, wide = _moves(moves, place)
    return Cohort(
        name=f"{scalar['lea_id']}:{scalar['program_id']}",
        persons=persons,
        entries=entries,
        moves=_rates(own, wide, prior),
        unit=unit,
        fixed=float(scalar["cost"]) - float(persons @ unit),
        scheduled=float(scalar["schedule_cents"]) / 100 * load,
        is_leader=is_leader,
        step_now=float(scalar["step_now"] or 0.0),
        step_entry=float(scalar["step_entry"] or 0.0),
        step_growth=float(scalar["step_growth"] or 0.0),
        step_last=float(scalar["step_last"] or 0.0),
    )


def _vector(states: list[str | None], values: list[float | None], place: dict[str, int]) -> Floats:
    """The sum of values by state, 0 where no row says."""
    vector = np.zeros(len(place))
    for state, value in zip(states, values, strict=True):
        if state is not None and value is not None:
            vector[place[state]] += value
    return vector


def _moves(moves: Columns, place: dict[str, int]) -> tuple[Floats, Floats]:
    """[states, states + 1] of the LEA's counts and of the whole state's; a null end is the last column, exit."""
    own, wide = np.zeros((len(place), len(place) + 1)), np.zeros((len(place), len(place) + 1))
    for before, after, count, everywhere in zip(
        moves["from_state"], moves["to_state"], moves["count"], moves["state_count"], strict=True
    ):
        if before is not None:
            end = len(place) if after is None else place[after]
            own[place[before], end], wide[place[before], end] = count, everywhere
    return own, wide


def _rates(own: Floats, wide: Floats, prior: float) -> Floats:
    """Yearly shares of the LEA's own counts, the state's weighing as `prior` persons; who was never seen, stays."""
    totals = wide.sum(axis=1, keepdims=True)
    shares = np.divide(wide, totals, out=np.zeros_like(wide), where=totals > 0)
    weight = own.sum(axis=1, keepdims=True) + prior * (totals > 0)
    rates: Floats = np.divide(own + prior * shares, weight, out=np.zeros_like(wide), where=weight > 0)
    unseen = np.flatnonzero(weight[:, 0] == 0)
    rates[unseen, unseen] = 1.0
    return rates
