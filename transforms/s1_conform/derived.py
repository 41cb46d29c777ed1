"""Columns that rules look at beside what was sent: is a pay line a reversal, how much FTE a person adds up to."""

from __future__ import annotations

import polars as pl

OVERFULL = 1.5
PERSON = ["submission_id", "staff_id"]


def add_derived(rows: pl.LazyFrame, extract: str) -> pl.LazyFrame:
    """Payroll gets `is_reversal` (a negative amount); roster gets `peak_fte`. Grain and order unchanged."""
    if extract == "payroll":
        return rows.with_columns(is_reversal=pl.col("amount") < 0)
    if extract == "roster":
        return rows.join(peak_fte(rows), on=PERSON, how="left", maintain_order="left", nulls_equal=True)
    return rows


def peak_fte(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per submission x educator whose rows add up to more than 1.5 FTE: the most on any one day (MARTS 1).

    Begin and end are both days of service, so a stay's FTE leaves on the day after its end. Summed in millionths: float
    sums would depend on order. Others have no row: their sum cannot be above on any day.
    """
    millionths = (pl.col("full_time_equivalency") * 1_000_000).round().cast(pl.Int64)
    stays = rows.select(*PERSON, "begin_date", "end_date", fte=millionths).filter(
        pl.col("fte").sum().over(PERSON) > OVERFULL * 1_000_000, pl.col("begin_date").is_not_null()
    )
    begins = stays.select(*PERSON, "fte", day="begin_date")
    ends = stays.filter(pl.col("end_date").is_not_null()).select(
        *PERSON, fte=-pl.col("fte"), day=pl.col("end_date").dt.offset_by("1d")
    )
    days = pl.concat([begins, ends]).group_by(*PERSON, "day").agg(pl.col("fte").sum())
    running = pl.col("fte").cum_sum().over(PERSON, order_by="day")
    return days.with_columns(running).group_by(PERSON).agg(peak_fte=(pl.col("fte").max() / 1_000_000).round(6))
