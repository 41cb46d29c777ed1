"""What the salary schedule does to leaders' pay as they serve on (M16)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM, PERSON
from contracts.reference import SalarySchedules
from contracts.resolved.leaders import LeaderPay
from contracts.resolved.projection import BaseYears, ScheduleSteps, StepRises
from contracts.resolved.service import LeaYears
from transforms.money import cents


def schedule_steps(
    leader_pay: dy.LazyFrame[LeaderPay],
    lea_years: dy.LazyFrame[LeaYears],
    salary_schedules: dy.LazyFrame[SalarySchedules],
    bases: dy.LazyFrame[BaseYears],
) -> dy.LazyFrame[ScheduleSteps]:
    """One row per LEA_PROGRAM with leaders on a schedule in the base year: `step_now` (their mean step),
    `step_entry` (mean step of those who were no leaders the year before; all, if there are none), `step_growth`
    (mean rise to the next step, 0 at the last), `step_last` (the schedule's last step).

    `step_growth` weighs the rise by how much of leaders' pay is base increment: stipends do not climb with steps.
    """
    rows = (
        leader_pay.join(bases, on=LEA_PROGRAM)
        .join(lea_years.select(*PERSON, "salary_lane", "salary_step"), on=PERSON)
        .filter(pl.col("salary_step").is_not_null())
    )
    led = leader_pay.select(*LEA_PROGRAM, "staff_id", (pl.col("school_year") + 1).cast(pl.Int16), was=pl.lit(True))
    is_base = pl.col("school_year") == pl.col("base_year")
    fresh = is_base & pl.col("was").is_null()
    step = pl.col("salary_step").cast(pl.Int64)
    moving = pl.col("increment_fine").filter(is_base).sum().cast(pl.Float64)
    share = pl.when(pl.col("pay_fine").filter(is_base).sum() > 0).then(
        moving / pl.col("pay_fine").filter(is_base).sum()
    )
    return (
        rows.join(led, on=[*LEA_PROGRAM, "staff_id", "school_year"], how="left")
        .join(step_rises(salary_schedules), on=["lea_id", "school_year", "salary_lane", "salary_step"], how="left")
        .group_by(LEA_PROGRAM)
        .agg(
            _mean(step, is_base).alias("step_now"),
            pl.coalesce(_mean(step, fresh), _mean(step, is_base)).alias("step_entry"),
            (
                pl.col("rise_millionths").fill_null(0).filter(is_base).mean()
                / 1_000_000
                * share.fill_null(0).clip(0, 1)
            ).alias("step_growth"),
            pl.col("last_step").filter(is_base).max().cast(pl.Float64).alias("step_last"),
        )
        .filter(pl.col("step_now").is_not_null() & pl.col("step_last").is_not_null())
        .pipe(ScheduleSteps.cast)
    )


def step_rises(salary_schedules: dy.LazyFrame[SalarySchedules]) -> dy.LazyFrame[StepRises]:
    """Schedule cells with `rise_millionths`, the relative rise to the next step, and the lane's `last_step`."""
    lane = ["lea_id", "school_year", "lane"]
    rate = pl.col("amount").pipe(cents)
    following = rate.shift(-1).over(lane, order_by="step")
    return salary_schedules.select(
        "lea_id",
        "school_year",
        pl.col("lane").alias("salary_lane"),
        pl.col("step").alias("salary_step"),
        ((following / rate - 1) * 1_000_000).round(0).fill_null(0).cast(pl.Int64).alias("rise_millionths"),
        pl.col("step").max().over(lane).alias("last_step"),
    ).pipe(StepRises.cast)


def _mean(whole: pl.Expr, which: pl.Expr) -> pl.Expr:
    return whole.filter(which).mean()
