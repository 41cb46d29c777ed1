"""Which school years a row of `program_adoption` reaches."""

from __future__ import annotations

import polars as pl


def reaches() -> pl.Expr:
    """Whether adoption from `from_year` to `to_year` (no end where null), both included, reaches `school_year`."""
    year = pl.col("school_year")
    return (pl.col("from_year") <= year) & (pl.col("to_year").is_null() | (year <= pl.col("to_year")))
