"""Teacher leaders: of a program, and of the year whatever the program (MARTS 5.S3)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEADER, STAFF_YEAR
from contracts.marts.designation import Designation
from contracts.resolved.leaders import Leaders, LeaderYears, LevelTerms, OwnRoles, OwnRolesHeld, Programs
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import LeaYears


def program_leaders(
    designation: dy.LazyFrame[Designation],
    program_lf: dy.LazyFrame[Programs],
    level_lf: dy.LazyFrame[LevelTerms],
    held_roles: dy.LazyFrame[OwnRolesHeld],
    lea_years: dy.LazyFrame[LeaYears],
    leader_tier: int,
) -> dy.LazyFrame[Leaders]:
    """One row per lea_id x program_id x school_year x staff_id that leads under a program whose pack says `leader`.

    Leads: holds a level that leads (the pack's `leads`, else a state tier of `leader_tier` or more), or holds one of
    the program's own roles for more than half of the days (`held_roles`). Columns: the key, `level` (null for a role
    without one), `state_tier`, `place`, `is_teacher` (a teacher anywhere that year: others who lead are counted apart).
    """
    rows = designation.filter(pl.col("level").is_not_null()).select(*LEADER, "level", "state_tier")
    by_level = rows.join(level_lf, on=["program_id", "level"], how="left").filter(
        pl.coalesce("leads", pl.col("state_tier") >= leader_tier)
    )
    by_role = held_roles.join(rows, on=LEADER, how="left").with_columns(pl.col("state_tier").fill_null(0))
    teachers = lea_years.filter("is_teacher").select(STAFF_YEAR).unique()
    return (
        pl.concat([by_level.drop("leads"), by_role.select(*LEADER, "level", "state_tier")])
        .unique(LEADER)
        .join(program_lf.filter("leader").select("program_id", "place"), on="program_id")
        .join(teachers.with_columns(pl.lit(True).alias("is_teacher")), on=STAFF_YEAR, how="left")
        .with_columns(pl.col("is_teacher").fill_null(False))
        .select(*LEADER, "level", "state_tier", "place", "is_teacher")
        .pipe(Leaders.cast)
    )


def own_roles_held(
    role_years: dy.LazyFrame[RoleYears], own_roles_lf: dy.LazyFrame[OwnRoles]
) -> dy.LazyFrame[OwnRolesHeld]:
    """One row per LEADER: holders of a role that a program in force there owns, for more than half of the days."""
    return (
        role_years.filter("is_held")
        .join(own_roles_lf, on=["lea_id", "school_year", "role_code"])
        .select(LEADER)
        .unique()
        .pipe(OwnRolesHeld.cast)
    )


def has_tier() -> pl.Expr:
    """Holds a level whose state tier is 1 or more: a designee, who leads only if the level does."""
    return pl.col("level").is_not_null() & (pl.col("state_tier") >= 1)


def leader_years(leaders: dy.LazyFrame[Leaders]) -> dy.LazyFrame[LeaderYears]:
    """One row per staff_id x school_year that leads under any program (of `program_leaders` rows)."""
    return leaders.select(STAFF_YEAR).unique().pipe(LeaderYears.cast)
