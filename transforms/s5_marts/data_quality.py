"""Mart `data_quality`: which rules each district's extracts broke, and whether they came in time."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.marts.data_quality import DataQuality
from contracts.reference import Calendar
from contracts.resolved.findings import RuleCounts
from transforms.money import rate, ratio

EXTRACT = ["school_year", "extract"]


def build_data_quality(
    rule_counts: dy.LazyFrame[RuleCounts], calendar: dy.LazyFrame[Calendar]
) -> dy.LazyFrame[DataQuality]:
    """One row per lea_id x extract x school_year x rule_id of the submission in force (MARTS 3).

    `rule_counts`: lea_id, extract, school_year, rule_id, severity, rows, failed, submitted_at (UTC), answered and
    footnote (what the district says about rows that a warning is about). `share` is
    failed over rows, null without rows; `days_late` counts from the calendar's due day, null where the calendar has
    no such line.
    """
    late = (pl.col("submitted_at").dt.date() - pl.col("due")).dt.total_days()
    return (
        rule_counts.join(calendar.select(*EXTRACT, "due"), on=EXTRACT, how="left")
        .with_columns(rate(ratio(pl.col("failed"), pl.col("rows"))).alias("share"), late.alias("days_late"))
        .pipe(DataQuality.cast)
    )
