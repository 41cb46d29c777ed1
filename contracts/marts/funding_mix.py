"""Contract of the mart `funding_mix`: who pays for a program (M06)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class FundingMix(dy.Schema):
    """One row per lea_id x program_id x school_year x stream. Amounts sum to M03, shares to 1 (null where M03 is
    not known or not above 0).
    """

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    stream = c.funding_stream.key()
    program_status = c.program_status.required()
    amount = c.amount.required()
    soft_amount = c.soft_amount.required()
    other_amount = c.other_amount.required()
    share = c.share.optional()
