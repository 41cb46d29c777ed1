"""Mart `school_leadership`: leaders gained, kept and lost by a school, and what they do there (M35)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import SCHOOL
from contracts.marts.educator_year import EducatorYear
from contracts.marts.leadership_activity import LeadershipActivity
from contracts.marts.school_leadership import SchoolLeadership
from contracts.marts.supervision_span import SupervisionSpan
from contracts.resolved.roles import PricedPositions

CHANGES = ("gained", "kept", "lost", "roles_vacant")


def build_school_leadership(
    supervision_span: dy.LazyFrame[SupervisionSpan],
    educator_year: dy.LazyFrame[EducatorYear],
    activity: dy.LazyFrame[LeadershipActivity],
    positions: dy.LazyFrame[PricedPositions],
) -> dy.LazyFrame[SchoolLeadership]:
    """One row per school_id x school_year with a teacher on the roster (the schools of `supervision_span`).

    Leaders by school of record. Changes are to the year before, and null where the LEA has no school of that year.
    `roles_vacant`: over roles, holders of the year before that are more than this year's. Activity: completed, and
    completed or scheduled, outputs of `leadership_activity` in the months of the year.
    """
    schools = supervision_span.select(*SCHOOL, "lea_id", pl.col("median_span").alias("span_median"))
    led = educator_year.filter("is_leader").select(*SCHOOL, "staff_id").unique()
    heads = led.group_by(SCHOOL).agg(pl.len().alias("leaders"))
    before = (
        schools.select("lea_id", (pl.col("school_year") + 1).cast(pl.Int16))
        .unique()
        .with_columns(pl.lit(True).alias("has_before"))
    )
    counts = ["leaders", "activity_done", "activity_due"]
    return (
        schools.join(heads, on=SCHOOL, how="left")
        .join(_moves(led), on=SCHOOL, how="left")
        .join(_vacancies(positions), on=SCHOOL, how="left")
        .join(_activity(activity), on=SCHOOL, how="left")
        .join(before, on=["lea_id", "school_year"], how="left")
        .with_columns(pl.col(counts).fill_null(0), pl.when("has_before").then(pl.col(CHANGES).fill_null(0)))
        .pipe(SchoolLeadership.cast)
    )


def _a_year_later(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns((pl.col("school_year") + 1).cast(pl.Int16))


def _moves(led: pl.LazyFrame) -> pl.LazyFrame:
    """SCHOOL with `gained`, `kept` and `lost` against the year before."""
    now, then = pl.col("now").fill_null(False), pl.col("then").fill_null(False)
    both = led.with_columns(pl.lit(True).alias("now")).join(
        _a_year_later(led).with_columns(pl.lit(True).alias("then")),
        on=[*SCHOOL, "staff_id"],
        how="full",
        coalesce=True,
    )
    return both.group_by(SCHOOL).agg(
        (now & ~then).sum().alias("gained"), (now & then).sum().alias("kept"), (then & ~now).sum().alias("lost")
    )


def _vacancies(positions: dy.LazyFrame[PricedPositions]) -> pl.LazyFrame:
    """SCHOOL with `roles_vacant`."""
    role = [*SCHOOL, "role_code"]
    held = positions.group_by(role).agg(pl.col("staff_id").n_unique().cast(pl.Int64).alias("holders"))
    return (
        _a_year_later(held)
        .join(held, on=role, how="left", suffix="_now")
        .with_columns((pl.col("holders") - pl.col("holders_now").fill_null(0)).clip(lower_bound=0).alias("vacant"))
        .group_by(SCHOOL)
        .agg(pl.col("vacant").sum().alias("roles_vacant"))
    )


def _activity(activity: dy.LazyFrame[LeadershipActivity]) -> pl.LazyFrame:
    """SCHOOL with outputs done and due; July to December belong to the school year that ends a year later."""
    month = pl.col("month")
    year = (month.dt.year() + (month.dt.month() > 6).cast(pl.Int32)).cast(pl.Int16)
    return (
        activity.filter(pl.col("kind") == "output")
        .group_by("school_id", year.alias("school_year"))
        .agg(pl.col("done").sum().alias("activity_done"), pl.col("required").sum().alias("activity_due"))
    )
