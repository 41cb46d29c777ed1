"""M16 and M17: the cohort model fed from the marts' own facts, its results as frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from contracts.knobs import MetricKnobs
from transforms.s2_resolve.exact import dollars
from transforms.s4_sustain.cohort import Cohort, Floats, project
from transforms.s4_sustain.flows import state_moves

LEA_PROGRAM = ["lea_id", "program_id"]
PROGRAM = ["lea_id", "program_id", "school_year"]
SCHEMA = {
    "lea_id": pl.String,
    "program_id": pl.String,
    "scenario": pl.String,
    "future_year": pl.Int16,
    "expected": pl.Float64,
    "p10": pl.Float64,
    "p50": pl.Float64,
    "p90": pl.Float64,
    "persons": pl.Float64,
    "cost_status": pl.String,
}


def cost_paths(
    bases: pl.LazyFrame,
    costs: pl.LazyFrame,
    states: pl.LazyFrame,
    leader_pay: pl.LazyFrame,
    steps: pl.LazyFrame,
    knobs: MetricKnobs,
) -> pl.LazyFrame:
    """One row per LEA_PROGRAM x scenario x future_year, unrounded: SCHEMA.

    Year 0 is the actual base year: M03, or null (`not_configured`) where M03 is not known. Later years need at least
    two years on file (`not_enough_data`). `states`: `flows.state_years` or the automaton's own states; `steps`:
    LEA_PROGRAM x `step_now`, `step_entry`, `step_growth`, `step_last` (see `schedule_steps`).
    """
    base = costs.join(bases, on=LEA_PROGRAM).filter(pl.col("school_year") == pl.col("base_year"))
    scalars = base.join(steps, on=LEA_PROGRAM, how="left").select(
        *LEA_PROGRAM,
        "first_year",
        "base_year",
        "cost",
        "cost_status",
        "release_dollars",
        "marginal_load",
        "step_now",
        "step_entry",
        "step_growth",
        "step_last",
        pl.lit("scalar").alias("part"),
    )
    tall = pl.concat([scalars, _starts(base, states, leader_pay), _moves(states, bases)], how="diagonal_relaxed")
    return tall.map_batches(lambda frame: _project_all(frame, knobs), schema=SCHEMA, streamable=False)


def _starts(base: pl.LazyFrame, states: pl.LazyFrame, leader_pay: pl.LazyFrame) -> pl.LazyFrame:
    """LEA_PROGRAM x state in the base year: persons, leaders, and their unloaded pay for leading (`pay`)."""
    paid = leader_pay.select(*PROGRAM, "staff_id", "pay_fine")
    return (
        states.join(base.select(PROGRAM), on=PROGRAM, how="semi")
        .join(paid, on=[*PROGRAM, "staff_id"], how="left")
        .group_by(*LEA_PROGRAM, pl.col("state").alias("to_state"))
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("pay_fine").is_not_null().sum().cast(pl.Int64).alias("leaders"),
            dollars(pl.col("pay_fine").sum()).alias("pay"),
        )
        .with_columns(pl.lit("start").alias("part"))
    )


def _moves(states: pl.LazyFrame, bases: pl.LazyFrame) -> pl.LazyFrame:
    """Moves of the LEA beside those of the whole state (`state_count`), over the same pairs of states."""
    own = state_moves(states, bases)
    whole = own.group_by("program_id", "from_state", "to_state").agg(pl.col("count").sum().alias("state_count"))
    tiers = states.group_by("program_id", pl.col("state").alias("to_state")).agg(pl.col("state_tier").max())
    return (
        bases.select(LEA_PROGRAM)
        .join(whole, on="program_id")
        .join(own, on=[*LEA_PROGRAM, "from_state", "to_state"], how="left", nulls_equal=True)
        .join(tiers, on=["program_id", "to_state"], how="left")
        .with_columns(pl.col("count").fill_null(0), pl.lit("move").alias("part"))
    )


def _project_all(frame: pl.DataFrame, knobs: MetricKnobs) -> pl.DataFrame:
    """Run every cohort through every scenario."""
    parts = {name[0]: rows for name, rows in frame.partition_by("part", as_dict=True).items()}
    empty = frame.clear()
    starts = parts.get("start", empty).partition_by(LEA_PROGRAM, as_dict=True)
    moves = parts.get("move", empty).partition_by(LEA_PROGRAM, as_dict=True)
    results: list[pl.DataFrame] = []
    for key, scalar in sorted(parts.get("scalar", empty).partition_by(LEA_PROGRAM, as_dict=True).items()):
        results.extend(_project_one(scalar, starts.get(key, empty), moves.get(key, empty), knobs))
    return pl.concat(results) if results else pl.DataFrame(schema=SCHEMA)


def _project_one(
    scalar: pl.DataFrame, starts: pl.DataFrame, moves: pl.DataFrame, knobs: MetricKnobs
) -> Iterator[pl.DataFrame]:
    """One LEA's program under every scenario; scenarios that differ only in revenue share one simulation."""
    settings, years = knobs.projection, knobs.projection.years
    base_year, known = int(scalar["base_year"][0]), scalar["cost_status"][0] == "ok"
    has_past = int(scalar["first_year"][0]) < base_year
    cohort = _cohort(scalar, starts, moves, settings.prior_persons) if known and has_past else None
    done: dict[tuple[float, float, float], dict[str, pl.Series]] = {}
    for name, scenario in settings.scenarios.items():
        config = (scenario.cola or 0.0, scenario.attrition_factor, scenario.designation_growth)
        status = ["ok" if known else scalar["cost_status"][0]] * (years + 1)
        if cohort is None:
            actual = [scalar["cost"][0] if known else None] + [None] * years
            columns = {part: pl.Series(part, actual, dtype=pl.Float64) for part in ("expected", "p10", "p50", "p90")}
            leaders = float(starts["leaders"].sum()) if starts.height else 0.0
            columns["persons"] = pl.Series("persons", [leaders] + [None] * years, dtype=pl.Float64)
            status = status[:1] + ["not_enough_data" if known else scalar["cost_status"][0]] * years
        elif config in done:
            columns = done[config]
        else:
            path = project(cohort, scenario, settings)
            columns = done[config] = {
                "expected": pl.Series(path.expected),
                "p10": pl.Series(path.p10),
                "p50": pl.Series(path.p50),
                "p90": pl.Series(path.p90),
                "persons": pl.Series(path.leaders),
            }
        yield pl.DataFrame(
            {
                "lea_id": scalar["lea_id"][0],
                "program_id": scalar["program_id"][0],
                "scenario": name,
                "future_year": pl.Series(range(base_year, base_year + years + 1), dtype=pl.Int16),
                **{part: columns[part].alias(part) for part in ("expected", "p10", "p50", "p90", "persons")},
                "cost_status": pl.Series(status, dtype=pl.String),
            },
            schema=SCHEMA,
        )


