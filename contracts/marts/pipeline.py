"""Contract of the mart `pipeline`: leaders on their way to administration (M31)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Pipeline(dy.Schema):
    """One row per lea_id x school_year x years_after; lea_id null for the state."""

    lea_id = c.lea_or_state.optional()
    school_year = c.school_year.required()
    years_after = c.years_after.required()
    leaders = c.leaders_then.required()
    to_ap = c.to_ap.required()
    to_principal = c.to_principal.required()
    new_principals = c.new_principals.optional()
    new_principals_who_led = c.new_principals_who_led.optional()
    licensed_non_administrators = c.licensed_non_administrators.optional()
    licensed_share = c.licensed_share.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "school_year", "years_after").is_unique()
