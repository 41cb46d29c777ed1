"""Parquet → a table of text: values written as they are, whole floats without `.0`."""

from __future__ import annotations

import io
from collections import Counter

import polars as pl

from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, Refused, Table, cell_name


def read_parquet(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """`source_row` counts the rows from 1; a Parquet file has no header line. Raises Refused FILE-030."""
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Refused("FILE-030", str(error).splitlines()[0][:200]) from None
    if frame.width > options.bounds.max_columns:
        raise Refused("FILE-010", f"{frame.width:,}, at most {options.bounds.max_columns:,}")
    if frame.is_empty():
        raise Refused("FILE-005")
    nested = [column for column, dtype in frame.schema.items() if dtype.is_nested() or dtype == pl.Binary]
    if nested:
        raise Refused("FILE-030", f"column {nested[0]} is not plain")
    repairs["text_from_numbers"] += sum(1 for dtype in frame.dtypes if dtype.is_numeric())
    text = frame.select(_as_text(column) for column in frame.get_columns())
    header = tuple(text.columns)
    text.columns = [cell_name(at) for at in range(len(header))]
    rows = text.with_columns((pl.int_range(pl.len(), dtype=pl.UInt32) + 1).alias(SOURCE_ROW))
    return Table(name, None, "parquet", header, rows)


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        whole = column.drop_nulls()
        if (whole == whole.round(0)).all() and (whole.abs() < 2**53).all():
            return column.cast(pl.Int64).cast(pl.String)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    text = column.cast(pl.String)
    return text.set(text == "", None)
