"""Designees and certificates without a leadership role (M32, M33)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM, STAFF_YEAR
from contracts.marts.designation import Designation
from contracts.resolved.leaders import CertificatesAndRoles, DesigneesAndRoles, LeadershipEvents, Programs
from contracts.resolved.others import Rosters
from contracts.resolved.roles import RoleYears

LEADER_TIER = 2
LED = ("observation", "coaching_session", "team_meeting", "training_delivered")
YEARS_TO_A_ROLE = 2


def designees_and_roles(
    designation: dy.LazyFrame[Designation],
    program_lf: dy.LazyFrame[Programs],
    role_years: dy.LazyFrame[RoleYears],
    leadership: dy.LazyFrame[LeadershipEvents],
) -> dy.LazyFrame[DesigneesAndRoles]:
    """One row per PROGRAM x staff_id at tier 2 or above of a leader program that has roles: `level`, `has_role`.

    `has_role`: a leadership role of whatever program is held in the year, in any LEA, or the person completed
    coaching, an observation, a team meeting or a training. Programs without roles of their own expect none (M32).
    """
    expecting = program_lf.filter(pl.col("leader") & pl.col("has_roles"))
    did = leadership.filter(pl.col("event_type").is_in(list(LED)) & (pl.col("outcome") == "completed"))
    active = pl.concat([role_years.filter("is_held").select(STAFF_YEAR), did.select(STAFF_YEAR)]).unique()
    return (
        designation.filter(pl.col("level").is_not_null() & (pl.col("state_tier") >= LEADER_TIER))
        .join(expecting.select("program_id"), on="program_id", how="semi")
        .select(*PROGRAM, "staff_id", "level")
        .join(active.with_columns(pl.lit(True).alias("has_role")), on=STAFF_YEAR, how="left")
        .with_columns(pl.col("has_role").fill_null(False))
        .pipe(DesigneesAndRoles.cast)
    )


def certificates_and_roles(
    designation: dy.LazyFrame[Designation],
    program_lf: dy.LazyFrame[Programs],
    role_years: dy.LazyFrame[RoleYears],
    rosters: dy.LazyFrame[Rosters],
) -> dy.LazyFrame[CertificatesAndRoles]:
    """One row per person first at a level of a program that certifies, in the LEA of that year: PROGRAM, `staff_id`,
    `has_role` (a role held anywhere in that year or the two after; null while those years are not all on file).
    """
    last = rosters.select(pl.col("school_year").max().alias("last_year"))
    held = role_years.filter("is_held").select("staff_id", pl.col("school_year").alias("role_year")).unique()
    first = (
        designation.filter(pl.col("level").is_not_null())
        .join(program_lf.filter("certifies").select("program_id"), on="program_id", how="semi")
        .select(*PROGRAM, "staff_id")
        .filter(pl.col("school_year") == pl.col("school_year").min().over("program_id", "staff_id"))
    )
    until = pl.col("school_year") + YEARS_TO_A_ROLE
    led = (
        first.join(held, on="staff_id")
        .filter(pl.col("role_year").is_between(pl.col("school_year"), until))
        .select("program_id", "staff_id", pl.lit(True).alias("found"))
        .unique()
    )
    return (
        first.join(led, on=["program_id", "staff_id"], how="left")
        .join(last, how="cross")
        .with_columns(pl.when(until <= pl.col("last_year")).then(pl.col("found").fill_null(False)).alias("has_role"))
        .pipe(CertificatesAndRoles.cast)
    )
