"""Teacher leaders: of a program, and of the year whatever the program (MARTS 2.18, 4.11)."""

from __future__ import annotations

import polars as pl


def program_leaders(designation: pl.LazyFrame, program_lf: pl.LazyFrame) -> pl.LazyFrame:
    """One row per lea_id x program_id x school_year x staff_id at a level of state tier 1 or more in a leader program.

    Columns: the key, `level`, `state_tier`, `place`.
    """
    return (
        designation.filter(has_tier())
        .join(program_lf.filter("leader").select("program_id", "place"), on="program_id")
        .select("lea_id", "program_id", "school_year", "staff_id", "level", "state_tier", "place")
    )


def has_tier() -> pl.Expr:
    """Holds a level whose state tier is 1 or more."""
    return pl.col("level").is_not_null() & (pl.col("state_tier") >= 1)


def leader_years(leaders: pl.LazyFrame, role_years: pl.LazyFrame) -> pl.LazyFrame:
    """One row per staff_id x school_year of TL(t): a leader of any program, or holder of a leadership role."""
    holders = role_years.filter("is_held")
    key = ["staff_id", "school_year"]
    return pl.concat([leaders.select(key), holders.select(key)]).unique()
