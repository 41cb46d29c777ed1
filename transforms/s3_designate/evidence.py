"""What all packs read, prepared once: stays, educator-years, ratings, events, roles, schools, adoption."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from transforms.s2_resolve.educators import lea_years_of_assignments, record_years
from transforms.s2_resolve.ratings import SCORES, statewide_gaps, usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_assignments

KEY = ["lea_id", "staff_id", "school_year"]
NEGATIVE = ["denied", "failed", "declined"]
POSITIVE = ["approved", "passed", "accepted", "completed"]


@dataclass(frozen=True)
class Evidence:
    """Lazy frames. `educators` is one row per lea_id x staff_id x school_year; the others as their makers say."""

    assignments: pl.LazyFrame
    educators: pl.LazyFrame
    record: pl.LazyFrame
    ratings: pl.LazyFrame
    gaps: pl.LazyFrame
    events: pl.LazyFrame
    roles: pl.LazyFrame
    schools: pl.LazyFrame
    districts: pl.LazyFrame
    adoption: pl.LazyFrame

    def about(self, people: pl.LazyFrame) -> Evidence:
        """The evidence about these educators and their districts, so that one district's program does not sort all of
        a state's rows. Their ratings and events in other districts stay, for packs that read them."""
        leas_lf, staff_lf = people.select("lea_id").unique(), people.select("staff_id").unique()
        return replace(
            self,
            assignments=self.assignments.join(leas_lf, on="lea_id", how="semi"),
            roles=self.roles.join(leas_lf, on="lea_id", how="semi"),
            ratings=self.ratings.join(staff_lf, on="staff_id", how="semi"),
            events=self.events.join(staff_lf, on="staff_id", how="semi"),
        )


def gather(
    *,
    evaluation: pl.LazyFrame,
    roster: pl.LazyFrame,
    leadership: pl.LazyFrame,
    districts: pl.LazyFrame,
    schools: pl.LazyFrame,
    program_adoption: pl.LazyFrame,
    rating_systems: pl.LazyFrame,
) -> Evidence:
    """Resolve the accepted tables once for every pack. Frames that many packs read are held in memory."""
    assignments = clip_assignments(roster, districts).select(STAY_COLUMNS).collect().lazy()
    ratings = usable_ratings(evaluation, rating_systems).select(RATING_COLUMNS).collect().lazy()
    return Evidence(
        assignments=assignments,
        educators=lea_years_of_assignments(assignments).select(EDUCATOR_COLUMNS).sort(KEY).collect().lazy(),
        record=record_years(assignments),
        ratings=ratings,
        gaps=statewide_gaps(rating_systems),
        events=leadership,
        roles=role_years(assignments).collect().lazy(),
        schools=schools,
        districts=districts,
        adoption=program_adoption,
    )


STAY_COLUMNS = [
    *KEY,
    "school_id",
    "staff_classification",
    "position_title",
    "position_id",
    "role_code",
    "begin_date",
    "stay_begin",
    "stay_end",
    "contract_begin",
    "contract_end",
    "contract_days",
    "roster_days",
    "window_days",
    "fte_microdays",
    "full_time_equivalency",
    "release_share",
    "supervisor_staff_id",
    "years_experience",
    "hire_date",
    "tested_group",
    "high_need_subject",
    "students_taught",
    "days_in_service",
    "highest_degree",
    "salary_lane",
    "salary_step",
]
RATING_COLUMNS = [
    *KEY,
    "rating_system",
    "status",
    "rating_level",
    "band",
    "is_top",
    "is_positive",
    "rating_reason",
    *SCORES,
]
EDUCATOR_COLUMNS = [
    *KEY,
    "school_id",
    "is_teacher",
    "fte",
    "years_experience",
    "highest_degree",
    "tested_group",
    "high_need_subject",
    "hire_date",
]
