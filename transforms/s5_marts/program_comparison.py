"""Mart `program_comparison`: reach, cost and stability of programs side by side, adopted or simulated."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, PROGRAM
from contracts.marts.designation import Designation
from contracts.marts.program_comparison import ProgramComparison
from contracts.policy.parameters import MetricParameters
from contracts.resolved.leaders import Adopted, Stability
from contracts.resolved.service import LeaYears
from transforms.money import cents, money, rate, ratio
from transforms.s4_sustain.leaders import has_tier
from transforms.s4_sustain.terms import with_loads


def build_program_comparison(
    designation: dy.LazyFrame[Designation],
    lea_years: dy.LazyFrame[LeaYears],
    adopted: dy.LazyFrame[Adopted],
    parameters: MetricParameters,
) -> dy.LazyFrame[ProgramComparison]:
    """One row per lea_id x program_id x school_year with designation rows; works alike on simulated ones.

    `designees` hold a level of tier 1 or more. `cost` is what the program's own rule pays them (`amount`), with the
    marginal load, so that adopted and simulated programs stand on one footing; `not_configured` while a designee's
    amount is not known. `take_up`: of awards won this year (earned, renewed) and declined, those won: an offer costs
    only when it is accepted. `stability`: designees of t-1 still on the LEA's roster in t who are designees in t.
    """
    holders = designation.filter(has_tier())
    teachers = lea_years.filter("is_teacher").group_by("lea_id", "school_year").agg(pl.len().alias("teachers"))
    held = holders.group_by(PROGRAM).agg(
        pl.len().alias("designees"),
        pl.col("amount").pipe(cents).sum().alias("amount_cents"),
        pl.col("amount").is_null().sum().alias("unpriced"),
    )
    offers = designation.group_by(PROGRAM).agg(
        pl.col("status").is_in(["earned", "renewed"]).sum().cast(pl.Int64).alias("won"),
        (pl.col("status") == "declined").sum().cast(pl.Int64).alias("declined"),
    )
    cost = pl.col("amount_cents") / 100 * (1 + pl.col("marginal_load"))
    return (
        with_loads(offers, parameters)
        .join(held, on=PROGRAM, how="left")
        .join(teachers, on=["lea_id", "school_year"], how="left")
        .join(stability(designation, lea_years), on=PROGRAM, how="left")
        .join(adopted.select(*PROGRAM, pl.lit(True).alias("adopted")), on=PROGRAM, how="left")
        .with_columns(pl.col("designees", "amount_cents", "unpriced").fill_null(0), pl.col("adopted").fill_null(False))
        .with_columns(pl.when(pl.col("unpriced") == 0).then(cost).alias("cost"))
        .with_columns(
            rate(ratio(pl.col("designees"), pl.col("teachers"))).alias("share_of_teachers"),
            money(pl.col("cost")).alias("cost"),
            money(ratio(pl.col("cost"), pl.col("designees"))).alias("cost_per_designee"),
            rate(pl.col("stability")).alias("stability"),
            rate(ratio(pl.col("won"), pl.col("won") + pl.col("declined"))).alias("take_up"),
            pl.when(pl.col("unpriced") > 0).then(pl.lit("not_configured")).otherwise(pl.lit("ok")).alias("cost_status"),
        )
        .pipe(ProgramComparison.cast)
    )


def stability(designation: dy.LazyFrame[Designation], lea_years: dy.LazyFrame[LeaYears]) -> dy.LazyFrame[Stability]:
    """PROGRAM of t with `stability`: of the holders of t-1 on the LEA's roster in t, the share that holds in t."""
    holders = designation.filter(has_tier())
    before = holders.select(*PROGRAM[:2], (pl.col("school_year") + 1).cast(pl.Int16), "staff_id")
    now = holders.select(*PROGRAM, "staff_id", pl.lit(True).alias("holds"))
    return (
        before.join(lea_years.select(PERSON), on=PERSON, how="semi")
        .join(now, on=[*PROGRAM, "staff_id"], how="left")
        .group_by(PROGRAM)
        .agg((pl.col("holds").count() / pl.len()).alias("stability"))
        .pipe(Stability.cast)
    )
