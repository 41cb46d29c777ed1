"""Mart `compensation`: every accepted payroll dollar once, with the counterfactual base and the increment beside it."""

from __future__ import annotations

import polars as pl

from contracts.compensation import Compensation
from transforms.s2_resolve.exact import dollars, money, money_from_cents

PERSON = ["lea_id", "school_year", "staff_id"]


def build_compensation(pay: pl.LazyFrame, base_lf: pl.LazyFrame) -> pl.LazyFrame:
    """One row per staff_id x lea_id x school_year x pay_type x stream (MARTS 3; metrics 3).

    `amount` net of reversals, `role_amount` its part on codes naming a program or role. `base_counterfactual`,
    `increment` and `increment_status` sit once per person, LEA and year: on the base row of the largest stream (then
    the first by name); a person without base rows has only the status, on the first row.
    """
    rows = pay.group_by(*PERSON, "pay_type", "stream").agg(
        pl.col("cents").sum(), pl.col("cents").filter("is_role_pay").sum().alias("role_cents")
    )
    carrier = (
        rows.select(*PERSON, "pay_type", "stream", "cents")
        .sort(
            *PERSON,
            pl.col("pay_type") == "base",
            pl.when(pl.col("pay_type") == "base").then("cents").otherwise(0),
            "pay_type",
            "stream",
            descending=[False, False, False, True, True, False, False],
        )
        .unique(PERSON, keep="first", maintain_order=True)
        .join(base_lf, on=PERSON, how="left")
        .select(*PERSON, "pay_type", "stream", "counterfactual_fine", "increment_fine", "increment_status")
    )
    has_base = pl.col("pay_type") == "base"
    return (
        rows.join(carrier, on=[*PERSON, "pay_type", "stream"], how="left")
        .with_columns(
            money_from_cents(pl.col("cents")).alias("amount"),
            money_from_cents(pl.col("role_cents")).alias("role_amount"),
            pl.when(has_base).then(money(dollars(pl.col("counterfactual_fine")))).alias("base_counterfactual"),
            pl.when(has_base).then(money(dollars(pl.col("increment_fine")))).alias("increment"),
        )
        .pipe(Compensation.cast)
    )
