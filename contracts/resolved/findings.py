"""Findings, what compliance rules measure, and counts of broken rules, on the way to their marts."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class FindingRows(dy.Schema):
    """One row per finding: its kind, whom and what it concerns, and the evidence in a sentence."""

    kind = c.exception_kind.required()
    lea_id = c.lea_id.optional()
    school_id = c.school_id.optional()
    staff_id = c.staff_id.optional()
    program_id = c.program_id.optional()
    school_year = c.school_year.required()
    evidence = c.evidence.required()


class CrossFileFindings(dy.Schema):
    """One row per cross-file rule and row of the extract that it is about."""

    rule_id = c.rule_id.required()
    severity = c.severity.required()
    extract = c.extract.required()
    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    staff_id = c.staff_id.optional()
    submission_id = c.submission_id.required()
    source_file = c.source_file.required()
    source_row = c.source_row.required()
    evidence = c.evidence.required()


class RuleCounts(dy.Schema):
    """One row per submission in force and rule: rows judged, rows that broke it, what the district says about those."""

    lea_id = c.lea_id.required()
    extract = c.extract.required()
    school_year = c.school_year.required()
    rule_id = c.rule_id.required()
    severity = c.severity.required()
    rows = c.rows.required()
    failed = c.failed.required()
    submitted_at = c.submitted_at.required()
    answered = c.answered.required()
    footnote = c.footnote.optional()


class Measured(dy.Schema):
    """One row per LEA x year x school (null for the whole LEA): what a compliance rule measures."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    school_id = c.school_id.optional()
    value = r.measured.optional()


class RolePayBands(dy.Schema):
    """One row per held role with a pay band: what it pays, between what bounds."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    staff_id = c.staff_id.required()
    role_code = c.role_code.required()
    paid = r.paid.required()
    low = r.band_low.required()
    high = r.band_high.required()
    is_outside = r.is_outside.required()
