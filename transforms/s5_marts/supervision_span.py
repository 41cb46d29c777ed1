"""Mart `supervision_span`: teachers per evaluator, with and without teacher leaders (M13)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import SCHOOL
from contracts.marts.supervision_span import SupervisionSpan
from contracts.policy.parameters import MetricParameters
from contracts.resolved.leaders import LeaderYears
from contracts.resolved.ratings import Ratings
from contracts.resolved.service import Assignments
from transforms.money import median, nearest_rank, rate, ratio


def build_supervision_span(
    assignments: dy.LazyFrame[Assignments],
    ratings: dy.LazyFrame[Ratings],
    leader_years: dy.LazyFrame[LeaderYears],
    parameters: MetricParameters,
) -> dy.LazyFrame[SupervisionSpan]:
    """One row per school_id x school_year with a teacher row (MARTS 4.6; metrics 7).

    Teachers: persons with a teacher row at the school. Evaluators: distinct evaluators of the LEA's own ratings
    of those teachers, whatever the rating's status. Spans are null without an evaluator; quantiles run over the
    number of the school's teachers that each evaluator has. A school that rosters of two LEAs name has one row.
    """
    positions = assignments.filter(pl.col("staff_classification") == "teacher")
    millionths = (pl.col("fte_microdays") / pl.col("window_days")).round(0).cast(pl.Int64)
    schools = positions.group_by(SCHOOL).agg(
        pl.col("lea_id").min(),
        pl.col("staff_id").n_unique().alias("teachers"),
        (millionths.sum() / 1_000_000).alias("teacher_fte"),
    )
    watched = (
        positions.select("lea_id", *SCHOOL, "staff_id")
        .unique()
        .join(
            ratings.filter(pl.col("evaluator_staff_id").is_not_null())
            .select("lea_id", "school_year", "staff_id", "evaluator_staff_id")
            .unique(),
            on=["lea_id", "school_year", "staff_id"],
        )
        .group_by(*SCHOOL, "evaluator_staff_id")
        .agg(pl.col("staff_id").n_unique().cast(pl.Int64).alias("watched"))
    )
    leading = leader_years.select(
        pl.col("staff_id").alias("evaluator_staff_id"), "school_year", pl.lit(True).alias("leads")
    )
    evaluators = (
        watched.join(leading, on=["evaluator_staff_id", "school_year"], how="left")
        .group_by(SCHOOL)
        .agg(
            pl.len().alias("evaluators"),
            pl.col("leads").is_null().sum().alias("evaluators_without_leaders"),
            median(pl.col("watched")).alias("median_span"),
            nearest_rank(pl.col("watched"), 9).cast(pl.Float64).alias("p90_span"),
            (pl.col("watched") > parameters.span_limit).mean().alias("share_over_8"),
        )
    )
    return (
        schools.join(evaluators, on=SCHOOL, how="left")
        .with_columns(pl.col("evaluators", "evaluators_without_leaders").fill_null(0))
        .with_columns(
            rate(pl.col("teacher_fte")).alias("teacher_fte"),
            rate(ratio(pl.col("teachers"), pl.col("evaluators"))).alias("span"),
            rate(ratio(pl.col("teachers"), pl.col("evaluators_without_leaders"))).alias("span_without_leaders"),
            rate(pl.col("share_over_8")).alias("share_over_8"),
        )
        .pipe(SupervisionSpan.cast)
    )
