"""Leadership roles held (PACKS "Holds role r in t": more than half of the days on the LEA's roster)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import Stays
from transforms.money import MILLION, millionths
from transforms.s2_resolve.service import covered_days


def role_years(assignments: dy.LazyFrame[Stays]) -> dy.LazyFrame[RoleYears]:
    """One row per lea_id x staff_id x school_year x role_code that stands on a roster row of the year.

    `role_days` (days of the contract window covered by rows with the role, concurrent rows once), `lea_days` (the same
    over all rows of the educator in that LEA), `is_held` (role_days more than half of lea_days), `release_share`
    (over the role's rows, weighted by FTE-days; null when no row says).
    """
    role_lf = assignments.filter(pl.col("role_code").is_not_null() & (pl.col("role_code") != ""))
    keys = [*PERSON, "role_code"]
    weight = pl.col("fte_microdays").filter(pl.col("release_share").is_not_null())
    parts = millionths(pl.col("release_share")) * pl.col("fte_microdays")
    release = parts.cast(pl.Int128).sum() / (weight.cast(pl.Int128).sum() * MILLION)
    return (
        role_lf.group_by(keys)
        .agg(
            release_share=pl.when(weight.sum() > 0).then(release).otherwise(pl.col("release_share").max()),
        )
        .join(covered_days(role_lf.pipe(Stays.cast), keys, "role_days"), on=keys, how="left")
        .join(covered_days(assignments, PERSON, "lea_days"), on=PERSON, how="left")
        .with_columns(pl.col("role_days", "lea_days").fill_null(0))
        .with_columns(is_held=pl.col("role_days") * 2 > pl.col("lea_days"))
        .pipe(RoleYears.cast)
    )
