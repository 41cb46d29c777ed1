"""What will still be paid in future years: recurring revenue, awards that run on, matches; and what ends (M07, M16)."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.keys import AWARD, LEA_PROGRAM
from contracts.reference import ProgramFinance
from contracts.resolved.costs import Costs
from contracts.resolved.pay import ResolvedPay
from contracts.resolved.projection import AwardPay, BaseYears, FutureYears, RecurringRevenue, Revenue
from transforms.money import cents
from transforms.s4_sustain.messages import format_message


def base_years(costs: dy.LazyFrame[Costs]) -> dy.LazyFrame[BaseYears]:
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
        .pipe(BaseYears.cast)
    )


def future_years(bases: dy.LazyFrame[BaseYears], years: int) -> dy.LazyFrame[FutureYears]:
    """`bases` rows, each for `base_year` .. `base_year` + years, as `future_year`."""
    return bases.with_columns(future_year=years_from_base(years)).explode("future_year").pipe(FutureYears.cast)


def years_from_base(years: int) -> pl.Expr:
    """The list of school years `base_year` .. `base_year` + years, to explode."""
    base = pl.col("base_year").cast(pl.Int64)
    return pl.int_ranges(base, base + years + 1).cast(pl.List(pl.Int16))


def award_pay(pay: dy.LazyFrame[ResolvedPay]) -> dy.LazyFrame[AwardPay]:
    """Program pay of each LEA's latest year of pay on awards that do not recur: lea x program x award, `cents`,
    `award_end`, `base_year`. A fund that does not recur and names no award stands for itself (`fund:<code>`) (MARTS
    4.3).
    """
    return (
        latest_award_lines(pay)
        .group_by(*LEA_PROGRAM, award_of().alias("award_id"), pl.col("school_year").alias("base_year"))
        .agg(pl.col("cents").sum(), pl.col("award_end").max())
        .pipe(AwardPay.cast)
    )


def award_programs(awards: dy.LazyFrame[AwardPay]) -> pl.LazyFrame:
    """AWARD with `program_id`, the program that it pays most (then the first by name), and `programs`, how many."""
    return (
        awards.sort(*AWARD, -pl.col("cents"), "program_id")
        .group_by(AWARD, maintain_order=True)
        .agg(pl.col("program_id").first(), pl.len().alias("programs"))
    )


def award_of() -> pl.Expr:
    """The fund's award; a fund that names none stands for itself."""
    return pl.coalesce("award_id", format_message("fund:{}", "fund_code"))


def latest_award_lines(pay: dy.LazyFrame[ResolvedPay]) -> pl.LazyFrame:
    """Pay sums of each LEA's latest year of pay, on programs' codes and funds that do not recur."""
    latest = pay.group_by("lea_id").agg(pl.col("school_year").max())
    return pay.filter(pl.col("program_id").is_not_null() & ~pl.col("recurring").fill_null(True)).join(
        latest, on=["lea_id", "school_year"], how="semi"
    )


def first_year_without(award_end: str = "award_end") -> pl.Expr:
    """The first school year (Int32) whose 1 July comes after the award's last day (MARTS 4.3); null when not known."""
    last = pl.col(award_end)
    return last.dt.year() + 1 + (last.dt.month() > 6).cast(pl.Int32)


def has_ended(future_year: str = "future_year") -> pl.Expr:
    """The award ends before the future year begins; null when its end is not known."""
    return first_year_without() <= pl.col(future_year)


def matches(finance: dy.LazyFrame[ProgramFinance], keys: Sequence[str]) -> pl.LazyFrame:
    """Contracted match by `keys` and the future year it pays in: `match_cents`."""
    return (
        finance.filter(pl.col("kind") == "match")
        .group_by(*keys, pl.col("school_year").alias("future_year"))
        .agg(pl.col("amount").pipe(cents).sum().alias("match_cents"))
    )


def recurring_by_year(
    finance: dy.LazyFrame[ProgramFinance], futures: dy.LazyFrame[FutureYears]
) -> dy.LazyFrame[RecurringRevenue]:
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
        .pipe(RecurringRevenue.cast)
    )


def revenue_by_year(
    futures: dy.LazyFrame[FutureYears], pay: dy.LazyFrame[ResolvedPay], finance: dy.LazyFrame[ProgramFinance]
) -> dy.LazyFrame[Revenue]:
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
        .pipe(Revenue.cast)
    )
