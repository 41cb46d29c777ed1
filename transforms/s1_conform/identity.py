"""One id, one person: ids under which two districts know people with different license ids."""

from __future__ import annotations

import polars as pl

from transforms.s1_conform.values import BROKEN

SHARED_ID = "ROW-006"
PEOPLE = ["staff_id", "lea_id", "license_id"]


def shared_ids(people: pl.LazyFrame) -> pl.DataFrame:
    """The `staff_id` that an LEA uses with license ids of which no other LEA knows any for it.

    One wrong license beside the right one is no claim to another person: then the LEAs agree on the right one.
    `people`: staff_id, lea_id, license_id.
    """
    known = people.drop_nulls().unique()
    agreed = pl.col("lea_id").n_unique().over("staff_id", "license_id") > 1
    return (
        known.with_columns(agreed=agreed)
        .group_by("staff_id", "lea_id")
        .agg(pl.col("agreed").any())
        .group_by("staff_id")
        .agg(pl.len().alias("leas"), pl.col("agreed").all())
        .filter(pl.col("leas") > 1, ~pl.col("agreed"))
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
