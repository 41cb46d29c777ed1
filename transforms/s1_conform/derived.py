"""Columns that rules look at beside what was sent: is a pay line a reversal, how much FTE a person adds up to."""

from __future__ import annotations

import polars as pl

from transforms.money import MILLION
from transforms.peak_fte import FULL_AND_A_HALF, peak_fte

PERSON = ["submission_id", "staff_id"]


def add_derived(rows: pl.LazyFrame, extract: str) -> pl.LazyFrame:
    """Payroll gets `is_reversal` (a negative amount); roster gets `peak_fte`. Grain and order unchanged."""
    if extract == "payroll":
        return rows.with_columns(is_reversal=pl.col("amount") < 0)
    if extract == "roster":
        return rows.join(overfull(rows), on=PERSON, how="left", maintain_order="left", nulls_equal=True)
    return rows


def overfull(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per submission x educator whose rows add up to more than 1.5 FTE: the most on any one day (MARTS 1)."""
    peak = peak_fte(rows, PERSON, FULL_AND_A_HALF)
    return peak.with_columns((pl.col("peak_fte") / MILLION).round(6))
