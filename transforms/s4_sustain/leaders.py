"""Teacher leaders: of a program, and of the year whatever the program (MARTS 2.18, 4.11)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.marts.designation import Designation
from contracts.resolved.leaders import Leaders, LeaderYears, Programs
from contracts.resolved.roles import RoleYears


def program_leaders(
    designation: dy.LazyFrame[Designation], program_lf: dy.LazyFrame[Programs]
) -> dy.LazyFrame[Leaders]:
    """One row per lea_id x program_id x school_year x staff_id at a level of state tier 1 or more in a leader program.

    Columns: the key, `level`, `state_tier`, `place`.
    """
    return (
        designation.filter(has_tier())
        .join(program_lf.filter("leader").select("program_id", "place"), on="program_id")
        .select("lea_id", "program_id", "school_year", "staff_id", "level", "state_tier", "place")
        .pipe(Leaders.cast)
    )


def has_tier() -> pl.Expr:
    """Holds a level whose state tier is 1 or more."""
    return pl.col("level").is_not_null() & (pl.col("state_tier") >= 1)


def leader_years(leaders: dy.LazyFrame[Leaders], role_years: dy.LazyFrame[RoleYears]) -> dy.LazyFrame[LeaderYears]:
    """One row per staff_id x school_year of TL(t): a leader of any program, or holder of a leadership role."""
    holders = role_years.filter("is_held")
    key = ["staff_id", "school_year"]
    return pl.concat([leaders.select(key), holders.select(key)]).unique().pipe(LeaderYears.cast)
