"""The most FTE that somebody holds on one day (MARTS 1): one rule for a file, across districts, and for findings."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.money import millionths

FULL_AND_A_HALF = 1_500_000  # the most that one person is taken to work, in millionths


def peak_fte(
    rows: pl.LazyFrame, who: Sequence[str], above: int, *, begin: str = "begin_date", end: str = "end_date"
) -> pl.LazyFrame:
    """One row per `who` whose rows add up to more than `above`: `peak_fte` of the fullest day; both in millionths.

    Begin and end are days of service, so a row's FTE leaves on the day after its end; without an end it stays, without
    a begin the row is passed over. Others have no row: their sum cannot be above on any day. Whole millionths, as sums
    of floats depend on the order of rows.
    """
    fte = millionths(pl.col("full_time_equivalency"))
    held = rows.select(*who, begin, end, fte=fte).filter(
        pl.col("fte").sum().over(who) > above, pl.col(begin).is_not_null()
    )
    comes = held.select(*who, "fte", day=begin)
    goes = held.filter(pl.col(end).is_not_null()).select(*who, fte=-pl.col("fte"), day=pl.col(end).dt.offset_by("1d"))
    days = pl.concat([comes, goes]).group_by(*who, "day").agg(pl.col("fte").sum())
    running = pl.col("fte").cum_sum().over(who, order_by="day")
    return days.with_columns(running).group_by(who).agg(peak_fte=pl.col("fte").max())
