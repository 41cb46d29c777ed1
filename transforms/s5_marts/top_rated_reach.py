"""Mart `top_rated_reach`: students of the highest-rated teachers (M28)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import STAFF_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.marts.top_rated_reach import TopRatedReach
from contracts.reference import Schools
from contracts.resolved.service import Assignments
from transforms.money import rate, ratio
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s4_sustain.totals import with_totals

POSITION = ["lea_id", *STAFF_YEAR, "school_id", "position_title", "position_id"]
CELL = ["lea_id", "school_year", "poverty_quartile"]


def build_top_rated_reach(
    educator_year: dy.LazyFrame[EducatorYear], assignments: dy.LazyFrame[Assignments], schools: dy.LazyFrame[Schools]
) -> dy.LazyFrame[TopRatedReach]:
    """One row per lea_id x school_year x poverty_quartile (null: all schools) with a teacher of record.

    Teachers of record whose students a roster counts, by their school of record; a person's students are the sum over
    positions of the most that any stay in the position says. Top-rated: `is_top` of the rating of record.
    """
    taught = (
        assignments.filter(pl.col("students_taught").is_not_null())
        .group_by(POSITION)
        .agg(pl.col("students_taught").max())
        .group_by(STAFF_YEAR)
        .agg(pl.col("students_taught").sum().cast(pl.Int64).alias("taught"))
    )
    people = (
        educator_year.filter("is_teacher")
        .join(taught, on=STAFF_YEAR, how="left")
        .join(poverty_quartiles(schools), on=["school_id", "school_year"], how="left")
        .with_columns(pl.col("poverty_quartile").fill_null(0), pl.col("is_top").fill_null(False))
    )
    top = pl.col("is_top") & pl.col("taught").is_not_null()
    others = pl.col("teachers") - pl.col("top_rated")
    return (
        with_totals(people.select(*CELL, "is_top", "taught"), "poverty_quartile")
        .group_by(CELL)
        .agg(
            pl.col("taught").count().cast(pl.Int64).alias("teachers"),
            top.sum().cast(pl.Int64).alias("top_rated"),
            pl.col("taught").sum().alias("students"),
            pl.col("taught").filter(top).sum().alias("students_of_top_rated"),
        )
        .with_columns(
            rate(ratio(pl.col("students_of_top_rated"), pl.col("students"))).alias("share"),
            rate(ratio(pl.col("students_of_top_rated"), pl.col("top_rated"))).alias("students_per_top_rated"),
            rate(ratio(pl.col("students") - pl.col("students_of_top_rated"), others)).alias("students_per_other"),
        )
        .pipe(TopRatedReach.cast)
    )
