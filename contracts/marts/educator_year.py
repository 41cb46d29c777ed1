"""Contract of the mart `educator_year`: who worked where, and what became of them (DESIGN section 8)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class EducatorYear(dy.Schema):
    """One row per staff_id x school_year; LEA, school, classification and rating of record. FTE is over all LEAs."""

    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    school_id = c.school_id.required()
    staff_classification = c.staff_classification.required()
    is_teacher = c.is_teacher.required()
    fte = c.fte.required()
    years_experience = c.years_experience.optional()
    rating_system = c.rating_system.optional()
    rating_level = c.rating_level.optional()
    band = c.band.optional()
    is_top = c.is_top.optional()
    rating_reason = c.rating_reason.optional()
    pay_total = c.pay_total.required()
    is_leader = c.is_leader.required()
    is_other_leader = c.is_other_leader.required()
    next_year_outcome = c.next_year_outcome.required()
