"""Mart `coverage`: schools with a teacher leader, out of the schools with teachers (M26)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM, SCHOOL, STAFF_YEAR
from contracts.marts.coverage import Coverage
from contracts.marts.educator_year import EducatorYear
from contracts.reference import Schools
from contracts.resolved.leaders import Adopted, Leaders
from transforms.money import rate, ratio
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s4_sustain.totals import with_totals

KEY = [*PROGRAM, "poverty_quartile"]


def build_coverage(
    educator_year: dy.LazyFrame[EducatorYear],
    leaders: dy.LazyFrame[Leaders],
    adopted: dy.LazyFrame[Adopted],
    schools: dy.LazyFrame[Schools],
) -> dy.LazyFrame[Coverage]:
    """One row per lea_id (null: state) x program_id (null: any) x school_year x poverty_quartile (null: all).

    Teachers and leaders by school of record; a school that records of two LEAs name counts in the first. A program's
    rows count the schools of LEAs that have it in force or have a leader of it, so that the state's share of a program
    is not taken over districts without it.
    """
    teachers = educator_year.filter("is_teacher")
    there = (
        teachers.group_by(SCHOOL)
        .agg(pl.col("lea_id").min(), pl.col("is_leader").any().alias("leads"))
        .join(poverty_quartiles(schools), on=SCHOOL, how="left")
        .with_columns(pl.col("poverty_quartile").fill_null(0))
    )
    led = (
        leaders.select(*STAFF_YEAR, "program_id")
        .join(teachers.filter("is_leader").select(*STAFF_YEAR, "school_id"), on=STAFF_YEAR)
        .select(*SCHOOL, "program_id", pl.lit(True).alias("leads"))
        .unique()
    )
    at_work = pl.concat([adopted.select(PROGRAM), led.join(there, on=SCHOOL).select(PROGRAM)]).unique()
    by_program = (
        there.drop("leads")
        .join(at_work, on=["lea_id", "school_year"])
        .join(led, on=[*SCHOOL, "program_id"], how="left")
        .with_columns(pl.col("leads").fill_null(False))
    )
    names = [*KEY, "leads"]
    of_any = there.with_columns(pl.lit(None, pl.String).alias("program_id"))
    return (
        with_totals(pl.concat([of_any.select(names), by_program.select(names)]), "lea_id", "poverty_quartile")
        .group_by(KEY)
        .agg(pl.len().alias("schools"), pl.col("leads").sum().alias("schools_with_leader"))
        .with_columns(rate(ratio(pl.col("schools_with_leader"), pl.col("schools"))).alias("coverage"))
        .pipe(Coverage.cast)
    )
