"""Contract of the mart `cost_projection`: ten years of cost (M16). Year 0 is the latest year on file, as it was."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class CostProjection(dy.Schema):
    """One row per lea_id x program_id x scenario x future_year."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    scenario = c.scenario.key()
    future_year = c.future_year.key()
    expected = c.expected.optional()
    p10 = c.p10.optional()
    p50 = c.p50.optional()
    p90 = c.p90.optional()
    persons = c.projected_persons.optional()
    revenue = c.revenue.optional()
    cost_status = c.metric_status.required()
    revenue_status = c.metric_status.required()
