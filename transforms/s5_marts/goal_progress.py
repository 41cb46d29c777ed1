"""Mart `goal_progress`: declared goals beside what became of them (M37)."""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM, PROGRAM
from contracts.marts.goal_progress import GoalProgress
from contracts.reference import ProgramAdoption, ProgramGoals
from contracts.resolved.others import Rosters
from contracts.vocabulary import GOAL_MEASURES
from transforms.money import rate


def build_goal_progress(
    goals: dy.LazyFrame[ProgramGoals],
    adoption: dy.LazyFrame[ProgramAdoption],
    rosters: dy.LazyFrame[Rosters],
    marts: Mapping[str, pl.LazyFrame],
) -> pl.LazyFrame:
    """One row per goal and school year on the roster of its district.

    `actual`: the measure's value of the district, program and year in its mart (of `coverage` the row over all
    schools). Reached: at or above the target; at or below it where the target lies below the baseline. Declared before
    start: before 1 July of the program's first adopted year. `phase`: of the adoption with the greatest from_year up to
    the year.
    """
    start = adoption.group_by(LEA_PROGRAM).agg(pl.col("from_year").min().alias("first_year"))
    falls = (pl.col("target") < pl.col("baseline")).fill_null(False)
    actual, target = pl.col("actual"), pl.col("target")
    first_day = pl.date(pl.col("first_year").cast(pl.Int32) - 1, 7, 1)
    return (
        goals.join(rosters, on="lea_id")
        .join(_values(marts), on=[*PROGRAM, "measure"], how="left")
        .join(start, on=LEA_PROGRAM, how="left")
        .join(_phases(goals, rosters, adoption), on=PROGRAM, how="left")
        .with_columns(
            rate(target - actual).alias("distance"),
            pl.when(falls).then(actual <= target).otherwise(actual >= target).alias("reached"),
            (pl.col("declared_on") < first_day).alias("declared_before_start"),
        )
        .pipe(GoalProgress.cast)
    )


def _values(marts: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """PROGRAM x measure with `actual`, of every measure that a goal can name."""
    parts = []
    for measure in GOAL_MEASURES:
        mart, column = measure.split(".")
        rows = marts[mart]
        if mart == "coverage":
            one = pl.col("poverty_quartile").is_null() & pl.col("lea_id").is_not_null()
            rows = rows.filter(one & pl.col("program_id").is_not_null())
        value = pl.col(column).cast(pl.Float64).alias("actual")
        parts.append(rows.select(*PROGRAM, pl.lit(measure).alias("measure"), value))
    return pl.concat(parts)


def _phases(goals: pl.LazyFrame, rosters: pl.LazyFrame, adoption: pl.LazyFrame) -> pl.LazyFrame:
    """PROGRAM of the goals with `phase`."""
    return (
        goals.select(LEA_PROGRAM)
        .unique()
        .join(rosters, on="lea_id")
        .join(adoption.select(*LEA_PROGRAM, "from_year", "phase"), on=LEA_PROGRAM)
        .filter(pl.col("from_year") <= pl.col("school_year"))
        .group_by(PROGRAM)
        .agg(pl.col("phase").sort_by("from_year").last())
    )
