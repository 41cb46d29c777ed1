"""Mart `compensation`: every accepted payroll dollar once, with the counterfactual base and the increment beside it."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import vocabulary as v
from contracts.keys import PERSON
from contracts.marts.compensation import Compensation
from contracts.resolved.pay import BasePay, ResolvedPay
from transforms.money import dollars, money, money_from_cents


def build_compensation(pay: dy.LazyFrame[ResolvedPay], base_lf: dy.LazyFrame[BasePay]) -> dy.LazyFrame[Compensation]:
    """One row per staff_id x lea_id x school_year x pay_type x stream (MARTS 3; metrics 3).

    `amount` net of reversals, `role_amount` its part on codes naming a program or role. `base_counterfactual`,
    `increment` and `increment_status` sit once per person, LEA and year: on the base row of the largest stream (then
    the first by name); a person without base rows has only the status, on the first row.
    """
    key = [*PERSON, "pay_type", "stream"]
    rows = pay.group_by(key).agg(pl.col("cents").sum(), pl.col("cents").filter("is_role_pay").sum().alias("role_cents"))
    carries = pl.col("place") == pl.col("place").max().over(PERSON)
    has_base = carries & (pl.col("pay_type") == "base")
    carried = base_lf.select(
        *PERSON,
        money(dollars(pl.col("counterfactual_fine"))).alias("base_counterfactual"),
        money(dollars(pl.col("increment_fine"))).alias("increment"),
        "increment_status",
    )
    return (
        rows.with_columns(_place().alias("place"))
        .with_columns(carries.alias("carries"), has_base.alias("has_base"))
        .join(carried, on=PERSON, how="left")
        .with_columns(
            money_from_cents(pl.col("cents")).alias("amount"),
            money_from_cents(pl.col("role_cents")).alias("role_amount"),
            pl.when("has_base").then(pl.col("base_counterfactual", "increment")),
            pl.when("carries").then("increment_status").alias("increment_status"),
        )
        .pipe(Compensation.cast)
    )


def _place() -> pl.Expr:
    """An integer that is highest on the row that carries the increment: base rows by amount, then the first stream by
    name; below every base row the others, the first pay type and stream by name highest.
    """
    stream, kind = _by_name("stream", v.STREAMS), _by_name("pay_type", v.PAY_TYPES)
    return (
        pl.when(pl.col("pay_type") == "base")
        .then(pl.col("cents") * 32 - stream)
        .otherwise(-(2**62) - kind * 32 - stream)
    )


def _by_name(column: str, words: tuple[str, ...]) -> pl.Expr:
    """The word's place in the alphabetical order of its vocabulary."""
    return pl.col(column).replace_strict(sorted(words), list(range(len(words))), return_dtype=pl.Int64)
