"""Mart `sustainability`: what a program costs, whether it is neutral, covered, and how long it lasts."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from contracts.marts.sustainability import Sustainability
from contracts.resolved.costs import Costs, ProgramRows, RoleBasedShare, TeacherCompensation
from contracts.resolved.leaders import Leaders
from contracts.resolved.projection import Runway
from transforms.money import dollars, fine, money, money_from_cents, rate, ratio
from transforms.s4_sustain.cost import program_status
from transforms.s4_sustain.messages import format_message
from transforms.s5_marts.state_rows import program_state_rows

MONEY = {
    "increments": "increment_dollars",
    "benefit_load": "benefit",
    "incremental_pay": "incremental",
    "teacher_compensation": "teacher_dollars",
    "release_cost": "release_dollars",
    "program_benefits": "pay_benefit",
    "training_cost": "training",
    "administration_cost": "administration",
    "program_cost": "cost",
    "cost_overlap": "overlap",
    "cost_per_leader": "per_leader",
    "offsets": "offset",
    "net_cost": "net",
    "net_change": "change",
    "lea_net_cost": "lea_net",
    "recurring_revenue": "recurring_revenue",
}


def program_rows(
    costs: dy.LazyFrame[Costs],
    other_leaders: dy.LazyFrame[Leaders],
    compensation_lf: dy.LazyFrame[TeacherCompensation],
    role_based: dy.LazyFrame[RoleBasedShare],
    runway: dy.LazyFrame[Runway],
) -> dy.LazyFrame[ProgramRows]:
    """One row per lea_id x program_id x school_year: what `build_sustainability` rounds and the state's rows sum up.

    `costs` are `s4_sustain.cost` rows with offsets and change; `compensation_lf` and `role_based` per LEA and year;
    `runway` per program. A program-year not in force has a row where pay, release or finance made a cost, and says so.
    """
    others = other_leaders.group_by(PROGRAM).agg(pl.len().alias("other_leaders"))
    known_or_elsewhere = pl.col("net").is_not_null() | (
        ~pl.col("in_force") & (pl.col("cost_status") == "not_configured")
    )
    whole = costs.join(compensation_lf, on=LEA_YEAR, how="left").join(role_based, on=LEA_YEAR, how="left")
    return (
        whole.join(runway, on=PROGRAM, how="left")
        .join(others, on=PROGRAM, how="left")
        .sort(PROGRAM)
        .with_columns(
            dollars(pl.col("increment_fine")).alias("increment_dollars"),
            ratio(pl.col("cost"), pl.col("leaders")).alias("per_leader"),
            ratio(pl.col("incremental"), pl.col("teacher_dollars")).alias("pay_share"),
            ratio(pl.col("recurring_revenue"), pl.col("cost")).alias("coverage"),
            pl.col("other_leaders").fill_null(0),
            pl.when(known_or_elsewhere.all().over(LEA_YEAR) & pl.col("net").is_not_null().any().over(LEA_YEAR))
            .then(dollars(fine(pl.col("net")).sum().over(LEA_YEAR)))
            .alias("lea_net"),
        )
        # a program-year not in force is there for its pay alone (issue: rows say so)
        .filter(pl.col("in_force") | (pl.col("cost_status") != "not_configured"))
        .with_columns(*_statuses())
        .with_columns(_answer("net").alias("neutral_answer"), _answer("lea_net").alias("lea_neutral_answer"))
        .with_columns((pl.col("net") <= 0).alias("neutral"), _reason().alias("neutral_reason"))
        .pipe(ProgramRows.cast)
    )


def build_sustainability(districts: dy.LazyFrame[ProgramRows]) -> dy.LazyFrame[Sustainability]:
    """One row per lea_id x program_id x school_year: M01-M04, M08, M14, M15, M17 with their inputs (MARTS 3, 4, 5).

    An empty lea_id is the whole of the `districts` given (`state_rows.program_state_rows`). Nothing is rounded before
    this builder; money at 2 decimals, rates at 6, half up.
    """
    return (
        pl.concat([districts, program_state_rows(districts)], how="diagonal")
        .with_columns(program_status())
        .with_columns(money(pl.col(source)).alias(name) for name, source in MONEY.items())
        .with_columns(
            money_from_cents(pl.col("role_cents")).alias("role_pay"),
            money_from_cents(pl.col("code_cents")).alias("program_pay"),
            rate(pl.col("pay_share")).alias("pay_share_of_compensation"),
            rate(pl.col("coverage")).alias("recurring_coverage"),
            rate(pl.col("role_based")).alias("role_based_share"),
            rate(pl.col("depth")).alias("increment_depth"),
            rate(pl.col("release_fte")).alias("release_fte"),
        )
        .pipe(Sustainability.cast)
    )


def _statuses() -> list[pl.Expr]:
    """Why each metric is there or not, in the order in which its inputs are asked for."""
    none = pl.col("leaders") == 0
    cost_known = pl.col("cost_status") == "ok"
    return [
        _first(
            (pl.col("unscheduled") > 0, "no_schedule"), (pl.col("leaders_without_increment") > 0, "no_base_pay")
        ).alias("incremental_pay_status"),
        _first(
            (pl.col("teacher_dollars").is_null(), "not_enough_data"),
            (pl.col("pay_share").is_null(), "zero_denominator"),
        ).alias("pay_share_of_compensation_status"),
        _first((pl.col("release_dollars").is_null(), "not_enough_data")).alias("release_cost_status"),
        _first((~pl.col("finance_known"), "not_configured")).alias("finance_status"),
        pl.col("cost_status").alias("program_cost_status"),
        pl.when(~cost_known)
        .then("cost_status")
        .otherwise(_first((none, "zero_denominator")))
        .alias("cost_per_leader_status"),
        pl.col("offset_status").alias("offsets_status"),
        pl.col("net_status").alias("net_cost_status"),
        pl.col("change_status").alias("net_change_status"),
        pl.when(pl.col("recurring_revenue").is_null())
        .then(pl.lit("not_configured"))
        .when(~cost_known)
        .then("cost_status")
        .otherwise(_first((pl.col("coverage").is_null(), "zero_denominator")))
        .alias("recurring_coverage_status"),
        _first(
            (pl.col("above_entry_dollars").is_null(), "no_schedule"),
            (pl.col("role_based").is_null(), "zero_denominator"),
        ).alias("role_based_share_status"),
        _first((none, "zero_denominator"), (pl.col("depth").is_null(), "no_base_pay")).alias("increment_depth_status"),
        pl.col("runway_years_status", "money_ends_year_status").fill_null("not_latest_year"),
    ]


def _first(*lacks: tuple[pl.Expr, str]) -> pl.Expr:
    """The word of the first lack that is true, else ok."""
    status: pl.Expr = pl.lit("ok")
    for lacking, word in reversed(lacks):
        status = pl.when(lacking).then(pl.lit(word)).otherwise(status)
    return status


def _answer(net: str) -> pl.Expr:
    """The neutrality answer: no net increase is a net cost that is not above zero (MARTS 5, metrics 9)."""
    return (
        pl.when(pl.col(net).is_null())
        .then(pl.lit("not_enough_data"))
        .when(pl.col(net) <= 0)
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )


def _reason() -> pl.Expr:
    """One sentence with the figures behind the answer."""
    cost, offset, gap = (money(pl.col(name)).cast(pl.String) for name in ("cost", "offset", "net"))
    lacking = (
        pl.when(pl.col("cost_status") == "not_configured")
        .then(pl.lit("No pay, released time, training or administration of the program is on file."))
        .when(pl.col("cost_status") == "not_enough_data")
        .then(pl.lit("Released time cannot be priced: no teacher of the LEA has base pay."))
        .otherwise(
            pl.lit("Offsets of the whole LEA cannot be shared: the sum of its programs' cost is not above zero.")
        )
    )
    return (
        pl.when(pl.col("net").is_null())
        .then(lacking)
        .when(pl.col("net") <= 0)
        .then(format_message("Documented offsets of {} cover the cost of {}.", offset, cost))
        .otherwise(format_message("The cost of {} is {} more than documented offsets of {}.", cost, gap, offset))
    )
