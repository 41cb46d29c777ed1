"""Clean files whose values are not in canonical writing: they are read again, with care."""

from __future__ import annotations

from collections.abc import Iterator

import dataframely as dy
import polars as pl

from transforms.s1_conform.decode.totals_rows import SAYS_TOTAL
from transforms.s1_conform.parse.cell_text import MISSING
from transforms.s1_conform.values import unreadable_columns

_TOTALS = ["total", "sum", "all", "state", "county", "district", "region", "division", "everyone", "aggregate"]
_MISSING = sorted({form(mark) for mark in MISSING for form in (str, str.upper, str.title, str.capitalize)})
_GUARDED = [".", "E+", "e+", "'"]


def need_tolerant_reader(typed: pl.DataFrame, contract: type[dy.Schema]) -> set[int]:
    """The `drop_no` of every drop with a value that does not read strictly, or could be meant otherwise.

    That is a text that is not of its column's type, a word outside a closed vocabulary, an identifier with a mark that
    spreadsheets leave, a required value that is not there (perhaps the line is a total, or nothing at all), a word of
    totals in place of a person, a label that speaks of a total in any column, a mark of a missing value.
    """
    columns = contract.columns()
    odd = [pl.col(name).is_not_null() for name in unreadable_columns(typed.schema) if _any(typed[name])]
    odd += [pl.col(name).is_null() for name in columns if not columns[name].nullable and typed[name].null_count()]
    for name in typed.columns:
        if name not in columns or columns[name].dtype != pl.String or not _any(typed[name]):
            continue
        if values := (columns[name].metadata or {}).get("values"):
            odd.append(~pl.col(name).is_in(list(values)))
        elif name.endswith("_id"):
            odd.append(pl.col(name).str.contains_any(_GUARDED))
    odd += [
        pl.col(name).is_in(_MISSING)
        for name in columns
        if not columns[name].nullable and columns[name].dtype == pl.String and name in typed.columns
    ]
    if "staff_id" in typed.columns and _any(typed["staff_id"]):
        odd.append(pl.col("staff_id").str.contains_any(_TOTALS, ascii_case_insensitive=True))
    odd += [pl.col(name).is_in(words) for name, words in _labels(typed, contract)]
    if not odd:
        return set()
    flagged = typed.lazy().select("drop_no", pl.any_horizontal(odd).alias("odd")).filter("odd").select("drop_no")
    return set(flagged.unique().collect()["drop_no"].to_list())


def _labels(typed: pl.DataFrame, contract: type[dy.Schema]) -> Iterator[tuple[str, list[str]]]:
    """Text columns with values that speak of a total, whatever stands in place of a person, and these values."""
    for name, column in contract.columns().items():
        if column.dtype == pl.String and name in typed.columns and _any(typed[name]):
            values = typed[name].unique()  # few, but for identifiers: far fewer than rows
            words = values.filter(values.str.contains(SAYS_TOTAL))
            if words.len():
                yield name, words.to_list()


def _any(column: pl.Series) -> bool:
    return column.null_count() < column.len()
