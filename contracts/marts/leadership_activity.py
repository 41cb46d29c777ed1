"""Contract of the mart `leadership_activity`: output and outcome, apart (M25)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class LeadershipActivity(dy.Schema):
    """One row per lea_id x school_id x month x measure. `school_id` null where neither event nor roster names one."""

    lea_id = c.lea_id.required()
    school_id = c.school_id.optional()
    month = c.month.required()
    measure = c.measure.required()
    school_year = c.school_year.required()
    kind = c.activity_kind.required()
    done = c.done.required()
    required = c.events_required.required()
    rate = c.rate.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely"s own keys refuse."""
        return pl.struct("lea_id", "school_id", "month", "measure").is_unique()
