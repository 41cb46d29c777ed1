"""What will still be paid in future years: recurring revenue, awards that run on, matches; and what ends (M07, M16)."""

from __future__ import annotations

import polars as pl

from transforms.money import cents
from transforms.s4_sustain.messages import format_message

LEA_PROGRAM = ["lea_id", "program_id"]


def base_years(costs: pl.LazyFrame) -> pl.LazyFrame:
    """One row per LEA_PROGRAM at work in the LEA's latest year on file: `first_year` and `base_year`.

    `first_year`: the first in force, else the first on file; flows before it are not the program's (MARTS 5.S10).
    """
    first = pl.coalesce(pl.col("school_year").filter("in_force").min(), pl.col("school_year").min())
    latest = costs.group_by("lea_id").agg(pl.col("school_year").max().alias("base_year"))
    return (
        costs.group_by(LEA_PROGRAM)
        .agg(first.alias("first_year"), pl.col("school_year").max().alias("last_year"))
        .join(latest, on="lea_id")
        .filter(pl.col("last_year") == pl.col("base_year"))
        .drop("last_year")
    )


def future_years(bases: pl.LazyFrame, years: int) -> pl.LazyFrame:
    """`bases` rows, each for `base_year` .. `base_year` + years, as `future_year` (Int16)."""
    base = pl.col("base_year").cast(pl.Int64)
    return (
        bases.with_columns(pl.int_ranges(base, base + years + 1).alias("future_year"))
        .explode("future_year")
        .cast({"future_year": pl.Int16})
    )


def award_pay(pay: pl.LazyFrame) -> pl.LazyFrame:
    """Program pay of each LEA's latest year of pay on awards that do not recur: lea x program x award, `cents`,
    `award_end`, `base_year`. A fund that does not recur and names no award stands for itself (`fund:<code>`) (MARTS
    4.3).
    """
    latest = pay.group_by("lea_id").agg(pl.col("school_year").max().alias("base_year"))
    award = pl.coalesce("award_id", format_message("fund:{}", "fund_code"))
    return (
        pay.filter(pl.col("program_id").is_not_null() & ~pl.col("recurring").fill_null(True))
        .join(latest, left_on=["lea_id", "school_year"], right_on=["lea_id", "base_year"])
        .group_by(*LEA_PROGRAM, award.alias("award_id"), pl.col("school_year").alias("base_year"))
        .agg(pl.col("cents").sum(), pl.col("award_end").max())
    )


def first_year_without(award_end: str = "award_end") -> pl.Expr:
    """The first school year (Int32) whose 1 July comes after the award's last day (MARTS 4.3); null when not known."""
    last = pl.col(award_end)
    return last.dt.year() + 1 + (last.dt.month() > 6).cast(pl.Int32)


def has_ended(future_year: str = "future_year") -> pl.Expr:
    """The award ends before the future year begins; null when its end is not known."""
    return first_year_without() <= pl.col(future_year)


def matches(finance: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Contracted match by `keys` and the future year it pays in: `match_cents`."""
    return (
        finance.filter(pl.col("kind") == "match")
        .group_by(*keys, pl.col("school_year").alias("future_year"))
        .agg(pl.col("amount").pipe(cents).sum().alias("match_cents"))
    )


def recurring_by_year(finance: pl.LazyFrame, futures: pl.LazyFrame) -> pl.LazyFrame:
    """LEA_PROGRAM x future_year: `recurring` dollars, the latest amount reported for that year or before; else null."""
    reported = (
        finance.filter(pl.col("kind") == "recurring_revenue")
        .group_by(*LEA_PROGRAM, "school_year")
        .agg((pl.col("amount").pipe(cents).sum() / 100).alias("recurring"))
    )
    return (
        futures.select(*LEA_PROGRAM, "future_year")
        .unique()
        .join(reported, on=LEA_PROGRAM)
        .filter(pl.col("school_year") <= pl.col("future_year"))
        .group_by(*LEA_PROGRAM, "future_year")
        .agg(pl.col("recurring").sort_by("school_year").last())
    )


def revenue_by_year(futures: pl.LazyFrame, pay: pl.LazyFrame, finance: pl.LazyFrame) -> pl.LazyFrame:
    """LEA_PROGRAM x future_year: `recurring` (null when not reported), `ending_grants` and `all_grants` (dollars):
    program pay on awards still running, or on every award as if renewed, at the level of the latest year, and matches.
    """
    grants = (
        futures.select(*LEA_PROGRAM, "base_year", "future_year")
        .unique()
        .join(award_pay(pay), on=[*LEA_PROGRAM, "base_year"])
        .group_by(*LEA_PROGRAM, "future_year")
        .agg(
            (pl.col("cents").filter(~has_ended().fill_null(False)).sum() / 100).alias("running"),
            (pl.col("cents").sum() / 100).alias("awarded"),
        )
    )
    matched = pl.col("match_cents").fill_null(0) / 100
    return (
        futures.select(*LEA_PROGRAM, "future_year")
        .unique()
        .join(recurring_by_year(finance, futures), on=[*LEA_PROGRAM, "future_year"], how="left")
        .join(grants, on=[*LEA_PROGRAM, "future_year"], how="left")
        .join(matches(finance, LEA_PROGRAM), on=[*LEA_PROGRAM, "future_year"], how="left")
        .select(
            *LEA_PROGRAM,
            "future_year",
            "recurring",
            (pl.col("running").fill_null(0) + matched).alias("ending_grants"),
            (pl.col("awarded").fill_null(0) + matched).alias("all_grants"),
        )
    )
