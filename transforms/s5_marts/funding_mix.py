"""Mart `funding_mix`: who pays for a program, by funding stream (M06)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM
from contracts.marts.funding_mix import FundingMix
from contracts.resolved.costs import CostByStream, Costs
from transforms.money import money, rate, ratio
from transforms.s4_sustain.cost import program_status


def build_funding_mix(streams: dy.LazyFrame[CostByStream], costs: dy.LazyFrame[Costs]) -> dy.LazyFrame[FundingMix]:
    """One row per lea_id x program_id x school_year x stream of the program's cost (M03; MARTS 5.S5).

    `streams`: `cost_parts.cost_by_stream`. Amounts sum to `program_cost`. `share` of M03; null where M03 is not known
    or not above 0. An unknown fund is its own stream; `unstated` is release, training or administration of which
    `program_finance` names no stream.
    """
    return (
        streams.join(costs.select(*PROGRAM, "cost", program_status()), on=PROGRAM)
        .with_columns(
            money(pl.col("dollars")).alias("amount"),
            money(pl.col("soft_dollars")).alias("soft_amount"),
            money(pl.col("other_dollars")).alias("other_amount"),
            rate(ratio(pl.col("dollars"), pl.col("cost"))).alias("share"),
        )
        .pipe(FundingMix.cast)
    )
