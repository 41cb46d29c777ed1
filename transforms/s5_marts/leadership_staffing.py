"""Mart `leadership_staffing`: assistant principals, coaches and released leaders side by side (M29)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PERSON
from contracts.marts.leadership_staffing import LeadershipStaffing
from contracts.policy.parameters import MetricParameters
from contracts.reference import Schools
from contracts.resolved.pay import PayTotals
from contracts.resolved.roles import PricedPositions
from contracts.resolved.service import Assignments
from transforms.money import dollars, money, rate, ratio
from transforms.s4_sustain.terms import with_loads

POSTS = {"ap": "assistant_principal", "coach": "instructional_coach"}
EXACT = 100_000_000  # FTE is summed as whole hundred-millionths


def build_leadership_staffing(
    assignments: dy.LazyFrame[Assignments],
    totals: dy.LazyFrame[PayTotals],
    positions: dy.LazyFrame[PricedPositions],
    schools: dy.LazyFrame[Schools],
    parameters: MetricParameters,
) -> dy.LazyFrame[LeadershipStaffing]:
    """One row per lea_id x school_year on the roster.

    FTE: FTE-days of the contract window over its days. Cost of a post: the person's pay in the LEA without benefit
    lines, by the post's part of his or her FTE-days there, with the average load. Released time and its cost are
    M12's, over all leadership roles; the cost is null where some of it has no price. `ap_falls_leaders_rise`: in this
    year and the one before, assistant principals' FTE was below and coach and released FTE above the year before, and
    an FTE of the latter costs less this year than an assistant principal's the year before; null where an earlier year
    or a cost that is not on file could change the answer.
    """
    released = positions.group_by(LEA_YEAR).agg(
        ((pl.col("release_fte") * EXACT).round(0).cast(pl.Int64).sum() / EXACT).alias("released_leader_fte"),
        ((pl.col("release_dollars") * EXACT).round(0).cast(pl.Int64).sum() / EXACT).alias("released_leader_cost"),
        ((pl.col("release_fte") > 0) & pl.col("release_dollars").is_null()).sum().alias("unpriced"),
    )
    pupils = schools.group_by(LEA_YEAR).agg(pl.col("enrollment").sum().cast(pl.Int64).alias("students"))
    rows = (
        with_loads(_positions(assignments, totals), parameters)
        .join(released, on=LEA_YEAR, how="left")
        .join(pupils, on=LEA_YEAR, how="left")
        .with_columns(pl.col("released_leader_fte", "released_leader_cost", "unpriced", "students").fill_null(0))
        .with_columns(
            *[dollars(pl.col(f"{post}_fine")).mul(1 + pl.col("average_load")).alias(f"{post}_cost") for post in POSTS],
            pl.when(pl.col("unpriced") == 0).then("released_leader_cost"),
        )
    )
    kinds = [*POSTS, "released_leader"]
    return (
        _with_substitution(rows)
        .with_columns(
            *[_per_1000(f"{kind}_fte").pipe(rate).alias(f"{kind}_fte_per_1000") for kind in kinds],
            *[_per_1000(f"{kind}_cost").pipe(money).alias(f"{kind}_cost_per_1000") for kind in kinds],
            *[rate(pl.col(f"{kind}_fte")).alias(f"{kind}_fte") for kind in kinds],
            *[money(pl.col(f"{kind}_cost")).alias(f"{kind}_cost") for kind in kinds],
        )
        .pipe(LeadershipStaffing.cast)
    )


def _per_1000(name: str) -> pl.Expr:
    return ratio(pl.col(name) * 1000, pl.col("students"))


def _positions(assignments: dy.LazyFrame[Assignments], totals: dy.LazyFrame[PayTotals]) -> pl.LazyFrame:
    """LEA_YEAR with FTE and unloaded pay (hundred-millionths of a dollar) of each kind of post."""
    kind = pl.col("staff_classification")
    paid = totals.select(*PERSON, (pl.col("pay_cents") - pl.col("benefit_cents")).alias("wage_cents"))
    held = [
        pl.col("fte_microdays").filter(kind == name).sum().alias(f"{post}_microdays") for post, name in POSTS.items()
    ]
    people = (
        assignments.group_by(PERSON)
        .agg(pl.col("window_days").max(), pl.col("fte_microdays").sum(), *held)
        .join(paid, on=PERSON, how="left")
    )
    wage = pl.col("wage_cents").fill_null(0) * 1_000_000
    return people.group_by(LEA_YEAR).agg(
        *[
            (pl.col(f"{post}_microdays").sum() / (pl.col("window_days").max() * 1_000_000.0)).alias(f"{post}_fte")
            for post in POSTS
        ],
        *[
            (wage * ratio(pl.col(f"{post}_microdays"), pl.col("fte_microdays")))
            .round(0)
            .cast(pl.Int64)
            .sum()
            .alias(f"{post}_fine")
            for post in POSTS
        ],
    )


def _with_substitution(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add `ap_falls_leaders_rise`."""
    leading = pl.col("coach_fte") + pl.col("released_leader_fte")
    known = rows.with_columns(
        (pl.col("ap_fte") * EXACT).round(0).alias("aps"),
        (leading * EXACT).round(0).alias("leading"),
        ratio(pl.col("ap_cost"), pl.col("ap_fte")).alias("ap_rate"),
        ratio(pl.col("coach_cost") + pl.col("released_leader_cost"), leading).alias("leader_rate"),
    )
    for back in (1, 2):
        before = known.select(
            "lea_id",
            (pl.col("school_year") + back).cast(pl.Int16),
            *[pl.col(name).alias(f"{name}_{back}") for name in ("aps", "leading", "ap_rate")],
        )
        known = known.join(before, on=LEA_YEAR, how="left")
    falls = (pl.col("aps") < pl.col("aps_1")) & (pl.col("aps_1") < pl.col("aps_2"))
    rises = (pl.col("leading") > pl.col("leading_1")) & (pl.col("leading_1") > pl.col("leading_2"))
    cheaper = pl.col("leader_rate") < pl.col("ap_rate_1")
    return known.with_columns((falls & rises & cheaper).alias("ap_falls_leaders_rise"))
