"""Ratings that count, and why the others do not (PACKS "Usable rating", MARTS 1)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedEvaluation
from contracts.reference import RatingSystems
from contracts.resolved.ratings import GapYears, LabelsInForce, Ratings
from transforms.s1_conform.reference_lookup import rating_labels

SCORES = (
    "rating_score",
    "potential_rating",
    "observation_average",
    "minimum_dimension_score",
    "growth_percent",
    "growth_index",
)
NO_LABEL, UNKNOWN_LABEL = "no_label", "unknown_label"


def usable_ratings(
    evaluation: dy.LazyFrame[AcceptedEvaluation], rating_systems: dy.LazyFrame[RatingSystems]
) -> dy.LazyFrame[Ratings]:
    """One row per lea_id x staff_id x school_year x rating_system of the evaluation extract.

    Usable = status final (or appealed) with a label that the system's version of the year knows. `rating_level`,
    `band`, `is_top`, `is_positive` are null when it is not usable, and `rating_reason` says why: the status, or
    `no_label`, or `unknown_label`; it is null when usable. `rating_level_sent` keeps the label as sent. The scores
    (`rating_score`, `potential_rating`, `observation_average`, `minimum_dimension_score`, `growth_percent`,
    `growth_index`) are as sent whatever the status; `evaluator_staff_id`, `school_id`, `source_file`, `source_row` too.
    """
    final = pl.col("status").is_in(["final", "appealed"])
    labels_lf = labels_in_force(evaluation, rating_systems)
    rated_lf = evaluation.join(labels_lf, on=["rating_system", "school_year", "rating_level"], how="left")
    reason = (
        pl.when(~final)
        .then(pl.col("status"))
        .when(pl.col("rating_level").is_null() & (pl.col("status") == "appealed"))
        .then(pl.lit("appealed"))
        .when(pl.col("rating_level").is_null())
        .then(pl.lit(NO_LABEL))
        .when(pl.col("band").is_null())
        .then(pl.lit(UNKNOWN_LABEL))
    )
    usable = pl.col("rating_reason").is_null()
    seen = ("lea_id", "staff_id", "school_year", "rating_system", "status", "evaluator_staff_id", "school_id")
    return (
        rated_lf.with_columns(rating_reason=reason, rating_level_sent=pl.col("rating_level"))
        .with_columns(pl.when(usable).then(pl.col("rating_level", "band", "is_top", "is_positive")))
        .select(
            *seen,
            *("rating_level", "band", "is_top", "is_positive", "rating_reason", "rating_level_sent"),
            *SCORES,
            *("source_file", "source_row"),
        )
        .pipe(Ratings.cast)
    )


def labels_in_force(
    evaluation: dy.LazyFrame[AcceptedEvaluation], rating_systems: dy.LazyFrame[RatingSystems]
) -> dy.LazyFrame[LabelsInForce]:
    """One row per rating_system x school_year x rating_level: the version with the greatest from_year <= t, whole."""
    labels_lf = rating_labels(rating_systems, evaluation.select("school_year").unique())
    return labels_lf.select(LabelsInForce.column_names()).pipe(LabelsInForce.cast)


def statewide_gaps(rating_systems: dy.LazyFrame[RatingSystems]) -> dy.LazyFrame[GapYears]:
    """One row per rating_system x school_year in which nobody was rated: the union over versions."""
    return (
        rating_systems.select("rating_system", school_year=pl.col("statewide_gap_years").str.split(";"))
        .explode("school_year")
        .with_columns(pl.col("school_year").str.strip_chars().replace("", None).cast(pl.Int16))
        .drop_nulls()
        .unique()
        .pipe(GapYears.cast)
    )
