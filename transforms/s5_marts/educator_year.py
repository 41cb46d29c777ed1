"""Mart `educator_year`: one row per educator and year, at the LEA and school of record."""

from __future__ import annotations

import polars as pl

from contracts.marts.educator_year import EducatorYear
from transforms.money import half_up, money_from_cents
from transforms.s4_sustain.outcomes import next_year_outcome, with_reports_next

STAFF_YEAR = ["staff_id", "school_year"]
LEA_PERSON = ["lea_id", "staff_id", "school_year"]


def build_educator_year(
    record_years: pl.LazyFrame,
    lea_years: pl.LazyFrame,
    ratings: pl.LazyFrame,
    districts: pl.LazyFrame,
    totals: pl.LazyFrame,
    leader_years: pl.LazyFrame,
    other_leader_years: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per staff_id x school_year on a roster (MARTS 3; 4.1; metrics 8).

    LEA and school of record are statewide; classification and rating are the LEA of record's; `fte` is the sum over
    LEAs, `years_experience` the maximum, `pay_total` net pay of all LEAs (0.00 without pay). Out of several ratings:
    a usable one first, then the district's own system, then the first by name; `rating_reason` is `absent` without any.
    """
    people = with_reports_next(staff_years(record_years, lea_years), lea_years)
    paid = totals.group_by(STAFF_YEAR).agg(pl.col("pay_cents").sum())
    leading = leader_years.select(*STAFF_YEAR, pl.lit(True).alias("is_leader"))
    others = other_leader_years.select(*STAFF_YEAR, pl.lit(True).alias("is_other_leader"))
    return (
        next_year_outcome(people)
        .join(rating_of_record(ratings, districts), on=LEA_PERSON, how="left")
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


def staff_years(record_years: pl.LazyFrame, lea_years: pl.LazyFrame) -> pl.LazyFrame:
    """One row per staff x year: LEA and school of record, classification there, teacher anywhere, FTE over all LEAs."""
    over_leas = lea_years.group_by(STAFF_YEAR).agg(
        pl.col("is_teacher").any(),
        # FTE in millionths, so that the sum over LEAs does not depend on their order
        (pl.col("fte") * 1_000_000).round(0).cast(pl.Int64).sum().alias("fte_millionths"),
        pl.col("years_experience").max(),
    )
    there = lea_years.select(*LEA_PERSON, "staff_classification")
    return (
        record_years.join(there, on=LEA_PERSON)
        .join(over_leas, on=STAFF_YEAR)
        .with_columns(half_up(pl.col("fte_millionths") / 1_000_000, 6).alias("fte"))
    )


def rating_of_record(ratings: pl.LazyFrame, districts: pl.LazyFrame) -> pl.LazyFrame:
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
        .filter(pl.col("place") == pl.col("place").min().over(LEA_PERSON))
        .select(*LEA_PERSON, "rating_system", "rating_level", "band", "is_top", "rating_reason")
    )
