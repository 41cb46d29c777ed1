"""Contract of the mart `coverage`: schools with a teacher leader (M26)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Coverage(dy.Schema):
    """One row per lea_id x program_id x school_year x poverty_quartile; null: the state, any program, all schools."""

    lea_id = c.lea_or_state.optional()
    program_id = c.program_or_any.optional()
    school_year = c.school_year.required()
    poverty_quartile = c.quartile_or_all.optional()
    schools = c.schools_with_teachers.required()
    schools_with_leader = c.schools_with_leader.required()
    coverage = c.coverage.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "program_id", "school_year", "poverty_quartile").is_unique()
