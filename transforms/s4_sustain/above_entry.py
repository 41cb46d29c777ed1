"""M14 and M02's whole, per LEA and year: what teachers are paid above entry salary, and paid at all."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PERSON
from contracts.policy.parameters import MetricParameters
from contracts.reference import SalarySchedules
from contracts.resolved.costs import EntrySalary, RoleBasedShare, TeacherCompensation
from contracts.resolved.leaders import LeaderPay
from contracts.resolved.pay import PayTotals
from contracts.resolved.service import LeaYears
from transforms.money import cents, dollars, fine_from_cents, ratio
from transforms.s4_sustain.terms import with_loads

ENTRY_LANE, ENTRY_STEP = "BA", 1


def teacher_compensation(
    totals: dy.LazyFrame[PayTotals], lea_years: dy.LazyFrame[LeaYears], parameters: MetricParameters
) -> dy.LazyFrame[TeacherCompensation]:
    """One row per LEA_YEAR: `teacher_dollars` = teachers' pay less benefit lines, x (1 + average load)."""
    teachers = lea_years.filter("is_teacher").select(PERSON)
    wages = (
        totals.join(teachers, on=PERSON, how="semi")
        .group_by(LEA_YEAR)
        .agg((pl.col("pay_cents") - pl.col("benefit_cents")).sum().alias("wage_cents"))
    )
    return (
        with_loads(wages, parameters)
        .select(*LEA_YEAR, (pl.col("wage_cents") / 100 * (1 + pl.col("average_load"))).alias("teacher_dollars"))
        .pipe(TeacherCompensation.cast)
    )


def role_based_share(
    totals: dy.LazyFrame[PayTotals],
    lea_years: dy.LazyFrame[LeaYears],
    leader_pay: dy.LazyFrame[LeaderPay],
    salary_schedules: dy.LazyFrame[SalarySchedules],
) -> dy.LazyFrame[RoleBasedShare]:
    """One row per LEA_YEAR with a schedule: `role_based` (unrounded) and `above_entry_dollars` (M14).

    Over teachers with base pay: (role pay + increments of leaders) / (base - entry salary x FTE + stipends, hourly
    pay and bonuses). Null where the whole is not above 0.
    """
    increments = leader_pay.group_by(PERSON).agg(pl.col("increment_fine").sum())
    entry_fine = (pl.col("entry_cents") * pl.col("fte_microdays") / pl.col("window_days")).round(0).cast(pl.Int64)
    above = pl.col("base_cents") + pl.col("supplement_cents")
    return (
        totals.filter(pl.col("base_cents") > 0)
        .join(lea_years.filter("is_teacher").select(*PERSON, "fte_microdays", "window_days"), on=PERSON)
        .join(entry_salary(salary_schedules), on=LEA_YEAR)
        .join(increments, on=PERSON, how="left")
        .group_by(LEA_YEAR)
        .agg(
            (fine_from_cents(pl.col("role_cents")) + pl.col("increment_fine").fill_null(0)).sum().alias("role_fine"),
            (fine_from_cents(above) - entry_fine).sum().alias("above_fine"),
        )
        .select(
            *LEA_YEAR,
            ratio(pl.col("role_fine"), pl.col("above_fine")).alias("role_based"),
            dollars(pl.col("above_fine")).alias("above_entry_dollars"),
        )
        .pipe(RoleBasedShare.cast)
    )


def entry_salary(salary_schedules: dy.LazyFrame[SalarySchedules]) -> dy.LazyFrame[EntrySalary]:
    """One row per LEA_YEAR: `entry_cents`, schedule[BA][1]; where a schedule has no such cell, its lowest amount."""
    rate = pl.col("amount").pipe(cents)
    is_entry = (pl.col("lane").str.to_uppercase() == ENTRY_LANE) & (pl.col("step") == ENTRY_STEP)
    return (
        salary_schedules.group_by(LEA_YEAR)
        .agg(pl.coalesce(rate.filter(is_entry).min(), rate.min()).alias("entry_cents"))
        .pipe(EntrySalary.cast)
    )
