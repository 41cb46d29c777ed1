"""Mart `training`: hours of courses completed by leaders and by other teachers (M36)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import STAFF_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.marts.training import Training
from contracts.resolved.leaders import LeadershipEvents
from transforms.money import rate, ratio

GROUP = ["lea_id", "school_year", "comparison_group"]
NOT_COMPLETED = ("denied", "failed", "declined", "scheduled")
PARTS = 1_000_000  # hours are summed as whole millionths


def build_training(
    educator_year: dy.LazyFrame[EducatorYear], leadership: dy.LazyFrame[LeadershipEvents]
) -> dy.LazyFrame[Training]:
    """One row per lea_id x school_year x comparison_group (leaders, others) with persons, by LEA of record.

    Hours: `quantity` of the person's `course_completed` events of the year that were not refused, wherever they were
    reported; a course without a quantity adds no hours and is counted. `others` are teachers of record who do not lead.
    """
    done = (pl.col("event_type") == "course_completed") & ~pl.col("outcome").is_in(list(NOT_COMPLETED)).fill_null(False)
    hours = (pl.col("quantity").fill_null(0) * PARTS).round(0).cast(pl.Int64)
    courses = (
        leadership.filter(done)
        .group_by(STAFF_YEAR)
        .agg(hours.sum().alias("hour_parts"), pl.col("quantity").is_null().sum().alias("courses_without_hours"))
    )
    group = pl.when("is_leader").then(pl.lit("leaders")).otherwise(pl.lit("others"))
    return (
        educator_year.filter(pl.col("is_teacher") | pl.col("is_leader"))
        .join(courses, on=STAFF_YEAR, how="left")
        .group_by("lea_id", "school_year", group.alias("comparison_group"))
        .agg(pl.len().alias("persons"), pl.col("hour_parts").sum(), pl.col("courses_without_hours").sum())
        .with_columns(
            rate(pl.col("hour_parts") / PARTS).alias("hours"),
            rate(ratio(pl.col("hour_parts") / PARTS, pl.col("persons"))).alias("hours_per_person"),
        )
        .pipe(Training.cast)
    )
