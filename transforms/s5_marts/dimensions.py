"""The star's dimensions, from reference tables, packs and `educator_year`."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.marts.dimensions import DIMENSIONS
from contracts.marts.educator_year import EducatorYear
from contracts.policy.packs import Pack
from contracts.tables import References


def build_dimensions(
    tables: References, educator_year: dy.LazyFrame[EducatorYear], packs: Sequence[Pack]
) -> dict[str, pl.LazyFrame]:
    """Every dimension by name (contracts/marts/dimensions.py), sorted by its key. `dim_educator` has `staff_id`."""
    made = {
        "dim_district": tables["districts"],
        "dim_school": tables["schools"],
        "dim_year": years(educator_year),
        "dim_program": pl.LazyFrame(
            {
                "program_id": [pack.program_id for pack in packs],
                "title": [pack.title for pack in packs],
                "summary": [pack.summary for pack in packs],
                "visibility": [pack.visibility.kind for pack in packs],
            }
        ),
        "dim_level": levels(packs),
        "dim_educator": educators(educator_year),
    }
    return {name: dimension.schema.cast(made[name]).sort(dimension.key) for name, dimension in DIMENSIONS.items()}


def years(educator_year: dy.LazyFrame[EducatorYear]) -> pl.LazyFrame:
    """One row per school year; 2026 is labelled 2025-26."""
    year = pl.col("school_year").cast(pl.Int32)
    ending = (year % 100).cast(pl.String).str.zfill(2)
    return educator_year.select("school_year").unique().with_columns(label=(year - 1).cast(pl.String) + "-" + ending)


def levels(packs: Sequence[Pack]) -> pl.LazyFrame:
    """One row per program x level with its rank and state tier."""
    found = [(pack.program_id, rank, level) for pack in packs for rank, level in enumerate(pack.levels, start=1)]
    return pl.LazyFrame(
        {
            "program_id": [program for program, _, _ in found],
            "level": [level.id for _, _, level in found],
            "title": [level.title for _, _, level in found],
            "rank": [rank for _, rank, _ in found],
            "state_tier": [level.tier for _, _, level in found],
        }
    )


def educators(educator_year: dy.LazyFrame[EducatorYear]) -> pl.LazyFrame:
    """One row per educator, with the place of the last year on file."""
    last = ["lea_id", "school_id", "staff_classification"]
    return educator_year.group_by("staff_id").agg(
        pl.col("school_year").min().alias("first_year"),
        pl.col("school_year").max().alias("last_year"),
        *[pl.col(name).sort_by("school_year").last() for name in last],
    )
