"""Contract of the mart `ladder_flow`: how persons move between levels (M18)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class LadderFlow(dy.Schema):
    """One row per lea_id x program_id x school_year x from_level x to_level. Levels are null where there is none."""

    lea_id = c.lea_id.required()
    program_id = c.program_id.required()
    school_year = c.school_year.required()
    from_level = c.from_level.optional()
    to_level = c.to_level.optional()
    persons = c.persons.required()
    hazard = c.hazard.required()
    median_years_to_level = c.median_years_to_level.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely"s own keys refuse."""
        return pl.struct("lea_id", "program_id", "school_year", "from_level", "to_level").is_unique()
