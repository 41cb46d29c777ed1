"""Contract of the mart `school_leadership`: the school page of a principal (M35)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class SchoolLeadership(dy.Schema):
    """One row per school_id x school_year with a teacher on the roster."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    leaders = c.school_leaders.required()
    gained = c.leaders_gained.optional()
    kept = c.leaders_kept.optional()
    lost = c.leaders_lost.optional()
    activity_done = c.activity_done.required()
    activity_due = c.activity_due.required()
    span_median = c.span_median.optional()
    roles_vacant = c.roles_vacant.optional()
