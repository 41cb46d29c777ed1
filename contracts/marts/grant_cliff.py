"""Contract of the mart `grant_cliff`: what ends when an award ends (M07)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class GrantCliff(dy.Schema):
    """One row per lea_id x award_id x future_year, ten years from the LEA's latest year of pay."""

    lea_id = c.lea_id.key()
    award_id = c.award_id.key()
    future_year = c.future_year.key()
    program_id = c.program_id.required()
    award_end = c.award_end.optional()
    commitment = c.commitment.required()
    matching_funds = c.matching_funds.required()
    exposure = c.exposure.optional()
    exposure_status = c.metric_status.required()
