"""Mart `unused_designation`: designations and certificates that led to no role (M32, M33)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM
from contracts.marts.unused_designation import UnusedDesignation
from contracts.resolved.leaders import CertificatesAndRoles, DesigneesAndRoles
from transforms.money import rate, ratio


def build_unused_designation(
    designees: dy.LazyFrame[DesigneesAndRoles], certified: dy.LazyFrame[CertificatesAndRoles]
) -> dy.LazyFrame[UnusedDesignation]:
    """One row per lea_id x program_id x school_year of a program with designees of tier 2 or with new certificates.

    `designees`, `certified`: `s4_sustain.unused`. `certificates_without_role` is null until the two years after are
    on file; a certificate is counted once, in the first LEA and year in which the person holds a level.
    """
    idle = designees.group_by(PROGRAM).agg(
        pl.len().alias("designees"), (~pl.col("has_role")).sum().alias("without_role")
    )
    thin = certified.group_by(PROGRAM).agg(
        pl.len().alias("certificates"),
        pl.when(pl.col("has_role").is_not_null().all())
        .then((~pl.col("has_role")).sum())
        .alias("certificates_without_role"),
    )
    unused, of = pl.col("certificates_without_role"), pl.col("certificates")
    return (
        idle.join(thin, on=PROGRAM, how="full", coalesce=True)
        .with_columns(pl.col("designees", "without_role", "certificates").fill_null(0))
        .with_columns(
            rate(ratio(pl.col("without_role"), pl.col("designees"))).alias("share"),
            rate(ratio(unused, of)).alias("share_without_role"),
        )
        .pipe(UnusedDesignation.cast)
    )
