"""The shape of a conformed table as rules see it: the contract's columns and the companions that intake adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES

COMPANIONS: dict[str, pl.DataType] = {
    "lea_id": pl.String(),
    "school_year": pl.Int16(),
    "submission_id": pl.String(),
    "lea_id__sent": pl.String(),
    "school_year__sent": pl.Int16(),
    "school_year__sent__unreadable": pl.String(),
    "is_reversal": pl.Boolean(),
    "peak_fte": pl.Float64(),
}


def contract_of(table: str) -> type[dy.Schema]:
    """The contract of an extract as sent, a reference table or a mart."""
    if table in EXTRACTS:
        return EXTRACTS[table].sent
    if table in REFERENCES:
        return REFERENCES[table].schema
    return MARTS[table].schema


def column_type(table: str, name: str) -> pl.DataType:
    """Type of a column of the conformed table. Raises KeyError for a column that rules cannot count on."""
    columns = contract_of(table).columns()
    if name in columns:
        return columns[name].dtype
    if name in COMPANIONS:
        return COMPANIONS[name]
    plain, _, kind = name.rpartition("__")
    if kind == "known" and plain in columns:
        return pl.Boolean()
    if kind == "unreadable" and plain in columns:
        return pl.String()
    raise KeyError(f"{table} has no column {name}")


def typed_rows(table: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of plain values (days as ISO text, as in suites) as a conformed frame of the given columns."""
    names = list(dict.fromkeys(columns))
    schema = {name: column_type(table, name) for name in names}
    data = {name: [_value(row.get(name), schema[name]) for row in rows] for name in names}
    return pl.DataFrame(
        {name: pl.Series(name, values, dtype=_plain(schema[name])) for name, values in data.items()}
    ).cast(pl.Schema(schema))


def _plain(dtype: pl.DataType) -> pl.DataType:
    return pl.Float64() if isinstance(dtype, pl.Decimal) else dtype


def _value(value: Any, dtype: pl.DataType) -> Any:
    return date.fromisoformat(value) if dtype == pl.Date and isinstance(value, str) else value
