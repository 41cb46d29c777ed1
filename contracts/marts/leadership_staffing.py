"""Contract of the mart `leadership_staffing`: assistant principals, coaches and released leaders side by side (M29)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class LeadershipStaffing(dy.Schema):
    """One row per lea_id x school_year on the roster."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    ap_fte = c.ap_fte.required()
    ap_cost = c.ap_cost.required()
    coach_fte = c.coach_fte.required()
    coach_cost = c.coach_cost.required()
    released_leader_fte = c.released_leader_fte.required()
    released_leader_cost = c.released_leader_cost.optional()
    students = c.enrolled.required()
    ap_fte_per_1000 = c.ap_fte_per_1000.optional()
    ap_cost_per_1000 = c.ap_cost_per_1000.optional()
    coach_fte_per_1000 = c.coach_fte_per_1000.optional()
    coach_cost_per_1000 = c.coach_cost_per_1000.optional()
    released_leader_fte_per_1000 = c.released_leader_fte_per_1000.optional()
    released_leader_cost_per_1000 = c.released_leader_cost_per_1000.optional()
    ap_falls_leaders_rise = c.ap_falls_leaders_rise.optional()
