"""Mart `survival`: how long new teachers stay, leaders beside others like them (M27)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.marts.educator_year import EducatorYear
from contracts.marts.survival import Survival
from contracts.reference import Schools
from contracts.resolved.others import Rosters
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s4_sustain.survival import kaplan_meier
from transforms.s4_sustain.totals import with_totals

LONGEST = 10  # years followed (RULES M27)
GROUP = ["lea_id", "cohort_year", "years_after", "comparison_group"]
CELL = ["lea_id", "cohort_year", "years_after", "band", "poverty_quartile"]


def build_survival(
    educator_year: dy.LazyFrame[EducatorYear], rosters: dy.LazyFrame[Rosters], schools: dy.LazyFrame[Schools]
) -> dy.LazyFrame[Survival]:
    """One row per lea_id (null: state) x cohort_year x years_after x comparison_group with persons.

    A cohort: teachers of record whose first year on a roster of the state it is, with at most one year of experience,
    by their LEA of that year. `leaders` led in some year before the one looked at (a year of leading must not itself
    prove that they stayed); `others` did not, and share with a leader the band of rating and the poverty quartile of
    their first year; `all` is the whole cohort. A person absent from a year that the LEA of the last sight has not
    reported is lost from sight, not gone. `survival` is the Kaplan-Meier share of those who taught in every year so
    far; the counts `in_*` also take back those who return. Leading takes years of staying, so the years before it
    count for leaders too: read the two groups as a description, not an effect.
    """
    followed = _with_ends(_followed(_entries(educator_year, schools), educator_year, rosters).cache())
    persons = _in_groups(with_totals(followed, "lea_id").cache()).cache()
    counts = persons.group_by(GROUP).agg(
        pl.len().alias("entered"),
        pl.col("is_known").sum().alias("followed"),
        (pl.col("now_school") == pl.col("school_id")).sum().alias("in_school"),
        (pl.col("now_lea") == pl.col("entry_lea")).sum().alias("in_lea"),
        pl.col("now_teaches").sum().alias("in_teaching"),
        pl.col("now_lea").is_not_null().sum().alias("in_state"),
    )
    curve = kaplan_meier(persons, GROUP)
    return counts.join(curve, on=GROUP, how="left", nulls_equal=True).pipe(Survival.cast)


def _entries(educator_year: dy.LazyFrame[EducatorYear], schools: dy.LazyFrame[Schools]) -> pl.LazyFrame:
    """One row per person of a cohort: LEA, school, band and poverty quartile of the first year, and whether leading."""
    first = educator_year.filter(pl.col("school_year") == pl.col("school_year").min().over("staff_id"))
    return (
        first.filter(pl.col("is_teacher") & (pl.col("years_experience") <= 1))
        .join(poverty_quartiles(schools), on=["school_id", "school_year"], how="left")
        .select(
            "staff_id",
            "lea_id",
            pl.col("lea_id").alias("entry_lea"),
            pl.col("school_year").alias("cohort_year"),
            "school_id",
            pl.col("band").fill_null(0),
            pl.col("poverty_quartile").fill_null(0),
            pl.col("is_leader").alias("led_first"),
        )
    )


def _followed(
    entries: pl.LazyFrame, educator_year: dy.LazyFrame[EducatorYear], rosters: dy.LazyFrame[Rosters]
) -> pl.LazyFrame:
    """Each person in each of the years after, up to the last on file: where, and whether that is known."""
    now = educator_year.select(
        "staff_id",
        "school_year",
        pl.col("lea_id").alias("now_lea"),
        pl.col("school_id").alias("now_school"),
        pl.col("is_teacher").alias("now_teaches"),
        pl.col("is_leader").alias("now_leads"),
    )
    last = rosters.select(pl.col("school_year").max().alias("last_year"))
    reported = rosters.select(pl.col("lea_id").alias("last_lea"), "school_year", pl.lit(True).alias("is_reported"))
    years = pl.int_ranges(1, LONGEST + 1).cast(pl.List(pl.Int8))
    led = pl.col("now_leads").fill_null(False).shift(1).fill_null(pl.col("led_first")).cum_max()
    return (
        entries.with_columns(years.alias("years_after"))
        .explode("years_after")
        .with_columns((pl.col("cohort_year") + pl.col("years_after")).cast(pl.Int16).alias("school_year"))
        .join(last, how="cross")
        .filter(pl.col("school_year") <= pl.col("last_year"))
        .join(now, on=["staff_id", "school_year"], how="left")
        .with_columns(pl.col("now_lea").forward_fill().over("staff_id", order_by="years_after").alias("last_lea"))
        .with_columns(pl.coalesce("last_lea", "entry_lea").alias("last_lea"))
        .join(reported, on=["last_lea", "school_year"], how="left")
        .with_columns(
            (pl.col("now_lea").is_not_null() | pl.col("is_reported").fill_null(False)).alias("is_known"),
            pl.col("now_teaches").fill_null(False),
            led.over("staff_id", order_by="years_after").alias("has_led"),
        )
    )


def _with_ends(followed: pl.LazyFrame) -> pl.LazyFrame:
    """Add `stopped_at`, the first year without teaching or sight (null: not by the year of the row), and `is_lost`."""
    ends = (
        followed.filter(~pl.col("now_teaches"))
        .group_by("staff_id")
        .agg(
            pl.col("years_after").min().alias("stopped_at"),
            (~pl.col("is_known")).sort_by("years_after").first().alias("is_lost"),
        )
    )
    by_now = pl.col("stopped_at") <= pl.col("years_after")
    return followed.join(ends, on="staff_id", how="left").with_columns(
        pl.when(by_now).then("stopped_at").alias("stopped_at"),
        (by_now & pl.col("is_lost")).fill_null(False).alias("is_lost"),
    )


def _in_groups(persons: pl.LazyFrame) -> pl.LazyFrame:
    """Persons in `leaders`, in `others` like some leader, and everybody in `all`."""
    led = persons.filter("has_led")
    like = persons.filter(~pl.col("has_led")).join(led.select(CELL).unique(), on=CELL, how="semi", nulls_equal=True)
    groups = {"leaders": led, "others": like, "all": persons}
    return pl.concat([rows.with_columns(pl.lit(name).alias("comparison_group")) for name, rows in groups.items()])
