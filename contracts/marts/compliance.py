"""Contract of the mart `compliance`: caps, floors, spending and span rules of programs."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Compliance(dy.Schema):
    """One row per lea_id x program_id x school_year x rule_id x school_id; `school_id` null for LEA-wide rules."""

    lea_id = c.lea_id.required()
    program_id = c.program_id.required()
    school_year = c.school_year.required()
    rule_id = c.compliance_rule_id.required()
    school_id = c.school_id.optional()
    value = c.measured_value.optional()
    bound = c.bound.optional()
    passes = c.passes.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely"s own keys refuse."""
        return pl.struct("lea_id", "program_id", "school_year", "rule_id", "school_id").is_unique()
