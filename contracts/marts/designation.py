"""Contract of the mart `designation`: who holds which level, why (DESIGN section 7, PACKS)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Designation(dy.Schema):
    """One row per staff_id x lea_id x program_id x school_year; `level` is held after the year's evidence."""

    staff_id = c.staff_id.key()
    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    level = c.level.optional()
    status = c.designation_status.required()
    reason = c.reason.required()
    reason_code = c.reason_code.required()
    rule_id = c.rule_id.required()
    pack_version = c.pack_version.required()
    evidence_years = c.evidence_years.optional()
    next_review_year = c.next_review_year.optional()
    years_at_level = c.years_at_level.optional()
    pay_interval = c.pay_interval.optional()
    amount = c.entitlement.optional()
    state_tier = c.state_tier.required()
    visibility = c.visibility.required()
    finding = c.finding.optional()
