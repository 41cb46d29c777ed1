"""Mart `educator_year`: one row per educator and year, at the LEA and school of record."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, STAFF_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.reference import Districts
from contracts.resolved.leaders import LeaderYears
from contracts.resolved.others import Rosters
from contracts.resolved.pay import PayTotals
from contracts.resolved.people import RatingOfRecord, StaffYears
from contracts.resolved.ratings import Ratings
from contracts.resolved.service import LeaYears, RecordYears
from transforms.money import half_up, money_from_cents
from transforms.s4_sustain.outcomes import next_year_outcome, with_reports_next


def build_educator_year(
    record_years: dy.LazyFrame[RecordYears],
    lea_years: dy.LazyFrame[LeaYears],
    ratings: dy.LazyFrame[Ratings],
    districts: dy.LazyFrame[Districts],
    totals: dy.LazyFrame[PayTotals],
    leader_years: dy.LazyFrame[LeaderYears],
    other_leader_years: dy.LazyFrame[LeaderYears],
    rosters: dy.LazyFrame[Rosters],
) -> dy.LazyFrame[EducatorYear]:
    """One row per staff_id x school_year on a roster (MARTS 3; 4.1; metrics 8).

    LEA and school of record are statewide; classification and rating are the LEA of record's; `fte` is the sum over
    LEAs, `years_experience` the maximum, `pay_total` net pay of all LEAs (0.00 without pay). Out of several ratings:
    a usable one first, then the district's own system, then the first by name; `rating_reason` is `absent` without any.
    """
    people = with_reports_next(staff_years(record_years, lea_years), rosters)
    paid = totals.group_by(STAFF_YEAR).agg(pl.col("pay_cents").sum())
    leading = leader_years.select(*STAFF_YEAR, pl.lit(True).alias("is_leader"))
    others = other_leader_years.select(*STAFF_YEAR, pl.lit(True).alias("is_other_leader"))
    return (
        next_year_outcome(people)
        .join(rating_of_record(ratings, districts), on=PERSON, how="left")
        .join(paid, on=STAFF_YEAR, how="left")
        .join(leading, on=STAFF_YEAR, how="left")
        .join(others, on=STAFF_YEAR, how="left")
        .with_columns(
            pl.col("is_leader", "is_other_leader").fill_null(False),
            money_from_cents(pl.col("pay_cents").fill_null(0)).alias("pay_total"),
            pl.when(pl.col("rating_system").is_null())
            .then(pl.lit("absent"))
            .otherwise(pl.col("rating_reason"))
            .alias("rating_reason"),
        )
        .pipe(EducatorYear.cast)
    )


def staff_years(record_years: dy.LazyFrame[RecordYears], lea_years: dy.LazyFrame[LeaYears]) -> dy.LazyFrame[StaffYears]:
    """One row per staff x year: LEA and school of record, classification there, teacher anywhere, FTE over all LEAs."""
    over_leas = lea_years.group_by(STAFF_YEAR).agg(
        pl.col("is_teacher").any(),
        # FTE in millionths, so that the sum over LEAs does not depend on their order
        (pl.col("fte") * 1_000_000).round(0).cast(pl.Int64).sum().alias("fte_millionths"),
        pl.col("years_experience").max(),
    )
    there = lea_years.select(*PERSON, "staff_classification")
    return (
        record_years.join(there, on=PERSON)
        .join(over_leas, on=STAFF_YEAR)
        .with_columns(half_up(pl.col("fte_millionths") / 1_000_000, 6).alias("fte"))
        .pipe(StaffYears.cast)
    )


def rating_of_record(
    ratings: dy.LazyFrame[Ratings], districts: dy.LazyFrame[Districts]
) -> dy.LazyFrame[RatingOfRecord]:
    """One rating row per lea x staff x year: usable first, then the district's own system, then the first by name."""
    own = districts.select("lea_id", pl.col("rating_system").alias("own_system"))
    systems = (
        ratings.select("rating_system")
        .unique()
        .with_columns(pl.col("rating_system").rank("dense").cast(pl.Int32).alias("by_name"))
    )
    unlike = (pl.col("rating_system") != pl.col("own_system")).fill_null(True)
    place = pl.col("rating_reason").is_not_null().cast(pl.Int32) * 2_000_000 + unlike * 1_000_000 + pl.col("by_name")
    return (
        ratings.join(own, on="lea_id", how="left")
        .join(systems, on="rating_system")
        .with_columns(place.alias("place"))
        .filter(pl.col("place") == pl.col("place").min().over(PERSON))
        .select(*PERSON, "rating_system", "rating_level", "band", "is_top", "rating_reason")
        .pipe(RatingOfRecord.cast)
    )
