"""Contract of the mart `goal_progress`: declared goals beside what became of them (M37)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class GoalProgress(dy.Schema):
    """One row per lea_id x program_id x measure x by_year x school_year on the district's roster."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    measure = c.goal_measure.key()
    by_year = c.by_year.key()
    school_year = c.school_year.key()
    phase = c.phase.optional()
    baseline = c.baseline.optional()
    target = c.target.required()
    actual = c.goal_actual.optional()
    distance = c.goal_distance.optional()
    reached = c.goal_reached.optional()
    declared_before_start = c.declared_before_start.optional()
