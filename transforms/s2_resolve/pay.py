"""Payroll summed once and classified: what each dollar is (pay type, program, role) and who pays it (stream, award).

The one pass over the pay lines is `sum_payroll`, when a submission is accepted; everything about money starts from its
few rows per educator and year.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import vocabulary as v
from contracts.extracts import AcceptedPayroll
from contracts.reference import Funds, PayCodes
from contracts.resolved.pay import PaySums, PayTotals, ResolvedPay
from transforms.money import cents

PLACE = ("submission_id", "source_file", "source_row")
PAY_KEY = ("lea_id", "school_year", "staff_id", "pay_code", "fund_code", "school_id")


def sum_payroll(payroll: dy.LazyFrame[AcceptedPayroll]) -> dy.LazyFrame[PaySums]:
    """Net pay and hours by lea x year x staff x pay code x fund x school (null school kept), sorted by that key.

    Columns: PAY_KEY, `cents` (Int64, net of reversals), `hours` (Float64, null when no line has hours or they cancel),
    `lines`, and `PLACE` of the first of them. Hours are summed as whole millionths, so that their sum does not depend
    on row order.
    """
    hours = (pl.col("hours") * 1_000_000).round(0).cast(pl.Int64)
    return (
        payroll.select(*PAY_KEY, *PLACE, pl.col("amount").pipe(cents).alias("cents"), hours.alias("hours"))
        .group_by(PAY_KEY)
        .agg(
            pl.col("cents", "hours").sum(),
            pl.len().cast(pl.UInt32).alias("lines"),
            pl.col(PLACE).sort_by(PLACE).first(),
        )
        .with_columns(pl.when(pl.col("hours") != 0).then(pl.col("hours") / 1_000_000).alias("hours"))
        .sort(PAY_KEY, nulls_last=True)
        .pipe(PaySums.cast)
    )


def classify_pay(
    pay_sums: dy.LazyFrame[PaySums], pay_codes: dy.LazyFrame[PayCodes], funds: dy.LazyFrame[Funds]
) -> dy.LazyFrame[ResolvedPay]:
    """Pay sums with `pay_type`, `program_id`, `role_code`, `stream`, `award_id`, `award_end`, `recurring`, `is_soft`.

    A pay code or fund that is not in reference becomes `unknown`, the row kept (MARTS 1). `is_role_pay`: stipend,
    hourly or bonus pay whose code names a program or a role. An unknown fund is not soft: nobody said it ends.
    """
    codes = pay_codes.select("lea_id", "pay_code", "pay_type", "program_id", "role_code")
    sources = funds.select("lea_id", "fund_code", "stream", "award_id", "award_end", "recurring")
    return (
        pay_sums.join(codes, on=["lea_id", "pay_code"], how="left")
        .join(sources, on=["lea_id", "fund_code"], how="left")
        .with_columns(pl.col("pay_type", "stream").fill_null("unknown"))
        .with_columns(is_soft().alias("is_soft"), is_role_pay().alias("is_role_pay"))
        .pipe(ResolvedPay.cast)
    )


def is_soft() -> pl.Expr:
    """Soft money: competitive, philanthropic or time-limited, or any fund that does not recur (MARTS 1)."""
    return pl.col("stream").is_in(v.SOFT_STREAMS) | ~pl.col("recurring").fill_null(True)


def is_role_pay() -> pl.Expr:
    """Role pay: stipend, hourly or bonus on a code that names a program or a role (MARTS 1)."""
    named = pl.col("program_id").is_not_null() | pl.col("role_code").is_not_null()
    return pl.col("pay_type").is_in(v.ROLE_PAY_TYPES) & named


def pay_totals(pay: dy.LazyFrame[ResolvedPay]) -> dy.LazyFrame[PayTotals]:
    """One row per lea x year x staff: `pay_cents` (all types), `base_cents`, `benefit_cents`, `supplement_cents`.

    `supplement_cents` is stipend, hourly and bonus pay, whether or not its code names a program.
    """
    kind = pl.col("pay_type")
    return (
        pay.group_by("lea_id", "school_year", "staff_id")
        .agg(
            pl.col("cents").sum().alias("pay_cents"),
            pl.col("cents").filter(kind == "base").sum().alias("base_cents"),
            pl.col("cents").filter(kind == "benefit").sum().alias("benefit_cents"),
            pl.col("cents").filter(kind.is_in(v.ROLE_PAY_TYPES)).sum().alias("supplement_cents"),
            pl.col("cents").filter("is_role_pay").sum().alias("role_cents"),
        )
        .pipe(PayTotals.cast)
    )
