"""Contract of the mart `stress`: what each shock does to a program (M38)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class StressTest(dy.Schema):
    """One row per lea_id x program_id x shock, for programs at work in the LEA's latest year."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    shock = c.shock.key()
    first_year_broken = c.first_year_broken.optional()
    gap_that_year = c.gap_that_year.optional()
    leaders_payable = c.leaders_payable.optional()
    leaders_expected = c.leaders_expected.optional()
    grade = c.grade.optional()
    reason = c.reason.required()
