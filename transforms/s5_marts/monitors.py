"""Mart `monitors`: the best who are lost, who is nominated out of whom, pupils per teacher (RULES 5, monitors; M20)."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR
from contracts.marts.access import Access
from contracts.marts.educator_year import EducatorYear
from contracts.marts.monitors import Monitors
from contracts.policy.parameters import MetricParameters
from contracts.reference import Schools
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.service import Assignments
from transforms.money import rate, ratio
from transforms.s4_sustain.matched_comparison import GONE, poverty_quartiles, with_cells

CUT = [*LEA_YEAR, "cut"]
CELLS = ["by_experience", "by_poverty", "by_rating"]
EVERYBODY, NOT_KNOWN, NOT_SAID = "all", "not_known", "not_said"


def build_monitors(
    educator_year: dy.LazyFrame[EducatorYear],
    access: dy.LazyFrame[Access],
    leadership: dy.LazyFrame[LeadershipEvents],
    assignments: dy.LazyFrame[Assignments],
    schools: dy.LazyFrame[Schools],
    parameters: MetricParameters,
) -> dy.LazyFrame[Monitors]:
    """One row per lea_id x school_year x monitor x cut.

    top_lost_by_*: top-rated teachers of record whose next year is known (out_of), and those who left the LEA (counted),
    by poverty quartile of their school, by the reason that their roster gave, and those who went to a post that neither
    teaches nor leads. nominees_by_*: nominated persons of the cut over all nominated; `compared_with` is the same share
    of all teachers of record, from whom they are taken; somebody who is no teacher of record there is `not_known`.
    pupils_per_teacher: students over teachers; `compared_with` is the year before. The extracts carry neither sex nor
    ethnicity, so nominees are compared by experience, poverty of the school and rating.
    """
    people = with_cells(educator_year, poverty_quartiles(schools), parameters.comparison)
    teachers = people.filter("is_teacher").with_columns(
        by_poverty=_named(pl.col("cell_poverty")),
        by_experience=_experience(parameters.comparison.experience_from),
        by_rating=_named(pl.col("cell_band")),
    )
    nominated = leadership.filter(pl.col("event_type") == "nomination").select(*LEA_YEAR, "staff_id").unique()
    rows = [
        *_top_lost(teachers, assignments, educator_year),
        _nominees(teachers, nominated),
        _pupils_per_teacher(access),
    ]
    counts = pl.col("counted", "out_of").cast(pl.Int64)
    value = ratio(pl.col("counted"), pl.col("out_of"))
    return (
        pl.concat([part.with_columns(counts) for part in rows], how="diagonal")
        .with_columns(
            value=rate(value),
            compared_with=rate(pl.col("compared_with")),
            difference=rate(value - pl.col("compared_with")),
        )
        .pipe(Monitors.cast)
    )


def _named(cell: pl.Expr) -> pl.Expr:
    """A cell's number as its name; 0 stands for what is not known."""
    return pl.when(cell == 0).then(pl.lit(NOT_KNOWN)).otherwise(cell.cast(pl.String))


def _experience(starts: Sequence[float]) -> pl.Expr:
    """Bands of years of experience by their first year, as in the comparison of like with like."""
    years = pl.col("years_experience")
    name = pl.when(years < starts[0]).then(pl.lit(f"below {starts[0]:g}")).otherwise(pl.lit(NOT_KNOWN))
    for start in starts:
        name = pl.when(years >= start).then(pl.lit(f"from {start:g}")).otherwise(name)
    return name


def _top_lost(
    teachers: pl.LazyFrame, assignments: dy.LazyFrame[Assignments], educator_year: dy.LazyFrame[EducatorYear]
) -> list[pl.LazyFrame]:
    outcome = pl.col("next_year_outcome")
    top = teachers.filter(pl.col("is_top").fill_null(False) & (outcome != "outcome_unknown")).with_columns(
        lost=outcome.is_in(list(GONE))
    )
    all_top = top.group_by(LEA_YEAR).agg(pl.len().alias("out_of"))
    reasons = (
        assignments.filter(pl.col("exit_reason").is_not_null())
        .group_by(*LEA_YEAR, "staff_id")
        .agg(pl.col("exit_reason").sort_by("begin_date", "exit_reason").last().alias("cut"))
    )
    why = (
        top.filter("lost")
        .join(reasons, on=[*LEA_YEAR, "staff_id"], how="left")
        .group_by(*LEA_YEAR, pl.col("cut").fill_null(NOT_SAID))
        .agg(pl.len().alias("counted"))
    )
    leads_next = educator_year.select(
        "staff_id", pl.col("school_year") - 1, pl.col("is_leader").alias("leads_next")
    ).filter("leads_next")
    other_post = (outcome == "leave_teaching") & pl.col("leads_next").is_null()
    return [
        top.group_by(*LEA_YEAR, cut="by_poverty")
        .agg(pl.col("lost").sum().alias("counted"), pl.len().alias("out_of"))
        .with_columns(monitor=pl.lit("top_lost_by_poverty")),
        why.join(all_top, on=LEA_YEAR).with_columns(monitor=pl.lit("top_lost_by_reason")),
        top.join(leads_next, on=["staff_id", "school_year"], how="left")
        .group_by(LEA_YEAR)
        .agg(other_post.sum().alias("counted"), pl.len().alias("out_of"))
        .with_columns(monitor=pl.lit("top_to_other_post"), cut=pl.lit(EVERYBODY)),
    ]


def _nominees(teachers: pl.LazyFrame, nominated: pl.LazyFrame) -> pl.LazyFrame:
    """Nominated persons by each cell, beside the teachers of record of the LEA, in LEA-years with nominations."""
    person = [*LEA_YEAR, "staff_id"]
    pool = (
        teachers.select(*person, *CELLS)
        .join(nominated.select(LEA_YEAR).unique(), on=LEA_YEAR, how="semi")
        .join(nominated.with_columns(counted=pl.lit(1, pl.Int64)), on=person, how="full", coalesce=True)
        .with_columns(pool=pl.col(CELLS[0]).is_not_null().cast(pl.Int64), counted=pl.col("counted").fill_null(0))
        .with_columns(pl.col(CELLS).fill_null(NOT_KNOWN))
    )
    return (
        pool.unpivot(CELLS, index=[*LEA_YEAR, "counted", "pool"], variable_name="monitor", value_name="cut")
        .group_by(*CUT, monitor="nominees_" + pl.col("monitor"))
        .agg(pl.col("counted", "pool").sum())
        .with_columns(
            out_of=pl.col("counted").sum().over(*LEA_YEAR, "monitor"),
            compared_with=ratio(pl.col("pool"), pl.col("pool").sum().over(*LEA_YEAR, "monitor")),
        )
        .drop("pool")
    )


def _pupils_per_teacher(access: dy.LazyFrame[Access]) -> pl.LazyFrame:
    sums = (
        access.filter(pl.col("lea_id").is_not_null())
        .group_by(LEA_YEAR)
        .agg(pl.col("students").sum().alias("counted"), pl.col("teachers").sum().alias("out_of"))
    )
    before = sums.select("lea_id", pl.col("school_year") + 1, compared_with=ratio(pl.col("counted"), pl.col("out_of")))
    return sums.join(before, on=LEA_YEAR, how="left").with_columns(
        monitor=pl.lit("pupils_per_teacher"), cut=pl.lit(EVERYBODY)
    )
