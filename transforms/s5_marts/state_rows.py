"""State rows of restricted marts: sums of what the districts' rows are made of, before anything is rounded.

Only marts whose metrics RULES section 5 gives for the state have them (M01, M02, M22, M23, M26, M27, M31): `lea_id` is
empty. Rates are those of the sums, never means of the districts' rates.
"""

from __future__ import annotations

import polars as pl

from transforms.money import dollars, fine, ratio

STATE_PROGRAM = ["program_id", "school_year"]
STATE_REASON = "Neutrality is asked of each district; this row is the whole state."
# Sums over the districts that have a row of the program; counts and pay are always known, the others may be missing.
COUNTED = (
    "leaders",
    "other_leaders",
    "leaders_without_increment",
    "unscheduled",
    "role_cents",
    "code_cents",
    "increment_fine",
)
ADDED = ("pay_benefit", "benefit", "incremental", "release_fte")
# What may be missing, its status, and the status where no district knows it.
MAY_LACK = {
    "teacher_dollars": ("pay_share_of_compensation_status", "not_enough_data"),
    "release_dollars": ("release_cost_status", "not_enough_data"),
    "cost": ("program_cost_status", "not_configured"),
}
NOT_OF_THE_STATE = (
    "neutral_answer",
    "lea_neutral_answer",
    "offsets_status",
    "net_cost_status",
    "net_change_status",
    "recurring_coverage_status",
    "role_based_share_status",
    "increment_depth_status",
    "runway_years_status",
    "money_ends_year_status",
)


def program_state_rows(districts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per program_id x school_year over unrounded district rows of `sustainability`.

    A sum takes the districts in which the figure is known; its status is `partly_known` where some are not, and a ratio
    is over the districts in which both of its parts are known. What is asked of a district alone is `not_applicable`.
    """
    known = {name: pl.col(name).is_not_null() for name in MAY_LACK}
    rows = districts.group_by(STATE_PROGRAM).agg(
        *[pl.col(name).sum() for name in COUNTED],
        *[_exact_sum(pl.col(name)).alias(name) for name in ADDED],
        *[_sum_of_known(name) for name in (*MAY_LACK, "training", "administration", "overlap")],
        *[_how_known(known[name], absent).alias(status) for name, (status, absent) in MAY_LACK.items()],
        _how_known(pl.col("finance_known"), "not_configured").alias("finance_status"),
        pl.col("in_force").any(),
        _exact_sum(pl.col("incremental").filter(known["teacher_dollars"])).alias("compensated"),
        pl.col("leaders").filter(known["cost"]).sum().alias("priced_leaders"),
    )
    nobody, no_wages = pl.col("priced_leaders") == 0, pl.col("teacher_dollars") <= 0
    return rows.with_columns(
        dollars(pl.col("increment_fine")).alias("increment_dollars"),
        ratio(pl.col("cost"), pl.col("priced_leaders")).alias("per_leader"),
        ratio(pl.col("compensated"), pl.col("teacher_dollars")).alias("pay_share"),
        _instead(nobody & pl.col("cost").is_not_null(), "program_cost_status").alias("cost_per_leader_status"),
        _instead(no_wages, "pay_share_of_compensation_status").alias("pay_share_of_compensation_status"),
        pl.when(pl.col("unscheduled") > 0)
        .then(pl.lit("no_schedule"))
        .when(pl.col("leaders_without_increment") > 0)
        .then(pl.lit("no_base_pay"))
        .otherwise(pl.lit("ok"))
        .alias("incremental_pay_status"),
        *[pl.lit("not_applicable").alias(name) for name in NOT_OF_THE_STATE],
        pl.lit(STATE_REASON).alias("neutral_reason"),
    )


def _sum_of_known(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(_exact_sum(pl.col(name))).alias(name)


def _exact_sum(unrounded: pl.Expr) -> pl.Expr:
    """In whole hundred-millionths, so that it does not depend on the order of districts."""
    return dollars(fine(unrounded).sum())


def _how_known(known: pl.Expr, absent: str) -> pl.Expr:
    """ok: in every district; partly_known: in some; else why it is nowhere."""
    return (
        pl.when(known.all()).then(pl.lit("ok")).when(known.any()).then(pl.lit("partly_known")).otherwise(pl.lit(absent))
    )


def _instead(no_denominator: pl.Expr, status: str) -> pl.Expr:
    return pl.when(no_denominator).then(pl.lit("zero_denominator")).otherwise(status)
