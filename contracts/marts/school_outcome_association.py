"""Contract of the mart `school_outcome_association`: schools that gained leaders and their like (M39)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class SchoolOutcomeAssociation(dy.Schema):
    """One row per program_id x measure x school_year in which the program is in force somewhere; over the state.

    `measure` is null where no outcome of the year is on file (`not_configured`). An association says nothing of cause.
    """

    program_id = c.program_id.required()
    measure = c.outcome_measure_or_none.optional()
    school_year = c.school_year.required()
    schools = c.gaining_schools.required()
    matched = c.matched_schools.required()
    students = c.students_measured.required()
    change = c.outcome_change.optional()
    matched_change = c.matched_change.optional()
    difference = c.change_difference.optional()
    difference_low = c.difference_low.optional()
    difference_high = c.difference_high.optional()
    prior_difference = c.prior_difference.optional()
    association_status = c.metric_status.required()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("program_id", "measure", "school_year").is_unique()
