"""Contract of the mart `pay_parity`: pay at a level beside administrators' pay (M11)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class PayParity(dy.Schema):
    """One row per lea_id x program_id x level x school_year; LEA pay of the year, people with pay only, unscaled."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    level = c.level.key()
    school_year = c.school_year.key()
    persons = c.persons.required()
    median_pay = c.median_pay.optional()
    median_teacher = c.median_teacher.optional()
    median_assistant_principal = c.median_assistant_principal.optional()
    median_principal = c.median_principal.optional()
    ratio_teacher = c.ratio_teacher.optional()
    ratio_assistant_principal = c.ratio_assistant_principal.optional()
    ratio_principal = c.ratio_principal.optional()