def _cohort(scalar: pl.DataFrame, starts: pl.DataFrame, moves: pl.DataFrame, prior: float) -> Cohort:
    """The cohort's arrays. Pay and release of a state that nobody is in today are the mean leader's; `fixed` is the
    rest.
    """
    named = (
        pl.concat([starts["to_state"], moves["to_state"], moves["from_state"]]).drop_nulls().unique().sort().to_list()
    )
    place = {state: index for index, state in enumerate(named)}
    load = 1 + _number(scalar, "marginal_load")
    persons, pay, leaders = (_vector(starts, "to_state", column, place) for column in ("count", "pay", "leaders"))
    arriving = moves.filter(pl.col("from_state").is_null())
    entries = _vector(arriving, "to_state", "count", place) / (scalar["base_year"][0] - scalar["first_year"][0])
    is_leader = np.where(
        persons > 0, leaders > 0, _vector(moves.unique("to_state"), "to_state", "state_tier", place) >= 1
    )
    heads = leaders.sum()
    release = _number(scalar, "release_dollars") / heads if heads else 0.0
    mean = pay.sum() * load / heads if heads else 0.0
    unit = np.divide(pay * load + release * leaders, persons, out=(mean + release) * is_leader, where=persons > 0)
    going = moves.filter(pl.col("from_state").is_not_null())
    return Cohort(
        name=f"{scalar['lea_id'][0]}:{scalar['program_id'][0]}",
        persons=persons,
        entries=entries,
        moves=_rates(_matrix(going, "count", place), _matrix(going, "state_count", place), prior),
        unit=unit,
        fixed=_number(scalar, "cost") - float(persons @ unit),
        is_leader=is_leader.astype(np.float64),
        step_now=_number(scalar, "step_now"),
        step_entry=_number(scalar, "step_entry"),
        step_growth=_number(scalar, "step_growth"),
        step_last=_number(scalar, "step_last"),
    )


def _number(row: pl.DataFrame, column: str) -> float:
    return float(row[column].fill_null(0)[0])


def _vector(rows: pl.DataFrame, state: str, value: str, place: dict[str, int]) -> Floats:
    """One number a state, 0 where no row says."""
    vector = np.zeros(len(place))
    known = rows.filter(pl.col(state).is_not_null())
    vector[[place[name] for name in known[state]]] = known[value].fill_null(0).to_numpy()
    return vector


def _matrix(rows: pl.DataFrame, value: str, place: dict[str, int]) -> Floats:
    """[states, states + 1] of counts; a null end is the last column, exit."""
    matrix = np.zeros((len(place), len(place) + 1))
    start = [place[name] for name in rows["from_state"]]
    end = [len(place) if name is None else place[name] for name in rows["to_state"]]
    matrix[start, end] = rows[value].fill_null(0).to_numpy()
    return matrix


def _rates(own: Floats, wide: Floats, prior: float) -> Floats:
    """Yearly shares of the LEA's own counts, the state's weighing as `prior` persons; who was never seen, stays."""
    totals = wide.sum(axis=1, keepdims=True)
    shares = np.divide(wide, totals, out=np.zeros_like(wide), where=totals > 0)
    weight = own.sum(axis=1, keepdims=True) + prior * (totals > 0)
    rates: Floats = np.divide(own + prior * shares, weight, out=np.zeros_like(wide), where=weight > 0)
    unseen = np.flatnonzero(weight[:, 0] == 0)
    rates[unseen, unseen] = 1.0
    return rates
