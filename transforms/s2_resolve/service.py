"""Days of service: roster rows clipped to their school year and counted (PACKS "Shared words", MARTS 5 "Calendar").

Two windows count days. A stay belongs to the roster of t when it has a day in 1 July t-1 .. 30 June t. FTE-days, `fte`,
proration and "more than half of the days" count only days inside the LEA's contract window (year_begins to year_ends).
"""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedRoster
from contracts.reference import Districts
from contracts.resolved.service import Assignments, ContractWindows, Stays
from contracts.school_year import first_day, last_day
from transforms.money import MILLION, millionths

YEAR_BEGINS, YEAR_ENDS = "07-01", "06-30"


def clip_assignments(
    roster: dy.LazyFrame[AcceptedRoster], districts: dy.LazyFrame[Districts]
) -> dy.LazyFrame[Assignments]:
    """One row per accepted roster row with a day in its school year: every roster column, and how long it was there.

    Added: `stay_begin`, `stay_end` (clipped to 1 July t-1 .. 30 June t, both days of service), `roster_days`,
    `window_begin`, `window_end`, `window_days` (the LEA's contract window of t), `contract_begin`, `contract_end`
    (the stay inside that window), `contract_days` (0 outside it), `fte_microdays` (Int64, FTE x days x 1,000,000) and
    `fte_days` (the same as Float64). An LEA that `districts` does not know has the whole year as its window.
    """
    assignments_lf = roster.join(contract_windows(roster, districts), on=["lea_id", "school_year"], how="left")
    return (
        assignments_lf.with_columns(
            stay_begin=pl.max_horizontal("begin_date", first_day()),
            stay_end=pl.min_horizontal("end_date", last_day()),
        )
        .filter(pl.col("stay_begin") <= pl.col("stay_end"))
        .with_columns(
            roster_days=_days("stay_begin", "stay_end"),
            contract_begin=pl.max_horizontal("stay_begin", "window_begin"),
            contract_end=pl.min_horizontal("stay_end", "window_end"),
        )
        .with_columns(contract_days=_days("contract_begin", "contract_end"))
        .with_columns(fte_microdays=millionths(pl.col("full_time_equivalency")) * pl.col("contract_days"))
        .with_columns(fte_days=pl.col("fte_microdays") / MILLION)
        .pipe(Assignments.cast)
    )


def contract_windows(
    roster: dy.LazyFrame[AcceptedRoster], districts: dy.LazyFrame[Districts]
) -> dy.LazyFrame[ContractWindows]:
    """One row per LEA x school year on the roster: `window_begin`, `window_end`, `window_days` of the contract year."""
    known_lf = districts.select("lea_id", "year_begins", "year_ends")
    return (
        roster.select("lea_id", "school_year")
        .unique()
        .join(known_lf, on="lea_id", how="left")
        .select(
            "lea_id",
            "school_year",
            window_begin=_day_of_year("year_begins", YEAR_BEGINS),
            window_end=_day_of_year("year_ends", YEAR_ENDS),
        )
        .with_columns(window_days=_days("window_begin", "window_end"))
        .pipe(ContractWindows.cast)
    )


def covered_days(assignments: dy.LazyFrame[Stays], keys: Sequence[str], name: str) -> pl.LazyFrame:
    """One row per `keys`: `name` = days of the contract window covered by at least one stay (concurrent rows once)."""
    there_lf = assignments.filter(pl.col("contract_days") > 0).select(
        *keys, "contract_begin", "contract_end", "contract_days"
    )
    counted_lf = there_lf.group_by(keys).agg(pl.len().alias("rows"), pl.col("contract_days").sum())
    alone_lf = counted_lf.filter(pl.col("rows") == 1).select(*keys, pl.col("contract_days").alias(name))
    several_lf = there_lf.join(counted_lf.filter(pl.col("rows") > 1), on=keys, how="semi", nulls_equal=True)
    before = pl.col("contract_end").cum_max().shift(1).over(keys, order_by=["contract_begin", "contract_end"])
    first_new = pl.max_horizontal("contract_begin", before + pl.duration(days=1))
    union_lf = (
        several_lf.with_columns(days_new=((pl.col("contract_end") - first_new).dt.total_days() + 1).clip(lower_bound=0))
        .group_by(keys)
        .agg(pl.col("days_new").sum().cast(pl.Int32).alias(name))
    )
    return pl.concat([alone_lf, union_lf])


def _days(begin: str, end: str) -> pl.Expr:
    """Whole days from `begin` to `end`, both counted; 0 when they do not meet."""
    return ((pl.col(end) - pl.col(begin)).dt.total_days() + 1).clip(lower_bound=0).cast(pl.Int32)


def _day_of_year(column: str, default: str) -> pl.Expr:
    """The date that MM-DD names in school year t: July to December lie in calendar year t-1."""
    text = pl.col(column).fill_null(default)
    month, day = text.str.slice(0, 2).cast(pl.Int32), text.str.slice(3, 2).cast(pl.Int32)
    year = pl.col("school_year").cast(pl.Int32) - (month >= 7).cast(pl.Int32)
    return pl.date(year, month, day)
