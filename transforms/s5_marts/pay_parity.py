"""Mart `pay_parity`: pay at each level beside teachers', assistant principals' and principals' (M11)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PERSON
from contracts.marts.designation import Designation
from contracts.marts.pay_parity import PayParity
from contracts.resolved.pay import PayTotals
from contracts.resolved.service import LeaYears
from transforms.money import money, rate, ratio

COMPARED = ("teacher", "assistant_principal", "principal")


def build_pay_parity(
    designation: dy.LazyFrame[Designation], totals: dy.LazyFrame[PayTotals], lea_years: dy.LazyFrame[LeaYears]
) -> dy.LazyFrame[PayParity]:
    """One row per lea_id x program_id x level x school_year (MARTS 4.7): LEA pay of the year, all pay types, of people
    with pay above 0, unscaled; medians, and the level's over those of the LEA's other kinds of staff.
    """
    paid = totals.filter(pl.col("pay_cents") > 0).select(*PERSON, "pay_cents")
    kinds = (
        lea_years.select(*PERSON, "staff_classification")
        .join(paid, on=PERSON)
        .group_by(LEA_YEAR)
        .agg(
            (pl.col("pay_cents").filter(pl.col("staff_classification") == kind).median() / 100).alias(f"of_{kind}")
            for kind in COMPARED
        )
    )
    levels = (
        designation.filter(pl.col("level").is_not_null())
        .select(*PERSON, "program_id", "level")
        .join(paid, on=PERSON, how="left")
        .group_by("lea_id", "program_id", "level", "school_year")
        .agg(pl.col("pay_cents").count().alias("persons"), (pl.col("pay_cents").median() / 100).alias("of_level"))
    )
    return (
        levels.join(kinds, on=LEA_YEAR, how="left")
        .with_columns(
            money(pl.col("of_level")).alias("median_pay"),
            *[money(pl.col(f"of_{kind}")).alias(f"median_{kind}") for kind in COMPARED],
            *[rate(ratio(pl.col("of_level"), pl.col(f"of_{kind}"))).alias(f"ratio_{kind}") for kind in COMPARED],
        )
        .pipe(PayParity.cast)
    )
