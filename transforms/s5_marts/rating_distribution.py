"""Mart `rating_distribution`: how each rating system spreads a district's teachers (M30)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.marts.rating_distribution import RatingDistribution
from contracts.policy.parameters import Findings
from contracts.reference import Districts
from contracts.resolved.ratings import Ratings
from transforms.money import rate, ratio
from transforms.s4_sustain.findings import growth_level, observation_level

SYSTEM = ["lea_id", "rating_system", "school_year"]
NO_SYSTEM = "none"


def build_rating_distribution(
    educator_year: dy.LazyFrame[EducatorYear],
    ratings: dy.LazyFrame[Ratings],
    districts: dy.LazyFrame[Districts],
    limits: Findings,
) -> dy.LazyFrame[RatingDistribution]:
    """One row per lea_id x rating_system x school_year x band (null: no usable rating).

    Teachers of record and the rating of record; who has none stands under the district's own system. The growth gap is
    the finding's: growth and observation levels at least `growth_gap_levels` apart, over teachers with both scores.
    """
    own = districts.select("lea_id", pl.col("rating_system").alias("own_system"))
    scores = ratings.select(*SYSTEM, "staff_id", "growth_index", "observation_average")
    apart = (growth_level(limits) - observation_level()).abs() >= limits.growth_gap_levels
    teachers = (
        educator_year.filter("is_teacher")
        .join(scores, on=[*SYSTEM, "staff_id"], how="left")
        .join(own, on="lea_id", how="left")
        .select(
            *LEA_YEAR,
            pl.coalesce("rating_system", "own_system", pl.lit(NO_SYSTEM)).alias("rating_system"),
            "band",
            pl.col("is_top").fill_null(False),
            (pl.col("growth_index").is_not_null() & pl.col("observation_average").is_not_null()).alias("has_both"),
            apart.alias("apart"),
        )
        .with_columns((pl.col("has_both") & pl.col("apart")).alias("apart"))
    )
    in_use = teachers.filter(pl.col("rating_system") != NO_SYSTEM)
    systems = in_use.group_by(LEA_YEAR).agg(pl.col("rating_system").n_unique().alias("systems"))
    whole = teachers.group_by(SYSTEM).agg(
        pl.len().alias("everybody"),
        pl.col("band").count().alias("rated"),
        pl.col("is_top").sum().alias("top"),
        pl.col("has_both").sum().alias("growth_gap_known"),
        pl.col("apart").sum().alias("growth_gaps"),
    )
    return (
        teachers.group_by(*SYSTEM, "band")
        .agg(pl.len().alias("teachers"))
        .join(whole, on=SYSTEM)
        .join(systems, on=LEA_YEAR, how="left")
        .with_columns(
            rate(ratio(pl.col("teachers"), pl.col("everybody"))).alias("share"),
            rate(ratio(pl.col("top"), pl.col("rated"))).alias("is_top_share"),
            rate(ratio(pl.col("growth_gaps"), pl.col("growth_gap_known"))).alias("growth_gap_share"),
            pl.col("systems").fill_null(0),
        )
        .pipe(RatingDistribution.cast)
    )
