"""What a program's past says of its future: moves between states, entries, exits (M16).

A state is a level with the years spent at it, up to `LONGEST`, so that a rule such as "two years at this level
first" shows in the rates that are observed. Every move was made by the pack's own automaton: nobody is projected
along another path.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM, PROGRAM_PERSON
from contracts.marts.designation import Designation
from contracts.resolved.leaders import LevelTerms
from contracts.resolved.projection import BaseYears, StateMoves, StateYears
from transforms.s4_sustain.messages import format_message

LONGEST = 2


def state_years(
    designation: dy.LazyFrame[Designation], level_lf: dy.LazyFrame[LevelTerms], leader_tier: int
) -> dy.LazyFrame[StateYears]:
    """One row per person x program x LEA x year with a level: `state` (level and years at it), and if it `leads`."""
    years = pl.col("years_at_level").fill_null(1).clip(1, LONGEST)
    return (
        designation.filter(pl.col("level").is_not_null())
        .join(level_lf, on=["program_id", "level"], how="left")
        .select(
            *PROGRAM_PERSON,
            "school_year",
            "level",
            pl.coalesce("leads", pl.col("state_tier") >= leader_tier).alias("leads"),
            format_message("{}:{}", "level", years).alias("state"),
        )
        .pipe(StateYears.cast)
    )


def state_moves(states: dy.LazyFrame[StateYears], last_years: dy.LazyFrame[BaseYears]) -> dy.LazyFrame[StateMoves]:
    """Counts per LEA_PROGRAM x from_state x to_state over all pairs of years on file; null = from nowhere, to nowhere.

    `last_years`: LEA_PROGRAM x `first_year`, `base_year`; a pair of years needs both inside.
    """
    now = states.select(*PROGRAM_PERSON, "school_year", pl.col("state").alias("to_state"))
    before = states.select(
        *PROGRAM_PERSON, (pl.col("school_year") + 1).cast(pl.Int16), pl.col("state").alias("from_state")
    )
    return (
        now.join(before, on=[*PROGRAM_PERSON, "school_year"], how="full", coalesce=True)
        .join(last_years, on=LEA_PROGRAM)
        .filter((pl.col("school_year") > pl.col("first_year")) & (pl.col("school_year") <= pl.col("base_year")))
        .group_by(*LEA_PROGRAM, "from_state", "to_state")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        .pipe(StateMoves.cast)
    )
