"""The state's reference tables (DESIGN section 3), one file each in the reference folder, validated like the extracts.

A code that an extract uses and a reference table lacks is a warning and the bucket `unknown`; the row is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts import columns as c


class Districts(dy.Schema):
    """One row per LEA. `year_begins` and `year_ends` (MM-DD) are its contract window; empty = 07-01 and 06-30."""

    lea_id = c.lea_id.key()
    name = c.name.required()
    locale = c.locale.optional()
    rating_system = c.rating_system.optional()
    year_begins = c.year_begins.optional()
    year_ends = c.year_ends.optional()
    region_id = c.region_id.optional()


class Schools(dy.Schema):
    """One row per school x school year."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    name = c.name.required()
    level = c.level.optional()
    enrollment = c.enrollment.optional()
    poverty_percent = c.poverty_percent.optional()
    low_performing = c.low_performing.optional()
    title_i = c.title_i.optional()
    rural = c.rural.optional()
    need_points = c.need_points.optional()
    partner_lists = c.partner_lists.optional()


class ProgramAdoption(dy.Schema):
    """One row per LEA x program x first year."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    from_year = c.from_year.key()
    to_year = c.to_year.optional()
    phase = c.phase.optional()


class RatingSystems(dy.Schema):
    """One row per rating system x version x label. The version with the greatest from_year <= t applies whole."""

    rating_system = c.rating_system.key()
    version = c.system_version.key()
    from_year = c.from_year.required()
    rating_level = c.rating_level.key()
    band = c.band.required()
    is_top = c.is_top.required()
    is_positive = c.is_positive.required()
    statewide_gap_years = c.statewide_gap_years.optional()


class PayCodes(dy.Schema):
    """One row per LEA x pay code. A code that names a program or a role marks role pay."""

    lea_id = c.lea_id.key()
    pay_code = c.pay_code.key()
    pay_type = c.pay_type.required()
    program_id = c.program_id.optional()
    role_code = c.role_code.optional()


class Funds(dy.Schema):
    """One row per LEA x fund."""

    lea_id = c.lea_id.key()
    fund_code = c.fund_code.key()
    stream = c.stream.required()
    award_id = c.award_id.optional()
    award_end = c.award_end.optional()
    recurring = c.recurring.required()


class SalarySchedules(dy.Schema):
    """One row per LEA x school year x lane x step; `amount` is the full-time annual salary."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    lane = c.lane.key()
    step = c.step.key()
    amount = c.amount.required()


class Offsets(dy.Schema):
    """One row per documented offset (M04). An empty program shares it over programs by M03."""

    lea_id = c.lea_id.required()
    program_id = c.program_id.optional()
    school_year = c.school_year.required()
    kind = c.offset_kind.required()
    amount = c.amount.required()
    document = c.document.required()


class MinimumWage(dy.Schema):
    """One row per school year."""

    school_year = c.school_year.key()
    hourly = c.hourly.required()


class ProgramFinance(dy.Schema):
    """One row per LEA x program x school year x kind x award x stream (MARTS 4.10); `match` rows name the award.

    `stream`: who pays it. Rows of kind `release` say who pays for released time: their amounts are proportions, the
    cost itself is computed (M12).
    """

    lea_id = c.lea_id.required()
    program_id = c.program_id.required()
    school_year = c.school_year.required()
    kind = c.finance_kind.required()
    award_id = c.award_id.optional()
    stream = c.stream.optional()
    amount = c.amount.required()


class ProgramGoals(dy.Schema):
    """One row per LEA x program x measure x year by which it is to be reached (M37)."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    measure = c.goal_measure.key()
    by_year = c.by_year.key()
    purpose = c.purpose.required()
    theory_of_action = c.theory_of_action.optional()
    baseline = c.baseline.optional()
    target = c.target.required()
    declared_on = c.declared_on.required()


class SchoolOutcomes(dy.Schema):
    """One row per school x school year x measure (M39): test results, attendance, whatever the state measures."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    measure = c.outcome_measure.key()
    value = c.outcome_value.required()
    n = c.outcome_students.optional()


class Calendar(dy.Schema):
    """One row per school year x extract: when it may be dropped."""

    school_year = c.school_year.key()
    extract = c.extract.key()
    opens = c.opens.required()
    due = c.due.required()
    closes = c.closes.required()


@dataclass(frozen=True)
class Reference:
    """A reference table: its contract and whether the state must have it for a run to mean anything."""

    schema: type[dy.Schema]
    needed: bool


REFERENCES: dict[str, Reference] = {
    "districts": Reference(Districts, needed=True),
    "schools": Reference(Schools, needed=True),
    "program_adoption": Reference(ProgramAdoption, needed=True),
    "rating_systems": Reference(RatingSystems, needed=True),
    "pay_codes": Reference(PayCodes, needed=True),
    "funds": Reference(Funds, needed=True),
    "salary_schedules": Reference(SalarySchedules, needed=False),
    "offsets": Reference(Offsets, needed=False),
    "minimum_wage": Reference(MinimumWage, needed=False),
    "program_finance": Reference(ProgramFinance, needed=False),
    "program_goals": Reference(ProgramGoals, needed=False),
    "school_outcomes": Reference(SchoolOutcomes, needed=False),
    "calendar": Reference(Calendar, needed=False),
}
