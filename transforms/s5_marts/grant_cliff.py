"""Mart `grant_cliff`: program pay that loses its award, by future year (M07)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import AWARD
from contracts.marts.grant_cliff import GrantCliff
from contracts.policy.parameters import MetricParameters
from contracts.reference import ProgramFinance
from contracts.resolved.pay import ResolvedPay
from transforms.money import money_from_cents
from transforms.s4_sustain.revenue import award_pay, award_programs, has_ended, matches, years_from_base


def build_grant_cliff(
    pay: dy.LazyFrame[ResolvedPay], program_finance: dy.LazyFrame[ProgramFinance], parameters: MetricParameters
) -> dy.LazyFrame[GrantCliff]:
    """One row per lea_id x award_id x future_year, from the year after the LEA's latest year of pay (MARTS 4.3).

    `program_id`: the program that the award pays most. `commitment`: that year's program pay on the award, held
    constant. `exposure`: the commitment once the award ended before the future year began (1 July), less the match
    contracted for it, never below 0; null while the award's end is not known. Both are what people are paid, without
    benefit loads.
    """
    awards = award_pay(pay)
    bases = awards.group_by(*AWARD, "base_year").agg(pl.col("cents").sum(), pl.col("award_end").max())
    matched = matches(program_finance, AWARD)
    exposed = (pl.col("cents") - pl.col("match_cents")).clip(lower_bound=0)
    ended = has_ended()
    return (
        bases.join(award_programs(awards).drop("programs"), on=AWARD)
        .with_columns(future_year=years_from_base(parameters.projection.years))
        .explode("future_year")
        .filter(pl.col("future_year") > pl.col("base_year"))
        .join(matched, on=[*AWARD, "future_year"], how="left")
        .with_columns(pl.col("match_cents").fill_null(0))
        .with_columns(
            money_from_cents(pl.col("cents")).alias("commitment"),
            money_from_cents(pl.col("match_cents")).alias("matching_funds"),
            money_from_cents(pl.when(ended).then(exposed).when(~ended).then(0)).alias("exposure"),
            pl.when(ended.is_null()).then(pl.lit("not_configured")).otherwise(pl.lit("ok")).alias("exposure_status"),
        )
        .pipe(GrantCliff.cast)
    )
