"""The school year: it is named by the year in which it ends and runs from 1 July to 30 June."""

from __future__ import annotations

from datetime import date

import polars as pl


def first_day(school_year: str = "school_year") -> pl.Expr:
    """1 July of the calendar year before."""
    return pl.date(pl.col(school_year).cast(pl.Int32) - 1, 7, 1)


def last_day(school_year: str = "school_year") -> pl.Expr:
    """30 June of the year itself."""
    return pl.date(pl.col(school_year).cast(pl.Int32), 6, 30)


def year_name(school_year: int) -> str:
    """A school year as people write it: 2026 → 2025-26."""
    return f"{school_year - 1}-{school_year % 100:02d}"


def school_year_of(day: date) -> int:
    """The school year that a day lies in."""
    return day.year + (day.month > 6)
