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
from contracts.resolved.people import PovertyQuartiles
from contracts.resolved.service import LeaYears
from transforms.money import dollars, money, rate, ratio
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s4_sustain.terms import with_loads

CELL = ["lea_id", "school_year", "poverty_quartile"]


def build_access(
    educator_year: dy.LazyFrame[EducatorYear],
    leader_pay: dy.LazyFrame[LeaderPay],
    schools: dy.LazyFrame[Schools],
    lea_years: dy.LazyFrame[LeaYears],
    parameters: MetricParameters,
) -> dy.LazyFrame[Access]:
    """One row per lea_id x school_year x poverty_quartile (MARTS 4.8): quartiles of schools statewide, people by
    school of record, leaders of any program or role. `leader_pay` is M01 of all programs, at the leader's school of
    record in the LEA that pays. Only LEA-years with a roster have rows; a school without a known poverty is in
    quartile 0.
    """
    quartiles = poverty_quartiles(schools)
    reported = lea_years.select("lea_id", "school_year").unique()
    pupils = (
        schools.join(reported, on=["lea_id", "school_year"], how="semi")
        .join(quartiles, on=SCHOOL)
        .group_by(CELL)
        .agg(pl.col("enrollment").sum().alias("students"))
    )
    people = (
        _placed(educator_year, quartiles)
        .group_by(CELL)
        .agg(pl.col("is_teacher").sum().alias("teachers"), pl.col("is_leader").sum().alias("leaders"))
    )
    paid = _placed(leader_pay, quartiles).group_by(CELL).agg(pl.col("pay_fine").sum())
    cells = pl.concat([part.select(CELL) for part in (pupils, people, paid)]).unique()
    counts = ["students", "teachers", "leaders", "pay_fine"]
    rows = cells.join(pupils, on=CELL, how="left").join(people, on=CELL, how="left").join(paid, on=CELL, how="left")
    loaded = dollars(pl.col("pay_fine")) * (1 + pl.col("marginal_load"))
    return (
        with_loads(rows.with_columns(pl.col(counts).fill_null(0)), parameters)
        .with_columns(
            rate(ratio(pl.col("students"), pl.col("leaders"))).alias("students_per_leader"),
            rate(ratio(pl.col("leaders") * 100, pl.col("teachers"))).alias("leaders_per_100_teachers"),
            money(loaded).alias("leader_pay"),
            money(ratio(loaded, pl.col("students"))).alias("leader_pay_per_student"),
        )
        .pipe(Access.cast)
    )


def _placed(people: pl.LazyFrame, quartiles: dy.LazyFrame[PovertyQuartiles]) -> pl.LazyFrame:
    return people.join(quartiles, on=SCHOOL, how="left").with_columns(pl.col("poverty_quartile").fill_null(0))
