"""One row per educator, LEA and year; and the LEA and school of record statewide (PACKS "Shared words", MARTS 1)."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedRoster
from contracts.keys import PERSON
from contracts.reference import Districts
from contracts.resolved.service import LeaYears, RecordYears, Stays
from transforms.money import MILLION
from transforms.s2_resolve.service import clip_assignments

OF_MAIN_ROW = (
    "staff_classification",
    "position_title",
    "salary_lane",
    "salary_step",
    "highest_degree",
    "supervisor_staff_id",
)

MAIN_ORDER = (
    "fte_microdays",
    "contract_days",
    "school_id",
    "staff_classification",
    "position_title",
    "position_id",
    "role_code",
    "begin_date",
)


def lea_years(roster: dy.LazyFrame[AcceptedRoster], districts: dy.LazyFrame[Districts]) -> dy.LazyFrame[LeaYears]:
    """One row per staff x LEA x year that is on the LEA's roster of the year. See `lea_years_of_assignments`."""
    return lea_years_of_assignments(clip_assignments(roster, districts)).pipe(LeaYears.cast)


def lea_years_of_assignments(assignments: dy.LazyFrame[Stays]) -> dy.LazyFrame[LeaYears]:
    """One row per lea_id x staff_id x school_year over clipped stays.

    `school_id` (of record in the LEA: most FTE-days, then the lowest id), `is_teacher` (any teacher row), `fte`
    (FTE-days over days of the contract window), `fte_microdays`, `roster_days` (sum over rows), `years_experience`
    (the maximum), `hire_date` (the earliest), `tested_group` and `high_need_subject` (true on any row; null when no
    row says), `students_taught` (sum), `days_in_service` (the maximum), and from the row with most FTE-days:
    `staff_classification`, `position_title`, `salary_lane`, `salary_step`, `highest_degree`, `supervisor_staff_id`.
    """
    people_lf = assignments.group_by(PERSON).agg(
        is_teacher=(pl.col("staff_classification") == "teacher").any(),
        fte_microdays=pl.col("fte_microdays").sum(),
        window_days=pl.col("window_days").max(),
        roster_days=pl.col("roster_days").sum(),
        years_experience=pl.col("years_experience").max(),
        hire_date=pl.col("hire_date").min(),
        tested_group=pl.col("tested_group").max(),
        high_need_subject=pl.col("high_need_subject").max(),
        students_taught=pl.col("students_taught").sum(),
        days_in_service=pl.col("days_in_service").max(),
    )
    fte = pl.col("fte_microdays") / (pl.col("window_days") * MILLION)
    return (
        people_lf.join(_main_rows(assignments), on=PERSON, how="left")
        .join(_schools_of_record(assignments, PERSON), on=PERSON, how="left")
        .with_columns(fte=fte)
        .pipe(LeaYears.cast)
    )


def _main_rows(assignments: dy.LazyFrame[Stays]) -> pl.LazyFrame:
    """One row per educator-year: the row with most FTE-days, then most days, then the first by its own columns.

    Most educators have one row, which needs no sorting.
    """
    narrow_lf = assignments.select(*PERSON, *MAIN_ORDER, *(name for name in OF_MAIN_ROW if name not in MAIN_ORDER))
    several_lf = narrow_lf.group_by(PERSON).agg(pl.len()).filter(pl.col("len") > 1)
    falling = [False] * len(PERSON) + [True, True] + [False] * (len(MAIN_ORDER) - 2)
    sorted_lf = (
        narrow_lf.join(several_lf, on=PERSON, how="semi")
        .sort(*PERSON, *MAIN_ORDER, descending=falling, nulls_last=True)
        .unique(PERSON, keep="first", maintain_order=True)
    )
    return pl.concat([narrow_lf.join(several_lf, on=PERSON, how="anti"), sorted_lf]).select(*PERSON, *OF_MAIN_ROW)


def record_years(assignments: dy.LazyFrame[Stays]) -> dy.LazyFrame[RecordYears]:
    """One row per staff x year: `lea_id`, `school_id` of record statewide (most FTE-days, then the lowest school)."""
    return _schools_of_record(assignments, ["staff_id", "school_year"]).pipe(RecordYears.cast)


def _schools_of_record(assignments: dy.LazyFrame[Stays], keys: Sequence[str]) -> pl.LazyFrame:
    columns = [name for name in ("lea_id", "school_id") if name not in keys]
    falling = [False] * len(keys) + [True, False, False]
    return (
        assignments.group_by("lea_id", "staff_id", "school_year", "school_id")
        .agg(pl.col("fte_microdays").sum())
        .sort(*keys, "fte_microdays", "school_id", "lea_id", descending=falling)
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, *columns)
    )
