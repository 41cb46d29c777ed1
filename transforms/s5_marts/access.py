"""Mart `access`: leaders, and the money for leading, by poverty of the schools they serve (M22, M23)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import SCHOOL
from contracts.marts.access import Access
from contracts.marts.educator_year import EducatorYear
from contracts.policy.parameters import MetricParameters
from contracts.reference import Schools
from contracts.resolved.leaders import LeaderPay
from contracts.resolved.others import Rosters
from contracts.resolved.people import PovertyQuartiles
from contracts.resolved.service import RecordYears
from transforms.money import dollars, fine, money, rate, ratio
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s4_sustain.terms import with_loads
from transforms.s4_sustain.totals import with_totals

CELL = ["lea_id", "school_year", "poverty_quartile"]


def build_access(
    educator_year: dy.LazyFrame[EducatorYear],
    leader_pay: dy.LazyFrame[LeaderPay],
    record_years: dy.LazyFrame[RecordYears],
    schools: dy.LazyFrame[Schools],
    rosters: dy.LazyFrame[Rosters],
    parameters: MetricParameters,
) -> dy.LazyFrame[Access]:
    """One row per lea_id (null: state) x school_year x poverty_quartile (MARTS 4.8): quartiles of schools statewide,
    people by school of record, leaders of any program. `leader_pay` is M01 of all programs at the leader's statewide
    school of record, as heads are, whichever LEA pays; loaded as the LEA that pays is (MARTS 5.S6).
    Only LEA-years with a roster have rows; a school without a known poverty is in quartile 0.
    """
    quartiles = poverty_quartiles(schools)
    pupils = (
        schools.join(rosters, on=["lea_id", "school_year"], how="semi")
        .join(quartiles, on=SCHOOL)
        .group_by(CELL)
        .agg(pl.col("enrollment").sum().alias("students"))
    )
    people = (
        _placed(educator_year, quartiles)
        .group_by(CELL)
        .agg(
            pl.col("is_teacher").sum().alias("teachers"),
            pl.col("is_leader").sum().alias("leaders"),
            pl.col("is_other_leader").sum().alias("other_leaders"),
        )
    )
    paid = (
        _placed(_at_record(leader_pay, record_years, parameters), quartiles)
        .group_by(CELL)
        .agg(pl.col("pay_fine").sum())
    )
    cells = pl.concat([part.select(CELL) for part in (pupils, people, paid)]).unique()
    counts = ["students", "teachers", "leaders", "other_leaders", "pay_fine"]
    rows = cells.join(pupils, on=CELL, how="left").join(people, on=CELL, how="left").join(paid, on=CELL, how="left")
    loaded = dollars(pl.col("pay_fine"))
    return (
        with_totals(rows, "lea_id")
        .group_by(CELL)
        .agg(pl.col(counts).fill_null(0).sum())
        .with_columns(
            rate(ratio(pl.col("students"), pl.col("leaders"))).alias("students_per_leader"),
            rate(ratio(pl.col("leaders") * 100, pl.col("teachers"))).alias("leaders_per_100_teachers"),
            money(loaded).alias("leader_pay"),
            money(ratio(loaded, pl.col("students"))).alias("leader_pay_per_student"),
        )
        .pipe(Access.cast)
    )


def _at_record(
    leader_pay: dy.LazyFrame[LeaderPay], record_years: dy.LazyFrame[RecordYears], parameters: MetricParameters
) -> pl.LazyFrame:
    """Loaded M01 of each leader and paying LEA, at the LEA and school of record statewide."""
    loaded = fine(dollars(pl.col("pay_fine")) * (1 + pl.col("marginal_load")))
    one_payer = leader_pay.group_by("lea_id", "school_year", "staff_id").agg(pl.col("pay_fine").sum())
    return (
        with_loads(one_payer, parameters)
        .select("staff_id", "school_year", loaded.alias("pay_fine"))
        .join(record_years.select("staff_id", "school_year", "lea_id", "school_id"), on=["staff_id", "school_year"])
    )


def _placed(people: pl.LazyFrame, quartiles: dy.LazyFrame[PovertyQuartiles]) -> pl.LazyFrame:
    return people.join(quartiles, on=SCHOOL, how="left").with_columns(pl.col("poverty_quartile").fill_null(0))
