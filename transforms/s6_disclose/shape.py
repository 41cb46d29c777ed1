"""Every number of the public tables in one shape: where it stands, what it is, and who is behind it.

One row per KEY x PLACE. `grain` leaf: a number that is not published and that published ones add up (the persons who
moved between two levels in one district, of which only the state's sum is shown). `sensitive`: the engine decides;
other rows are published as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from contracts.public import PLUS

KEY = ["table", "program_id", "school_year", "cut", "part"]
PLACE = ["grain", "lea_id", "school_id"]
SHAPE: dict[str, Any] = {
    "table": pl.String,
    "program_id": pl.String,
    "school_year": pl.Int16,
    "cut": pl.String,
    "part": pl.String,
    "grain": pl.String,
    "lea_id": pl.String,
    "school_id": pl.String,
    "unit": pl.String,
    "value": pl.Int64,
    "persons": pl.Int64,  # persons behind it; null: a budget line, or everybody's
    "largest": pl.Int64,  # cents of the largest contributor, and of the two largest
    "two_largest": pl.Int64,
    "group": pl.Int64,  # persons in the distribution that the row is a part of
    "floor": pl.Int64,  # what is public of it anyway: leaders of open programs among the leaders
    "sensitive": pl.Boolean,
    "confidential": pl.Boolean,  # of a confidential program
    "leads": pl.Boolean,  # a level whose holders lead
    "print": pl.UInt64,  # fingerprint: random numbers of the persons behind it, times cents, added up modulo 2^64
}
ARROW = " > "


def is_sum() -> pl.Expr:
    """Whether a row tells several parts together."""
    return pl.col("part").str.contains(PLUS, literal=True)


def shaped(rows: pl.DataFrame, table: str, unit: str = "persons", **constants: Any) -> pl.DataFrame:
    """Rows in SHAPE: columns that are absent are null, `constants` or the defaults of a count."""
    given: Mapping[str, Any] = {
        "table": table,
        "unit": unit,
        "grain": "lea",
        "floor": 0,
        "sensitive": False,
        "confidential": False,
        "leads": False,
        "print": 0,
    } | constants
    lacking = [name for name in SHAPE if name not in rows.columns]
    filled = rows.with_columns(pl.lit(given.get(name)).alias(name) for name in lacking)
    if "persons" not in rows.columns and unit == "persons":
        filled = filled.with_columns(persons="value")
    return filled.select(pl.col(name).cast(kind, strict=False) for name, kind in SHAPE.items())


def counted(universe: pl.DataFrame, rows: pl.DataFrame, value: str | None = None) -> pl.DataFrame:
    """The universe with `value` added up from rows of the same columns; zero where there is none."""
    key = universe.columns
    sums = rows.group_by(key).agg(
        (pl.len() if value is None else pl.col(value).sum()).cast(pl.Int64).alias("value"), pl.col("print").sum()
    )
    return universe.join(sums, on=key, how="left", nulls_equal=True).with_columns(pl.col("value", "print").fill_null(0))


def numbered(people: pl.LazyFrame) -> pl.DataFrame:
    """staff_id -> `print`: a random 64-bit number, the same in every run over the same persons."""
    ids = people.select("staff_id").unique().collect().sort("staff_id")
    numbers = np.random.default_rng(20261125).integers(1, 2**64, len(ids), dtype=np.uint64)
    return ids.with_columns(print=pl.Series(numbers))
