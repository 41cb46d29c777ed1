"""Roles person by person: days, released time, role pay, and where the two do not meet (M09, M10, M12)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, ROLE
from contracts.resolved.leaders import ProgramRoles, Programs
from contracts.resolved.pay import PayTotals, ResolvedPay
from contracts.resolved.roles import MedianTeacherBase, RolePay, RolePositions, RoleYears
from contracts.resolved.service import Assignments, LeaYears, Stays
from transforms.s2_resolve.service import covered_days

SHARE_PARTS = 1_000_000  # release shares are summed as whole millionths


def role_positions(assignments: dy.LazyFrame[Assignments]) -> dy.LazyFrame[RolePositions]:
    """One row per ROLE x school_id: `days` (concurrent rows once), `fte_microdays`, `release_share` (weighted by
    FTE-days), `release_fte` = release share x FTE x days / days of the contract window; null where no row says.
    """
    rows = assignments.filter(pl.col("role_code").is_not_null() & (pl.col("role_code") != ""))
    keys = [*ROLE, "school_id"]
    says = pl.col("release_share").is_not_null()
    parts = (pl.col("release_share") * SHARE_PARTS).round(0).cast(pl.Int128) * pl.col("fte_microdays").cast(pl.Int128)
    weight = pl.col("fte_microdays").filter(says).sum()
    released = parts.sum().cast(pl.Float64) / SHARE_PARTS
    return (
        rows.group_by(keys)
        .agg(
            pl.col("fte_microdays").sum(),
            pl.when(weight > 0).then(released / weight).alias("release_share"),
            pl.when(says.any()).then(released / (pl.col("window_days").max() * 1_000_000.0)).alias("release_fte"),
        )
        .join(covered_days(rows.pipe(Stays.cast), keys, "days"), on=keys, how="left")
        .with_columns(pl.col("days").fill_null(0))
        .pipe(RolePositions.cast)
    )


def median_teacher_base(
    lea_years: dy.LazyFrame[LeaYears], totals: dy.LazyFrame[PayTotals]
) -> dy.LazyFrame[MedianTeacherBase]:
    """One row per lea_id x school_year: `median_base_cents` of teachers with base pay above 0, unscaled."""
    return (
        lea_years.filter("is_teacher")
        .select(PERSON)
        .join(totals.select(*PERSON, "base_cents"), on=PERSON)
        .filter(pl.col("base_cents") > 0)
        .group_by("lea_id", "school_year")
        .agg(pl.col("base_cents").median().alias("median_base_cents"))
        .pipe(MedianTeacherBase.cast)
    )


def role_pay(
    pay: dy.LazyFrame[ResolvedPay],
    role_years: dy.LazyFrame[RoleYears],
    role_lf: dy.LazyFrame[ProgramRoles],
    program_lf: dy.LazyFrame[Programs],
) -> dy.LazyFrame[RolePay]:
    """One row per ROLE x paid_program_id of net role pay: `cents`, `hours` (null when no line has any).

    A code that names its role pays that role. A code that names only a program pays the role of that program which the
    person holds longest, else a role that no program claims. Where there is none, the row has a null role_code if the
    program has roles (pay without a role), and no row if it has none: that is pay for a level, not for a role.
    """
    lines = (
        pay.filter("is_role_pay")
        .group_by(*ROLE, "program_id")
        .agg(pl.col("cents").sum(), pl.col("hours").sum(), pl.col("hours").count().alias("with_hours"))
    )
    named = lines.filter(pl.col("role_code").is_not_null())
    unnamed = lines.filter(pl.col("role_code").is_null()).drop("role_code")
    placed = (
        unnamed.join(_role_of_program(unnamed, role_years, role_lf), on=[*PERSON, "program_id"], how="left")
        .join(program_lf.select("program_id", "has_roles"), on="program_id", how="left")
        .filter(pl.col("role_code").is_not_null() | pl.col("has_roles"))
        .select(named.collect_schema().names())
    )
    return (
        pl.concat([named, placed])
        .group_by(ROLE)
        .agg(
            pl.col("cents").sum(),
            (pl.col("hours").fill_null(0) * 1_000_000).round(0).cast(pl.Int64).sum().alias("hour_parts"),
            pl.col("with_hours").sum(),
            pl.col("program_id").min().alias("paid_program_id"),
        )
        .with_columns(pl.when(pl.col("with_hours") > 0).then(pl.col("hour_parts") / 1_000_000).alias("hours"))
        .drop("hour_parts", "with_hours")
        .pipe(RolePay.cast)
    )


def _role_of_program(
    paid: pl.LazyFrame, role_years: dy.LazyFrame[RoleYears], role_lf: dy.LazyFrame[ProgramRoles]
) -> pl.LazyFrame:
    """One row per PERSON x program_id of `paid`: the role_code that its pay without a named role goes to."""
    claimed = role_lf.select("role_code", pl.lit(True).alias("claimed")).unique()
    own = role_lf.select("program_id", "role_code", pl.lit(True).alias("own"))
    return (
        paid.select(*PERSON, "program_id")
        .join(role_years.select(*ROLE, "role_days"), on=PERSON)
        .join(own, on=["program_id", "role_code"], how="left")
        .join(claimed, on="role_code", how="left")
        .filter(pl.col("own").is_not_null() | pl.col("claimed").is_null())
        .sort(*PERSON, "program_id", pl.col("own").is_null(), -pl.col("role_days"), "role_code")
        .unique([*PERSON, "program_id"], keep="first", maintain_order=True)
        .select(*PERSON, "program_id", "role_code")
    )
