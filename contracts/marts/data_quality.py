"""Contract of the mart `data_quality`: rules broken and timeliness, by district."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class DataQuality(dy.Schema):
    """One row per lea_id x extract x school_year x rule_id."""

    lea_id = c.lea_id.key()
    extract = c.extract.key()
    school_year = c.school_year.key()
    rule_id = c.rule_id.key()
    severity = c.severity.required()
    rows = c.rows.required()
    failed = c.failed.required()
    share = c.failed_share.optional()
    submitted_at = c.submitted_at.optional()
    days_late = c.days_late.optional()
    answered = c.answered.required()
    footnote = c.footnote.optional()
