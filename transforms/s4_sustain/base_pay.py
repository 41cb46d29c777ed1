"""Base pay with and without designation: the schedule's counterfactual and the increment over it (M01)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON
from contracts.reference import SalarySchedules
from contracts.resolved.pay import BasePay, PayTotals, ScheduleValue
from contracts.resolved.service import Assignments
from transforms.money import cents, fine_from_cents


def base_pay(
    totals: dy.LazyFrame[PayTotals],
    assignments: dy.LazyFrame[Assignments],
    salary_schedules: dy.LazyFrame[SalarySchedules],
) -> dy.LazyFrame[BasePay]:
    """One row per PERSON with pay: `base_cents`, `counterfactual_fine`, `increment_fine`, `increment_status`.

    Counterfactual = schedule[lane][step] x FTE-days / days of the contract window, summed over stays (MARTS 4.9);
    fine = hundred-millionths of a dollar. A person with a day that no schedule prices, or with no roster row, keeps
    the actual base and an increment of 0: `no_schedule`. Priced, but without base pay above 0: increment null,
    `no_base_pay`.
    """
    priced = pl.col("priced").fill_null(False)
    paid = pl.col("base_cents") > 0
    actual = fine_from_cents(pl.col("base_cents"))
    return (
        totals.select(*PERSON, "base_cents")
        .join(schedule_value(assignments, salary_schedules), on=PERSON, how="left")
        .with_columns(pl.when(priced).then(pl.col("schedule_fine")).otherwise(actual).alias("counterfactual_fine"))
        .with_columns(
            pl.when(paid | ~priced).then(actual - pl.col("counterfactual_fine")).alias("increment_fine"),
            pl.when(~priced)
            .then(pl.lit("no_schedule"))
            .when(~paid)
            .then(pl.lit("no_base_pay"))
            .otherwise(pl.lit("ok"))
            .alias("increment_status"),
        )
        .drop("priced", "schedule_fine")
        .pipe(BasePay.cast)
    )


def schedule_value(
    assignments: dy.LazyFrame[Assignments], salary_schedules: dy.LazyFrame[SalarySchedules]
) -> dy.LazyFrame[ScheduleValue]:
    """One row per PERSON: `schedule_fine`, what the schedule pays for the stays, and whether all were `priced`."""
    rates = salary_schedules.select(
        "lea_id",
        "school_year",
        pl.col("lane").alias("salary_lane"),
        pl.col("step").alias("salary_step"),
        pl.col("amount").pipe(cents).alias("rate_cents"),
    )
    served = pl.col("fte_microdays") > 0
    return (
        assignments.select(*PERSON, "salary_lane", "salary_step", "fte_microdays", "window_days")
        .join(rates, on=["lea_id", "school_year", "salary_lane", "salary_step"], how="left")
        .group_by(PERSON)
        .agg(
            # cents x millionths of an FTE-day over days = millionths of a cent, the fine unit
            ((pl.col("rate_cents") * pl.col("fte_microdays")).sum() / pl.col("window_days").max())
            .round(0)
            .cast(pl.Int64)
            .alias("schedule_fine"),
            (pl.col("rate_cents").is_not_null() | ~served).all().alias("covered"),
            served.any().alias("served"),
        )
        .select(*PERSON, "schedule_fine", (pl.col("covered") & pl.col("served")).alias("priced"))
        .pipe(ScheduleValue.cast)
    )
