"""Contract of the mart `survival`: how long new teachers stay (M27)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Survival(dy.Schema):
    """One row per lea_id x cohort_year x years_after x comparison_group with persons; lea_id null for the state."""

    lea_id = c.lea_or_state.optional()
    cohort_year = c.cohort_year.required()
    years_after = c.years_after.required()
    comparison_group = c.survival_group.required()
    entered = c.entered.required()
    followed = c.followed.required()
    in_school = c.in_school.required()
    in_lea = c.in_lea.required()
    in_teaching = c.in_teaching.required()
    in_state = c.in_state.required()
    survival = c.survival.optional()
    survival_low = c.survival_low.optional()
    survival_high = c.survival_high.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "cohort_year", "years_after", "comparison_group").is_unique()
