"""Mart `stress`: the year in which each shock breaks a program, and how many leaders could still be paid (M38)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM
from contracts.marts.stress import StressTest
from contracts.policy.parameters import MetricParameters
from contracts.resolved.projection import FundedPaths
from transforms.money import money, rate
from transforms.s4_sustain.messages import format_message
from transforms.s4_sustain.stress import shock_money

KEY = (*LEA_PROGRAM, "shock")
WHY = {
    "not_configured": "Cost, cost-of-living raise or recurring revenue is not configured.",
    "not_enough_data": "Too little is on file to project the program.",
}


def build_stress(paths: dy.LazyFrame[FundedPaths], parameters: MetricParameters) -> pl.LazyFrame:
    """One row per lea_id x program_id x shock of programs at work in the LEA's latest year.

    `paths`: `projection.cost_paths` of the shocks with revenue. The money of a future year is recurring revenue, less
    what the shock takes, and the awards still running, unless the shock ends them; the latest year itself stands as it
    was. Broken: expected cost above that money. `leaders_payable`: expected leaders times money over cost, whole, in
    the first broken year, else in the last. Without a cost or a recurring revenue there is no grade, and the reason
    says what is missing.
    """
    yearly = paths.rename({"scenario": "shock"}).join(shock_money(parameters), on="shock")
    base = pl.col("future_year").min().over(KEY)
    recurring = pl.when(pl.col("future_year") == base).then(1.0).otherwise("recurring_factor") * pl.col("recurring")
    keeps = pl.col("keeps_grants") | (pl.col("future_year") == base)
    held = pl.when(keeps).then("ending_grants").otherwise(0.0)
    known = yearly.with_columns((recurring + held).alias("money"), base.alias("base_year"))
    status = pl.when(pl.col("recurring").is_null()).then(pl.lit("not_configured")).otherwise("cost_status")
    status = pl.when(status.is_in(list(WHY)) | (status == "ok")).then(status).otherwise(pl.lit("not_enough_data"))
    over = pl.col("expected") > pl.col("money")
    firsts = known.group_by(KEY).agg(
        pl.col("base_year").max(),
        pl.col("future_year").max().alias("last_year"),
        pl.col("future_year").filter(over).min().alias("first_year_broken"),
        status.filter(status != "ok").sort_by(pl.col("future_year").filter(status != "ok")).first().alias("lacking"),
    )
    at = pl.coalesce("first_year_broken", "last_year").alias("future_year")
    shown = known.select(*KEY, "future_year", "expected", "money", "persons")
    return _graded(firsts.with_columns(at).join(shown, on=[*KEY, "future_year"])).pipe(StressTest.cast)


def _graded(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Grade, gap, payable leaders and the reason; all but the reason are null where something is lacking."""
    broken, years = pl.col("first_year_broken"), pl.col("first_year_broken") - pl.col("base_year")
    graded = pl.when(broken.is_null()).then(pl.lit("A")).when(years >= 6).then(pl.lit("B"))
    graded = graded.when(years >= 3).then(pl.lit("C")).when(years >= 1).then(pl.lit("D"))
    payable = pl.col("persons") * pl.col("money") / pl.col("expected")
    payable = pl.when(broken.is_null()).then(pl.col("persons")).otherwise(payable)
    numbers = {
        "first_year_broken": broken,
        "gap_that_year": money(pl.when(broken.is_not_null()).then(pl.col("expected") - pl.col("money"))),
        "leaders_payable": rate(payable).clip(lower_bound=0).floor().cast(pl.Int32),
        "leaders_expected": rate(pl.col("persons")),
        "grade": graded.otherwise(pl.lit("F")),
    }
    amounts = (money(pl.col("expected")), money(pl.col("money")))
    falls = format_message("In {} expected cost is {} and the money {}.", "first_year_broken", *amounts)
    lasts = format_message("The money covers expected cost in every year to {}.", "last_year")
    lacking = pl.col("lacking")
    return rows.select(
        *KEY,
        *[pl.when(lacking.is_null()).then(number).alias(name) for name, number in numbers.items()],
        pl.when(lacking.is_not_null())
        .then(lacking.replace(WHY))
        .when(broken.is_null())
        .then(lasts)
        .otherwise(falls)
        .alias("reason"),
    )
