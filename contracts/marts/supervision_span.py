"""Contract of the mart `supervision_span`: teachers per evaluator, with and without leaders (M13)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class SupervisionSpan(dy.Schema):
    """One row per school_id x school_year."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    teachers = c.teachers.required()
    teacher_fte = c.teacher_fte.required()
    evaluators = c.evaluators.required()
    evaluators_without_leaders = c.evaluators_without_leaders.required()
    span = c.span.optional()
    span_without_leaders = c.span_without_leaders.optional()
    median_span = c.median_span.optional()
    p90_span = c.p90_span.optional()
    share_over_8 = c.share_over_8.optional()
