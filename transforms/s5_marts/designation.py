"""Mart `designation`: who holds which level and why. Built in stage 3; this module is its place among the marts."""

from __future__ import annotations

import polars as pl

from contracts.marts.designation import Designation


def build_designation_mart(designation: pl.LazyFrame) -> pl.LazyFrame:
    """One row per staff_id x lea_id x program_id x school_year, as `s3_designate` decided."""
    return designation.pipe(Designation.cast)
