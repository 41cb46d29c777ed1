"""Mart `cost_projection`: ten years of cost under each scenario, beside what will pay for it (M16)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.marts.cost_projection import CostProjection
from contracts.resolved.projection import FundedPaths
from transforms.money import money, rate


def build_cost_projection(projection: dy.LazyFrame[FundedPaths]) -> dy.LazyFrame[CostProjection]:
    """One row per lea_id x program_id x scenario x future_year; year 0 is the latest year on file, as it was.

    `projection`: `s4_sustain.projection.cost_paths` with `runway.with_revenue`. Dollars; `persons` are expected
    leaders.
    """
    amounts = ("expected", "p10", "p50", "p90", "revenue")
    return projection.with_columns(
        *[money(pl.col(name)).alias(name) for name in amounts], rate(pl.col("persons")).alias("persons")
    ).pipe(CostProjection.cast)
