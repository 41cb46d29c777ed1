"""Text → the contract's types, strictly: what does not read as its type becomes null and is kept beside as text.

Strict means ISO dates, plain decimals, `true`/`false`. Everything districts write beside that is turned into these
forms by the careful way (`parse`) before it gets here, each repair counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy
import polars as pl

from contracts.columns import MONEY

UNREADABLE = "__unreadable"
SENT = "__sent"
# The rule of contracts/file_rules.py that a row breaks which could not be taken apart into cells.
BROKEN = "_broken"
# One number for all cells of the district's own row, also of columns that nothing reads; null for a clean file, whose
# columns are all read.
OWN = "_own"
# `3.000` is three dollars here and three thousand elsewhere.
THOUSANDS_OR_MILLS = r"^-?\d{1,3}\.\d{3}$"
FOLDER_COLUMNS = ("lea_id", "school_year")
# The marks that a returned row carries behind the district's own columns: where the row stands in the file, what is
# wrong with it, and the submission and its file. Sent back with them, they are not data.
RETURNED = ("_rung_row", "_rung_rule", "_rung_message", "_rung_fix", "_rung_submission", "_rung_file")


def type_columns(text: pl.LazyFrame, contract: type[dy.Schema]) -> pl.LazyFrame:
    """Give every contract column its type; columns that were not sent become null.

    Grain unchanged. Adds, for each column that is not text, `<column>__unreadable`: the sent text where it cannot be
    read as the type, else null. Other columns of `text` pass through.
    """
    sent = text.collect_schema()
    columns = contract.columns()
    typed: list[pl.Expr] = []
    for name, column in columns.items():
        dtype = column.dtype
        if name not in sent:
            typed.append(pl.lit(None, dtype=dtype).alias(name))
            if dtype != pl.String:
                typed.append(pl.lit(None, dtype=pl.String).alias(name + UNREADABLE))
        elif dtype != pl.String:
            value = read_as(pl.col(name), dtype).alias(name)
            typed += [value, pl.when(value.is_null()).then(pl.col(name)).alias(name + UNREADABLE)]
    return text.with_columns(typed)


def read_as(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """One column of text as a type, null where it does not read."""
    if dtype == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Boolean:
        lower = text.str.to_lowercase()
        return pl.when(lower == "true").then(True).when(lower == "false").then(False)
    if dtype == MONEY:
        money = text.cast(MONEY, strict=False)
        # A third decimal would be rounded away in silence; dollars and cents have two.
        exact = text.cast(pl.Decimal(24, 6), strict=False) == money.cast(pl.Decimal(24, 6))
        return pl.when(exact & ~text.str.contains(THOUSANDS_OR_MILLS)).then(money)
    value = text.cast(dtype, strict=False)
    return pl.when(value.is_finite()).then(value) if dtype.is_float() else value


def unreadable_columns(schema: Mapping[str, object]) -> list[str]:
    """The `__unreadable` companions in a schema."""
    return [name for name in schema if name.endswith(UNREADABLE)]
