"""Contract of the mart `coach_outcome`: what became of those whom each leader coached (M34)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class CoachOutcome(dy.Schema):
    """One row per staff_id x lea_id x school_year of a leader with enough coachees. Restricted: it compares persons."""

    staff_id = c.staff_id.key()
    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    coachees = c.coachees.required()
    focus_set = c.focus_set.required()
    focus_improved = c.focus_improved.required()
    share = c.focus_share.optional()
    lea_p25 = c.lea_p25.optional()
    lea_median = c.lea_median.optional()
    lea_p75 = c.lea_p75.optional()
