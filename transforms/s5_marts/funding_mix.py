"""Mart `funding_mix`: who pays for a program, by funding stream (M06)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM
from contracts.marts.funding_mix import FundingMix
from contracts.resolved.pay import ResolvedPay
from transforms.money import money_from_cents, rate, ratio


def build_funding_mix(pay: dy.LazyFrame[ResolvedPay]) -> dy.LazyFrame[FundingMix]:
    """One row per lea_id x program_id x school_year x stream: net pay on the program's pay codes (MARTS 4.2).

    `share` of the sum over streams, null when that sum is not above 0; an unknown fund is its own stream.
    """
    whole = pl.col("cents").sum().over(PROGRAM)
    return (
        pay.filter(pl.col("program_id").is_not_null())
        .group_by(*PROGRAM, "stream")
        .agg(pl.col("cents").sum(), pl.col("cents").filter("is_soft").sum().alias("soft_cents"))
        .with_columns(
            money_from_cents(pl.col("cents")).alias("amount"),
            money_from_cents(pl.col("soft_cents")).alias("soft_amount"),
            rate(ratio(pl.col("cents"), whole)).alias("share"),
        )
        .pipe(FundingMix.cast)
    )
