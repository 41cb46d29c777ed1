"""Contract of the mart `sunset`: when each award ends, and the last vote that can replace it (M07)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Sunset(dy.Schema):
    """One row per lea_id x award_id that paid a program in the LEA's latest year and does not recur."""

    lea_id = c.lea_id.key()
    award_id = c.award_id.key()
    program_id = c.program_id.required()
    programs = c.paid_programs.required()
    award_end = c.award_end.optional()
    last_budget_vote = c.last_budget_vote.optional()
    recurring_amount = c.recurring_amount.required()
    persons = c.persons.required()
