"""Stays on the roster clipped to their year, educator-years in an LEA, and the LEA and school of record."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class Stays(dy.Schema):
    """One row per roster row with a day in its school year: what stages 2 and 3 read of it."""

    lea_id = c.lea_id.required()
    staff_id = c.staff_id.required()
    school_year = c.school_year.required()
    school_id = c.school_id.required()
    staff_classification = c.staff_classification.required()
    position_title = c.position_title.required()
    position_id = c.position_id.optional()
    role_code = c.role_code.optional()
    begin_date = c.begin_date.required()
    stay_begin = r.stay_begin.required()
    stay_end = r.stay_end.required()
    contract_begin = r.contract_begin.required()
    contract_end = r.contract_end.required()
    contract_days = r.contract_days.required()
    roster_days = r.roster_days.required()
    window_days = r.window_days.required()
    fte_microdays = r.fte_microdays.required()
    full_time_equivalency = c.full_time_equivalency.required()
    release_share = c.release_share.optional()
    supervisor_staff_id = c.supervisor_staff_id.optional()
    years_experience = c.years_experience.optional()
    hire_date = c.hire_date.optional()
    tested_group = c.tested_group.optional()
    high_need_subject = c.high_need_subject.optional()
    students_taught = c.students_taught.optional()
    days_in_service = c.days_in_service.optional()
    highest_degree = c.highest_degree.optional()
    salary_lane = c.salary_lane.optional()
    salary_step = c.salary_step.optional()


class Assignments(Stays):
    """One row per roster row with a day in its school year: all that marts may need.

    Names, licences and provenance are not among it: they stay in the lake.
    """

    end_date = c.end_date.optional()
    exit_reason = c.exit_reason.optional()
    window_begin = r.window_begin.required()
    window_end = r.window_end.required()
    fte_days = r.fte_days.required()


class ContractWindows(dy.Schema):
    """One row per LEA x school year on the roster: the LEA's contract year."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    window_begin = r.window_begin.required()
    window_end = r.window_end.required()
    window_days = r.window_days.required()


class RecordYears(dy.Schema):
    """One row per staff x year: LEA and school of record statewide."""

    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    school_id = c.school_id.required()


class LeaYears(dy.Schema):
    """One row per LEA x staff x year on the LEA's roster."""

    lea_id = c.lea_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    school_id = c.school_id.required()
    is_teacher = c.is_teacher.required()
    fte = c.fte.optional()
    fte_microdays = r.fte_microdays.required()
    window_days = r.window_days.required()
    roster_days = r.roster_days.required()
    years_experience = c.years_experience.optional()
    hire_date = c.hire_date.optional()
    tested_group = c.tested_group.optional()
    high_need_subject = c.high_need_subject.optional()
    students_taught = c.students_taught.optional()
    days_in_service = c.days_in_service.optional()
    staff_classification = c.staff_classification.required()
    position_title = c.position_title.required()
    salary_lane = c.salary_lane.optional()
    salary_step = c.salary_step.optional()
    highest_degree = c.highest_degree.optional()
    supervisor_staff_id = c.supervisor_staff_id.optional()
