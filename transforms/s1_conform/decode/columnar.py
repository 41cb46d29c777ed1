"""Parquet → a table of text: values written as they are, whole floats without `.0`."""

from __future__ import annotations

import io
from collections import Counter

import polars as pl

from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, Refused, Table, cell_name

# Days since 1970 of 0001-01-01 and 9999-12-31, between which a day can be written.
CALENDAR = (-719_162, 2_932_896)
_HELD = {
    "List": "lists",
    "Array": "lists",
    "Struct": "records",
    "Binary": "bytes",
    "Time": "times of day",
    "Duration": "spans of time",
}


def read_parquet(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """`source_row` counts the rows from 1; a Parquet file has no header line. Raises Refused FILE-030."""
    import pyarrow as pa  # heavy, and not there in the check page

    try:
        frame = _read(data, options)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, pa.ArrowException, OSError) as error:
        raise Refused("FILE-030", _in_words(error)) from None
    if frame.width > options.bounds.max_columns:
        raise Refused("FILE-010", f"{frame.width:,}, at most {options.bounds.max_columns:,}")
    if frame.is_empty():
        raise Refused("FILE-005")
    nested = [column for column, dtype in frame.schema.items() if not _is_plain(dtype)]
    if nested:
        held = _HELD.get(type(frame.schema[nested[0]]).__name__, "what is no text")
        raise Refused("FILE-030", f"column {nested[0]} holds {held}")
    repairs["text_from_numbers"] += sum(1 for dtype in frame.dtypes if dtype.is_numeric())
    text = frame.select(_as_text(column) for column in frame.get_columns())
    header = tuple(text.columns)
    text.columns = [cell_name(at) for at in range(len(header))]
    rows = text.with_columns((pl.int_range(pl.len(), dtype=pl.UInt32) + 1).alias(SOURCE_ROW))
    return Table(name, None, "parquet", header, rows)


def _read(data: bytes, options: DecodeOptions) -> pl.DataFrame:
    """The frame, after its own description has been held against the bounds."""
    import pyarrow.parquet as pq

    described = pq.ParquetFile(io.BytesIO(data)).metadata
    cells = described.num_rows * described.num_columns
    if cells > options.bounds.max_cells:
        shape = f"{described.num_rows:,} rows by {described.num_columns:,} columns"
        raise Refused("FILE-052", f"{shape}, at most {options.bounds.max_cells:,}")
    size = sum(described.row_group(at).total_byte_size for at in range(described.num_row_groups))
    if size > options.bounds.max_expanded_bytes:
        raise Refused("FILE-016", f"{size:,} bytes, at most {options.bounds.max_expanded_bytes:,}")
    return pl.read_parquet(io.BytesIO(data))


def _in_words(error: BaseException) -> str:
    """What a library says of a file, as far as a steward can do something about it."""
    said = str(error)
    if "more than one occurrence" in said or isinstance(error, pl.exceptions.DuplicateError):
        return "two of its columns have the same name"
    if "precision" in said:
        return "a column's numbers have more digits than can be read"
    return "it is damaged, or not all of it arrived"


def _is_plain(dtype: pl.DataType) -> bool:
    """Text, numbers, days, moments, yes and no."""
    return dtype.is_numeric() or dtype in (
        pl.String,
        pl.Date,
        pl.Datetime,
        pl.Boolean,
        pl.Categorical,
        pl.Null,
        pl.Enum,
    )


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        whole = column.drop_nulls()
        if (whole == whole.round(0)).all() and (whole.abs() < 2**53).all():
            return column.cast(pl.Int64).cast(pl.String)
    if column.dtype == pl.Date and not column.to_physical().drop_nulls().is_between(*CALENDAR).all():
        raise Refused("FILE-030", f"column {column.name} has days outside the calendar")
    if isinstance(column.dtype, pl.Datetime):
        a_day = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[column.dtype.time_unit]
        if not (column.to_physical().drop_nulls() // a_day).is_between(*CALENDAR).all():
            raise Refused("FILE-030", f"column {column.name} has days outside the calendar")
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    text = column.cast(pl.String)
    if column.dtype.is_decimal():
        text = text.str.replace(r"(\.\d\d)0+$", "$1")
    return text.set(text == "", None)
