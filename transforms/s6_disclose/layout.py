"""From cells to the columns that readers see. Nothing that is hidden passes this module."""

from __future__ import annotations

import polars as pl

from contracts.public import PUBLIC, Counts
from transforms.money import money_from_cents
from transforms.s6_disclose.shape import ARROW

PART = {
    "public_designation": "level",
    "public_school": "measure",
    "public_retention": "outcome",
    "public_access": "poverty_quartile",
    "public_span": "measure",
    "public_money": "part",
    "public_compensation": "pay_group",
}
CUT = {"public_retention": "comparison_group", "public_access": "measure", "public_money": "dimension"}


def laid_out(cells: pl.DataFrame, table: str) -> pl.DataFrame:
    """One public table in its contract's columns, sorted by key; validated against the contract.

    `cells`: KEY, PLACE, mask, rule, shown (the value, rounded where the mask says so). Leaves stay behind.
    """
    schema = PUBLIC[table].schema
    hidden = pl.col("mask") == "suppressed"
    seen = cells.filter((pl.col("table") == table) & (pl.col("grain") != "leaf")).with_columns(
        reason=pl.when(hidden).then(
            pl.when(pl.col("rule").is_in(["not_released", "not_available"]))
            .then("rule")
            .otherwise(pl.lit("protects_persons"))
        ),
        shown=pl.when(~hidden).then("shown"),
    )
    amount = (
        {"persons": pl.col("shown")} if issubclass(schema, Counts) else {"amount": money_from_cents(pl.col("shown"))}
    )
    named = _named(seen.with_columns(**amount), table)
    columns = list(schema.columns())
    keys = [key for key in PUBLIC[table].key if key in columns]
    ordered = [*keys, *(name for name in columns if name not in keys)]
    return schema.validate(named.select(ordered).sort(keys, nulls_last=True))


def _named(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    if table == "public_ladder_flow":
        split = pl.col("part").str.split_exact(ARROW, 1)
        levels = pl.col("cut") != "lea"
        return rows.with_columns(
            from_level=pl.when(levels).then(split.struct.field("field_0")),
            to_level=pl.when(levels).then(split.struct.field("field_1")),
            move=pl.when(levels).then("cut").otherwise("part"),
        )
    return rows.drop("group").rename({"part": PART[table]} | ({"cut": CUT[table]} if table in CUT else {}))
