"""An order of districts in which alike ones stand together: they hide each other's small numbers."""

from __future__ import annotations

import polars as pl


def clusters(rows: pl.DataFrame) -> pl.DataFrame:
    """lea_id -> `cluster`: its number in the order. Districts with the same confidential programs and of about the same
    size (to a power of two) stand together.

    `rows`: SHAPE. Two districts with the same small numbers can hide each other's, so that the state's stays shown.
    """
    lea = rows.filter(pl.col("grain").is_in(["lea", "leaf"]) & pl.col("lea_id").is_not_null())
    secret = pl.col("program_id").filter(pl.col("confidential") & (pl.col("unit") == "persons"))
    persons = pl.col("value").filter((pl.col("unit") == "persons") & (pl.col("table") == "public_access"))
    known = (
        lea.group_by("lea_id")
        .agg(secret.unique().sort().str.join(",").alias("programs"), persons.max().fill_null(0).alias("size"))
        .with_columns((1 + pl.col("size")).log(2).floor())
        .sort("programs", "size", "lea_id")
    )
    numbers = pl.int_range(pl.len()).cast(pl.Int64)
    return known.select("lea_id", cluster=numbers)
