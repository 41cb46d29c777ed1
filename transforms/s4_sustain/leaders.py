"""Teacher leaders: of a program, and of the year whatever the program (MARTS 5.S3)."""

from __future__ import annotations

import polars as pl

PERSON = ["lea_id", "school_year", "staff_id"]
STAFF_YEAR = ["staff_id", "school_year"]
KEY = ["lea_id", "program_id", "school_year", "staff_id"]


def program_leaders(
    designation: pl.LazyFrame,
    program_lf: pl.LazyFrame,
    level_lf: pl.LazyFrame,
    held_roles: pl.LazyFrame,
    lea_years: pl.LazyFrame,
    leader_tier: int,
) -> pl.LazyFrame:
    """One row per lea_id x program_id x school_year x staff_id that leads under a program whose pack says `leader`.

    Leads: holds a level that leads (the pack's `leads`, else a state tier of `leader_tier` or more), or holds one of
    the program's own roles for more than half of the days (`held_roles`). Columns: the key, `level` (null for a role
    without one), `state_tier`, `place`, `is_teacher` (a teacher anywhere that year: others who lead are counted apart).
    """
    rows = designation.filter(pl.col("level").is_not_null()).select(*KEY, "level", "state_tier")
    by_level = rows.join(level_lf, on=["program_id", "level"], how="left").filter(
        pl.coalesce("leads", pl.col("state_tier") >= leader_tier)
    )
    by_role = held_roles.join(rows, on=KEY, how="left").with_columns(pl.col("state_tier").fill_null(0))
    teachers = lea_years.filter("is_teacher").select(STAFF_YEAR).unique()
    return (
        pl.concat([by_level.drop("leads"), by_role.select(*KEY, "level", "state_tier")])
        .unique(KEY)
        .join(program_lf.filter("leader").select("program_id", "place"), on="program_id")
        .join(teachers.with_columns(pl.lit(True).alias("is_teacher")), on=STAFF_YEAR, how="left")
        .with_columns(pl.col("is_teacher").fill_null(False))
        .select(*KEY, "level", "state_tier", "place", "is_teacher")
    )


def own_roles_held(role_years: pl.LazyFrame, own_roles_lf: pl.LazyFrame) -> pl.LazyFrame:
    """One row per KEY: holders of a role that a program in force there owns, for more than half of the days."""
    return (
        role_years.filter("is_held").join(own_roles_lf, on=["lea_id", "school_year", "role_code"]).select(KEY).unique()
    )


def has_tier() -> pl.Expr:
    """Holds a level whose state tier is 1 or more: a designee, who leads only if the level does."""
    return pl.col("level").is_not_null() & (pl.col("state_tier") >= 1)


def leader_years(leaders: pl.LazyFrame) -> pl.LazyFrame:
    """One row per staff_id x school_year that leads under any program (of `program_leaders` rows)."""
    return leaders.select(STAFF_YEAR).unique()
