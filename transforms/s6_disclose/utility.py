"""What the public can see: shares of cells, persons and dollars shown, by table and grain."""

from __future__ import annotations

import polars as pl

from contracts.public import PLUS, WHOLE
from transforms.s6_disclose.shape import is_sum


def utility(rows: pl.DataFrame, k: int) -> pl.DataFrame:
    """One row per table x grain: cells, and shares shown of the cells, of those with k persons or more behind them, of
    persons and of cents; beside them what primary rules alone and a plain complement (one more cell in every whole with
    one hidden) would show.

    `of_many` asks every cell of k persons or more, whatever rule hides it; of money that is nobody's (a budget line),
    every cell that is not zero. A row that tells several outcomes together counts once, in their place
    (`together`: the share of such rows). Cells that are not released yet or not available are not counted. Wholes are
    not added to their parts.
    """
    unreleased = pl.col("rule").is_in(["not_released", "not_available"]).fill_null(False)
    counted = rows.filter((pl.col("grain") != "leaf") & ~unreleased)
    at = ["table", "program_id", "school_year", "cut", "grain"]
    told = counted.filter(is_sum()).select(*at, pl.col("part").str.split(PLUS)).explode("part")
    counted = counted.join(told, on=[*at, "part"], how="anti", nulls_equal=True)
    shown = pl.col("mask") != "suppressed"
    plain = pl.col("rule").fill_null("").is_in(["", "complementary"])
    place = ["table", "program_id", "school_year", "cut", "grain", "lea_id", "school_id"]
    hidden = (~plain).sum().over(place)
    part = pl.col("part") != WHOLE
    largest = pl.col("value").rank("ordinal", descending=True).over([*place, plain])
    by_hand = plain & ~((hidden == 1) & part & (largest == 1))
    size = pl.col("value").abs()
    many = (pl.col("persons") >= k).fill_null(size > 0)
    return (
        counted.with_columns(by_hand=by_hand)
        .group_by("table", "grain", "unit")
        .agg(
            cells=pl.len(),
            shown=shown.mean(),
            rounded=(pl.col("mask") == "rounded").mean(),
            together=is_sum().fill_null(False).mean(),
            of_many=shown.filter(many).mean(),
            of_value=(size.filter(shown & part).sum() / size.filter(part).sum()).fill_nan(1.0),
            primary=plain.mean(),
            by_hand=pl.col("by_hand").mean(),
        )
        .with_columns(pl.selectors.float().round(4))
        .sort("table", "grain")
    )
