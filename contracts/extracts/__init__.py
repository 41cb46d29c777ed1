"""The four canonical extracts (DESIGN section 4) and their accepted form in the lake.

`Evaluation`, `Roster`, `Payroll`, `Leadership` are what a district sends. `Accepted*` is the same rows with the landing
key (`lea_id`, `school_year`) and provenance (`submission_id`, `source_file`, `source_row`) beside them: what every
transform after intake reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts import columns as c


class Evaluation(dy.Schema):
    """One row per educator x school year x evaluation system."""

    staff_id = c.staff_id.required()
    rating_system = c.rating_system.required()
    rating_level = c.rating_level.optional()
    rating_score = c.rating_score.optional()
    status = c.evaluation_status.required()
    school_id = c.school_id.optional()
    evaluator_staff_id = c.evaluator_staff_id.optional()
    evaluation_date = c.evaluation_date.optional()
    potential_rating = c.potential_rating.optional()
    observation_average = c.observation_average.optional()
    minimum_dimension_score = c.minimum_dimension_score.optional()
    growth_percent = c.growth_percent.optional()
    growth_index = c.growth_index.optional()


class Roster(dy.Schema):
    """One row per educator x school x position x stay. A stay may have begun years ago."""

    staff_id = c.staff_id.required()
    school_id = c.school_id.required()
    begin_date = c.begin_date.required()
    end_date = c.end_date.optional()
    staff_classification = c.staff_classification.required()
    position_title = c.position_title.required()
    position_id = c.position_id.optional()
    full_time_equivalency = c.full_time_equivalency.required()
    role_code = c.role_code.optional()
    release_share = c.release_share.optional()
    tested_group = c.tested_group.optional()
    high_need_subject = c.high_need_subject.optional()
    students_taught = c.students_taught.optional()
    supervisor_staff_id = c.supervisor_staff_id.optional()
    first_name = c.first_name.optional()
    last_name = c.last_name.optional()
    license_id = c.license_id.optional()
    hire_date = c.hire_date.optional()
    years_experience = c.years_experience.optional()
    highest_degree = c.highest_degree.optional()
    salary_lane = c.salary_lane.optional()
    salary_step = c.salary_step.optional()
    days_in_service = c.days_in_service.optional()
    exit_reason = c.exit_reason.optional()


class Payroll(dy.Schema):
    """One row per educator x pay date x pay code x fund (and school or position, where a district splits them)."""

    staff_id = c.staff_id.required()
    pay_date = c.pay_date.required()
    pay_code = c.pay_code.required()
    fund_code = c.fund_code.required()
    amount = c.amount.required()
    hours = c.hours.optional()
    school_id = c.school_id.optional()
    position_id = c.position_id.optional()


class Leadership(dy.Schema):
    """One row per event."""

    staff_id = c.staff_id.required()
    event_date = c.event_date.required()
    event_type = c.event_type.required()
    event_code = c.event_code.optional()
    outcome = c.outcome.optional()
    by_staff_id = c.by_staff_id.optional()
    counterpart_staff_id = c.counterpart_staff_id.optional()
    role_code = c.role_code.optional()
    quantity = c.quantity.optional()
    valid_until = c.valid_until.optional()
    score_before = c.score_before.optional()
    score_after = c.score_after.optional()
    school_id = c.school_id.optional()


class LandingKey(dy.Schema):
    """What the landing folder and the submission add to every accepted row."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    submission_id = c.submission_id.required()
    source_file = c.source_file.required()
    source_row = c.source_row.required()


class AcceptedEvaluation(Evaluation, LandingKey):
    """Accepted evaluation rows: one per lea x educator x school year x evaluation system."""


class AcceptedRoster(Roster, LandingKey):
    """Accepted roster rows: one per lea x educator x school x position x stay."""


class AcceptedPayroll(Payroll, LandingKey):
    """Accepted payroll rows: one per lea x educator x pay date x pay code x fund."""


class AcceptedLeadership(Leadership, LandingKey):
    """Accepted leadership events: one row per event."""


@dataclass(frozen=True)
class Extract:
    """An extract: its contract as sent, as accepted, and the columns that name a row (nulls equal each other).

    `folder_columns` come from the landing folder; a file may repeat them, and a value that contradicts is an error.
    """

    sent: type[dy.Schema]
    accepted: type[dy.Schema]
    key: tuple[str, ...]
    folder_columns: tuple[str, ...] = ("lea_id", "school_year")

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file cannot be used."""
        return tuple(name for name, column in self.sent.columns().items() if not column.nullable)


EXTRACTS: dict[str, Extract] = {
    "evaluation": Extract(Evaluation, AcceptedEvaluation, ("staff_id", "rating_system")),
    "roster": Extract(
        Roster,
        AcceptedRoster,
        ("staff_id", "school_id", "position_title", "position_id", "role_code", "begin_date"),
    ),
    "payroll": Extract(
        Payroll, AcceptedPayroll, ("staff_id", "pay_date", "pay_code", "fund_code", "school_id", "position_id")
    ),
    "leadership": Extract(
        Leadership,
        AcceptedLeadership,
        ("staff_id", "event_date", "event_type", "event_code", "counterpart_staff_id", "outcome", "role_code"),
    ),
}
