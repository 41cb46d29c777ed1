"""Contract of the mart `top_rated_reach`: students of the highest-rated teachers (M28)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class TopRatedReach(dy.Schema):
    """One row per lea_id x school_year x poverty_quartile with teachers; poverty_quartile null for all."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    poverty_quartile = c.quartile_or_all.optional()
    teachers = c.teachers_counted.required()
    top_rated = c.top_rated_counted.required()
    students = c.students_counted.required()
    students_of_top_rated = c.students_of_top_rated.required()
    share = c.top_rated_share.optional()
    students_per_top_rated = c.students_per_top_rated.optional()
    students_per_other = c.students_per_other.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "school_year", "poverty_quartile").is_unique()
