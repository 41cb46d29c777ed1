"""One id, one person: ids under which two districts know people with different license ids."""

from __future__ import annotations

import polars as pl

from transforms.s1_conform.values import BROKEN

SHARED_ID = "ROW-006"
PEOPLE = ["staff_id", "lea_id", "license_id"]


def shared_ids(people: pl.LazyFrame) -> pl.DataFrame:
    """The `staff_id` that two LEAs or more use with two license ids or more.

    `people`: staff_id, lea_id, license_id.
    """
    return (
        people.drop_nulls()
        .unique()
        .group_by("staff_id")
        .agg(pl.col("lea_id").n_unique().alias("leas"), pl.col("license_id").n_unique().alias("licenses"))
        .filter(pl.col("leas") > 1, pl.col("licenses") > 1)
        .select("staff_id")
        .sort("staff_id")
        .collect()
    )


def mark_shared(rows: pl.LazyFrame, shared: pl.DataFrame) -> pl.LazyFrame:
    """Rows of such ids break ROW-006, unless they could not be read anyway."""
    if shared.is_empty():
        return rows
    hit = pl.col("staff_id").is_in(shared["staff_id"].implode()) & pl.col(BROKEN).is_null()
    return rows.with_columns(pl.when(hit).then(pl.lit(SHARED_ID)).otherwise(pl.col(BROKEN)).alias(BROKEN))
