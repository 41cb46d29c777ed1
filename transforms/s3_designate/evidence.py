"""What all packs read, prepared once: stays, educator-years, ratings, events, roles, schools, adoption."""

from __future__ import annotations

from dataclasses import dataclass, replace

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedEvaluation, AcceptedLeadership, AcceptedRoster
from contracts.reference import Districts, ProgramAdoption, RatingSystems, Schools
from contracts.resolved.others import Statewide
from contracts.resolved.service import Stays
from transforms.s2_resolve.district_years import statewide
from transforms.s2_resolve.educators import lea_years_of_assignments, record_years
from transforms.s2_resolve.ratings import SCORES, statewide_gaps, usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_assignments

KEY = ["lea_id", "staff_id", "school_year"]
NEGATIVE = ["denied", "failed", "declined"]
POSITIVE = ["approved", "passed", "accepted", "completed"]


@dataclass(frozen=True)
class Evidence:
    """Lazy frames. `educators` is one row per lea_id x staff_id x school_year; the others as their makers say.

    `rosters`, `teams` and `principals` are of the whole state, all else is of a set of educators.
    """

    assignments: pl.LazyFrame
    service: pl.LazyFrame  # stays in every district, also where `assignments` are those of some
    educators: pl.LazyFrame
    record: pl.LazyFrame
    ratings: pl.LazyFrame
    gaps: pl.LazyFrame
    events: pl.LazyFrame
    roles: pl.LazyFrame
    schools: pl.LazyFrame
    districts: pl.LazyFrame
    adoption: pl.LazyFrame
    rosters: pl.LazyFrame
    teams: pl.LazyFrame
    principals: pl.LazyFrame

    def about(self, people: pl.LazyFrame) -> Evidence:
        """The evidence about these educators and their districts, so that one district's program does not sort all of
        a state's rows. Their ratings and events in other districts stay, for packs that read them."""
        leas_lf, staff_lf = people.select("lea_id").unique(), people.select("staff_id").unique()
        return replace(
            self,
            assignments=self.assignments.join(leas_lf, on="lea_id", how="semi"),
            service=self.service.join(staff_lf, on="staff_id", how="semi"),
            roles=self.roles.join(leas_lf, on="lea_id", how="semi"),
            ratings=self.ratings.join(staff_lf, on="staff_id", how="semi"),
            events=self.events.join(staff_lf, on="staff_id", how="semi"),
        )


def materialize(
    *,
    evaluation: dy.LazyFrame[AcceptedEvaluation],
    roster: dy.LazyFrame[AcceptedRoster],
    leadership: dy.LazyFrame[AcceptedLeadership],
    districts: dy.LazyFrame[Districts],
    schools: dy.LazyFrame[Schools],
    program_adoption: dy.LazyFrame[ProgramAdoption],
    rating_systems: dy.LazyFrame[RatingSystems],
    others: Statewide | None = None,
) -> Evidence:
    """Resolve the accepted tables once for every pack. Frames that many packs read are held in memory.

    `others`: facts of the whole state, where the tables are a set of educators'; without, the tables are the state.
    """
    facts = others if others is not None else statewide(roster, districts, None)
    assignments = Stays.cast(clip_assignments(roster, districts)).collect().lazy()
    ratings = usable_ratings(evaluation, rating_systems).select(RATING_COLUMNS).collect().lazy()
    return Evidence(
        assignments=assignments,
        service=assignments.select(*KEY, "full_time_equivalency", "stay_begin", "stay_end"),
        educators=lea_years_of_assignments(assignments).select(EDUCATOR_COLUMNS).sort(KEY).collect().lazy(),
        record=record_years(assignments).collect().lazy(),
        ratings=ratings,
        gaps=statewide_gaps(rating_systems),
        events=leadership.select(EVENT_COLUMNS).collect().lazy(),  # else each condition opens every file again
        roles=role_years(assignments).collect().lazy(),
        schools=schools,
        districts=districts,
        adoption=program_adoption,
        rosters=facts["rosters"].collect().lazy(),
        teams=facts["teams"].collect().lazy(),
        principals=facts["principals"].collect().lazy(),
    )


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
EVENT_COLUMNS = [
    *KEY,
    "event_date",
    "event_type",
    "event_code",
    "outcome",
    "by_staff_id",
    "counterpart_staff_id",
    "quantity",
    "valid_until",
    "school_id",
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
