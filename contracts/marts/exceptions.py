"""Contract of the mart `exceptions`: findings, each with its evidence."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Exceptions(dy.Schema):
    """One row per finding; exception_id is kind, LEA, year and a running number, and names nobody."""

    exception_id = c.exception_id.key()
    kind = c.exception_kind.required()
    lea_id = c.lea_id.required()
    school_id = c.school_id.optional()
    staff_id = c.staff_id.optional()
    program_id = c.program_id.optional()
    school_year = c.school_year.required()
    evidence = c.evidence.required()
