"""Contract of the mart `retention`: who stays, compared like with like (M19, M20, M21)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Retention(dy.Schema):
    """One row per lea_id x program_id x school_year x comparison_group. Counts; rates are derived in the SQL view."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    comparison_group = c.comparison_group.key()
    persons = c.persons.required()
    stay_school = c.stay_school.required()
    move_school = c.move_school.required()
    move_lea = c.move_lea.required()
    leave_teaching = c.leave_teaching.required()
    left_state_schools = c.left_state_schools.required()
    outcome_unknown = c.outcome_unknown.required()
    compared = c.compared.optional()
    compared_with = c.compared_with.optional()
    difference = c.difference.optional()
    difference_stay_school = c.difference_stay_school.optional()
    difference_stay_teaching = c.difference_stay_teaching.optional()
    difference_status = c.metric_status.required()
    top_lost = c.top_lost.optional()
    turnover_cost_avoided = c.turnover_cost_avoided.optional()
