"""The state's rows: sums of what its districts publish."""

from __future__ import annotations

import polars as pl

from transforms.s6_disclose.shape import ARROW, KEY, SHAPE

SUMMED = (
    "public_designation",
    "public_retention",
    "public_access",
    "public_span",
    "public_money",
    "public_compensation",
)


def of_state(blocks: pl.DataFrame) -> pl.DataFrame:
    """State rows in SHAPE. Designations, access, span and money add up LEA rows; moves add up leaves by level.

    Retention adds up LEA rows (any program) and leaves (a program). Persons who stand in two LEAs count in both.
    `largest`: the largest of any LEA, `two_largest`: the larger of two LEAs' largest and any LEA's two.
    """
    places = pl.col("grain").is_in(["lea", "leaf"]) & (pl.col("table") != "public_ladder_flow")
    moves = (pl.col("table") == "public_ladder_flow") & (pl.col("grain") == "leaf")
    rows = blocks.filter(places | moves)
    sums = rows.group_by(KEY).agg(
        pl.col("unit").first(),
        pl.col("value").sum(),
        pl.when(pl.col("persons").is_not_null().any()).then(pl.col("persons").sum()).alias("persons"),
        pl.col("largest").max(),
        pl.max_horizontal(pl.col("largest").top_k(2).sum(), pl.col("two_largest").max()).alias("two_largest"),
        pl.when(pl.col("group").is_not_null().any()).then(pl.col("group").sum()).alias("group"),
        pl.col("floor").sum(),
        pl.col("print").sum(),
        pl.col("sensitive").any(),
        pl.col("confidential").any(),
        pl.col("leads").any(),
    )
    return sums.with_columns(
        grain=pl.lit("state"), lea_id=pl.lit(None, pl.String), school_id=pl.lit(None, pl.String)
    ).select(pl.col(name).cast(kind) for name, kind in SHAPE.items())


__all__ = ["ARROW", "of_state"]
