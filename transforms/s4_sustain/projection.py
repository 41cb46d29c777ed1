"""M16 and M17: the cohort model fed from the marts' own facts, its results as frames."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM, PROGRAM
from contracts.policy.parameters import MetricParameters
from contracts.resolved.costs import Costs
from contracts.resolved.leaders import LeaderPay
from contracts.resolved.projection import BaseYears, CostPaths, ScheduleSteps, StateYears
from transforms.money import dollars
from transforms.s4_sustain.cohorts import project_all
from transforms.s4_sustain.level_moves import state_moves

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
    bases: dy.LazyFrame[BaseYears],
    costs: dy.LazyFrame[Costs],
    states: dy.LazyFrame[StateYears],
    leader_pay: dy.LazyFrame[LeaderPay],
    steps: dy.LazyFrame[ScheduleSteps],
    parameters: MetricParameters,
) -> dy.LazyFrame[CostPaths]:
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
        "leaders",
        "release_dollars",
        "schedule_cents",
        "marginal_load",
        "step_now",
        "step_entry",
        "step_growth",
        "step_last",
        pl.lit("scalar").alias("part"),
    )
    tall = pl.concat([scalars, _starts(base, states, leader_pay), _moves(states, bases)], how="diagonal_relaxed")
    return tall.map_batches(lambda frame: project_all(frame, parameters, SCHEMA), schema=SCHEMA, streamable=False).pipe(
        CostPaths.cast
    )


def _starts(base: pl.LazyFrame, states: dy.LazyFrame[StateYears], leader_pay: dy.LazyFrame[LeaderPay]) -> pl.LazyFrame:
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


def _moves(states: dy.LazyFrame[StateYears], bases: dy.LazyFrame[BaseYears]) -> pl.LazyFrame:
    """Moves of the LEA beside those of the whole state (`state_count`), over the same pairs of states."""
    own = state_moves(states, bases)
    whole = own.group_by("program_id", "from_state", "to_state").agg(pl.col("count").sum().alias("state_count"))
    leading = states.group_by("program_id", pl.col("state").alias("to_state")).agg(pl.col("leads").max())
    return (
        bases.select(LEA_PROGRAM)
        .join(whole, on="program_id")
        .join(own, on=[*LEA_PROGRAM, "from_state", "to_state"], how="left", nulls_equal=True)
        .join(leading, on=["program_id", "to_state"], how="left")
        .with_columns(pl.col("count").fill_null(0), pl.lit("move").alias("part"))
    )
