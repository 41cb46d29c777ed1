"""Contract of the mart `program_comparison`: programs side by side, adopted or simulated."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class ProgramComparison(dy.Schema):
    """One row per lea_id x program_id x school_year."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    designees = c.designees.required()
    share_of_teachers = c.share_of_teachers.optional()
    cost = c.cost.optional()
    cost_status = c.metric_status.required()
    cost_per_designee = c.cost_per_designee.optional()
    stability = c.stability.optional()
    declined = c.declined.required()
    take_up = c.take_up.optional()
    adopted = c.adopted.required()
