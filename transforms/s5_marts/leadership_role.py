"""Mart `leadership_role`: each role, the time it takes and the pay it brings (M09, M10, M12)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, ROLE
from contracts.marts.leadership_role import LeadershipRole
from contracts.policy.parameters import MetricParameters
from contracts.reference import MinimumWage
from contracts.resolved.leaders import OwnRoles
from contracts.resolved.pay import PayTotals
from contracts.resolved.roles import PricedPositions, RolePay, RoleYears
from contracts.resolved.service import LeaYears
from transforms.money import money, money_from_cents, rate, ratio


def build_leadership_role(
    positions: dy.LazyFrame[PricedPositions],
    role_years: dy.LazyFrame[RoleYears],
    role_pay: dy.LazyFrame[RolePay],
    own_programs: dy.LazyFrame[OwnRoles],
    lea_years: dy.LazyFrame[LeaYears],
    totals: dy.LazyFrame[PayTotals],
    minimum_wage: dy.LazyFrame[MinimumWage],
    parameters: MetricParameters,
) -> dy.LazyFrame[LeadershipRole]:
    """One row per staff_id x lea_id x school_id x role_code x school_year (MARTS 3; 4.4; metrics 6).

    Role pay sits on person x role x year; over several schools it is shared by FTE-days, to the cent. Rates need
    payroll hours on the role's lines: without them `pay_per_hour` is null (the SQL view counts such rows). Own rate
    = base pay over (contract hours x FTE of the year). `pay_without_role` rows have no school; `positions` carry
    release dollars.
    """
    held = role_years.select(*ROLE, "is_held")
    paid = role_pay.rename({"cents": "role_cents"})
    posted = (
        positions.join(held, on=ROLE, how="left")
        .join(paid, on=ROLE, how="left")
        .join(own_programs, on=["lea_id", "school_year", "role_code"], how="left")
        .with_columns(
            pl.col("role_cents").fill_null(0).alias("whole_cents"),
            pl.lit(False).alias("pay_without_role"),
            pl.coalesce("program_id", "paid_program_id").alias("program_id"),
        )
        .with_columns(_shared_cents().alias("cents"), _shared_hours().alias("shared_hours"))
    )
    unposted = (
        paid.filter(pl.col("role_cents") != 0)
        .join(positions.select(ROLE).unique(), on=ROLE, how="anti", nulls_equal=True)
        .with_columns(
            pl.col("role_cents").alias("whole_cents"),
            pl.col("role_cents").alias("cents"),
            pl.col("hours").alias("shared_hours"),
            pl.col("paid_program_id").alias("program_id"),
            pl.lit(True).alias("pay_without_role"),
            pl.lit(False).alias("is_held"),
            pl.lit(0, pl.Int32).alias("days"),
        )
    )
    return _rated(pl.concat([posted, unposted], how="diagonal"), lea_years, totals, minimum_wage, parameters).pipe(
        LeadershipRole.cast
    )


def _rated(
    rows: pl.LazyFrame,
    lea_years: dy.LazyFrame[LeaYears],
    totals: dy.LazyFrame[PayTotals],
    minimum_wage: dy.LazyFrame[MinimumWage],
    parameters: MetricParameters,
) -> pl.LazyFrame:
    """Rates of M09 and M10, taken over the person's whole role pay and hours, and the two findings."""
    dollars = pl.col("whole_cents") / 100
    per_hour = ratio(dollars, pl.col("hours"))
    own_rate = ratio(pl.col("base_cents") / 100, pl.col("fte") * parameters.contract_hours)
    wage = pl.col("hourly").cast(pl.Float64)
    return (
        rows.join(lea_years.select(*PERSON, "fte"), on=PERSON, how="left")
        .join(totals.select(*PERSON, "base_cents"), on=PERSON, how="left")
        .join(minimum_wage, on="school_year", how="left")
        .with_columns(
            money(per_hour).alias("pay_per_hour"),
            rate(ratio(per_hour, wage)).alias("ratio_to_minimum_wage"),
            rate(ratio(per_hour, own_rate)).alias("ratio_to_own_rate"),
            rate(ratio(dollars, wage)).alias("break_even_hours"),
            money_from_cents(pl.col("cents")).alias("role_pay"),
            rate(pl.col("shared_hours")).alias("hours"),
            rate(pl.col("release_share")).alias("release_share"),
            rate(pl.col("release_fte")).alias("release_fte"),
            money(pl.col("release_dollars")).alias("release_cost"),
            (pl.col("is_held") & (pl.col("whole_cents") == 0)).alias("role_without_pay"),
        )
        .pipe(LeadershipRole.cast)
    )


def _running(part: pl.Expr) -> pl.Expr:
    """The part of the person's role at this school and those before it, by FTE-days (equal where there are none)."""
    weight = pl.when(pl.col("fte_microdays").sum().over(ROLE) > 0).then("fte_microdays").otherwise(1)
    running = weight.cum_sum().over(ROLE, order_by="school_id").cast(pl.Float64)
    return part * running / weight.sum().over(ROLE)


def _shared_cents() -> pl.Expr:
    """The school's part of the role pay; parts are differences of rounded running sums, so that they add up."""
    upto = _running(pl.col("whole_cents")).round(0, mode="half_away_from_zero").cast(pl.Int64)
    return upto - upto.shift(1, fill_value=0).over(ROLE, order_by="school_id")


def _shared_hours() -> pl.Expr:
    upto = _running(pl.col("hours"))
    return upto - upto.shift(1, fill_value=0.0).over(ROLE, order_by="school_id")
