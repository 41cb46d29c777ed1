"""What became of each educator in the following year (MARTS 4.1)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.resolved.others import Rosters
from contracts.resolved.people import FollowedYears, StaffOutcomes, StaffYears


def next_year_outcome(people: dy.LazyFrame[FollowedYears]) -> dy.LazyFrame[StaffOutcomes]:
    """Add `next_year_outcome` to one row per staff_id x school_year (`lea_id`, `school_id` of record, `is_teacher`).

    In this order: outcome_unknown (no roster of that LEA for t+1), left_state_schools (on no roster), leave_teaching
    (a teacher no more), move_lea, move_school, stay_school.
    """
    following = people.select(
        "staff_id",
        (pl.col("school_year") - 1).cast(pl.Int16).alias("school_year"),
        pl.col("lea_id").alias("next_lea_id"),
        pl.col("school_id").alias("next_school_id"),
        pl.col("is_teacher").alias("next_is_teacher"),
    )
    return (
        people.join(following, on=["staff_id", "school_year"], how="left")
        .with_columns(
            pl.when(~pl.col("lea_reports_next"))
            .then(pl.lit("outcome_unknown"))
            .when(pl.col("next_lea_id").is_null())
            .then(pl.lit("left_state_schools"))
            .when(pl.col("is_teacher") & ~pl.col("next_is_teacher"))
            .then(pl.lit("leave_teaching"))
            .when(pl.col("lea_id") != pl.col("next_lea_id"))
            .then(pl.lit("move_lea"))
            .when(pl.col("school_id") != pl.col("next_school_id"))
            .then(pl.lit("move_school"))
            .otherwise(pl.lit("stay_school"))
            .alias("next_year_outcome")
        )
        .pipe(StaffOutcomes.cast)
    )


def with_reports_next(people: dy.LazyFrame[StaffYears], rosters: dy.LazyFrame[Rosters]) -> dy.LazyFrame[FollowedYears]:
    """Add `lea_reports_next`: the LEA has a roster for t+1."""
    reported = rosters.select(
        "lea_id", (pl.col("school_year") - 1).cast(pl.Int16), pl.lit(True).alias("lea_reports_next")
    )
    return (
        people.join(reported, on=["lea_id", "school_year"], how="left")
        .with_columns(pl.col("lea_reports_next").fill_null(False))
        .pipe(FollowedYears.cast)
    )
