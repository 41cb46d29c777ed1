"""Mart `designation`: who holds which level and why. Built in stage 3; this module is its place among the marts."""

from __future__ import annotations

import dataframely as dy

from contracts.marts.designation import Designation


def build_designation_mart(designation: dy.LazyFrame[Designation]) -> dy.LazyFrame[Designation]:
    """One row per staff_id x lea_id x program_id x school_year, as `s3_designate` decided."""
    return designation.pipe(Designation.cast)
