"""Contract of the mart `rating_distribution`: how each rating system spreads its teachers (M30)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class RatingDistribution(dy.Schema):
    """One row per lea_id x rating_system x school_year x band; band null for teachers without a usable rating."""

    lea_id = c.lea_id.required()
    rating_system = c.system_or_none.required()
    school_year = c.school_year.required()
    band = c.band_or_none.optional()
    teachers = c.teachers.required()
    share = c.band_share.required()
    is_top_share = c.is_top_share.optional()
    growth_gap_share = c.growth_gap_share.optional()
    growth_gap_known = c.growth_gap_known.required()
    systems = c.systems.required()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "rating_system", "school_year", "band").is_unique()
