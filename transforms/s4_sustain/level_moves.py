"""What a program's past says of its future: moves between states, entries, exits (M16).

A state is a level with the years spent at it, up to `LONGEST`, so that a rule such as "two years at this level
first" shows in the rates that are observed. Every move was made by the pack's own automaton: nobody is projected
along another path.
"""

from __future__ import annotations

import polars as pl

from transforms.s4_sustain.messages import format_message

LONGEST = 2
LEA_PROGRAM = ["lea_id", "program_id"]
PERSON = [*LEA_PROGRAM, "staff_id"]


def state_years(designation: pl.LazyFrame, level_lf: pl.LazyFrame, leader_tier: int) -> pl.LazyFrame:
    """One row per person x program x LEA x year with a level: `state` (level and years at it) and whether it `leads`."""
    years = pl.col("years_at_level").fill_null(1).clip(1, LONGEST)
    return (
        designation.filter(pl.col("level").is_not_null())
        .join(level_lf, on=["program_id", "level"], how="left")
        .select(
            *PERSON,
            "school_year",
            "level",
            pl.coalesce("leads", pl.col("state_tier") >= leader_tier).alias("leads"),
            format_message("{}:{}", "level", years).alias("state"),
        )
    )


def state_moves(states: pl.LazyFrame, last_years: pl.LazyFrame) -> pl.LazyFrame:
    """Counts per LEA_PROGRAM x from_state x to_state over all pairs of years on file; null = from nowhere, to nowhere.

    `last_years`: LEA_PROGRAM x `first_year`, `base_year`; a pair of years needs both inside.
    """
    now = states.select(*PERSON, "school_year", pl.col("state").alias("to_state"))
    before = states.select(*PERSON, (pl.col("school_year") + 1).cast(pl.Int16), pl.col("state").alias("from_state"))
    return (
        now.join(before, on=[*PERSON, "school_year"], how="full", coalesce=True)
        .join(last_years, on=LEA_PROGRAM)
        .filter((pl.col("school_year") > pl.col("first_year")) & (pl.col("school_year") <= pl.col("base_year")))
        .group_by(*LEA_PROGRAM, "from_state", "to_state")
        .agg(pl.len().cast(pl.Int64).alias("count"))
    )
