"""CSV for people with spreadsheets: shown, never run, with no Social Security number in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import polars as pl

from transforms.s1_conform.decode.model import cell_name
from transforms.s1_conform.returned_cell import shown_cell, shown_name


def safe_csv(frame: pl.DataFrame) -> bytes:
    """CSV that a spreadsheet shows and does not run, with no Social Security number in it; column names too."""
    return _file(frame.columns, _shown(frame))


def safe_csv_by(frame: pl.DataFrame, by: Sequence[str]) -> dict[tuple[Any, ...], bytes]:
    """Such a file of the rows of each key, in the order that they come in; without the columns of the key."""
    rows = frame.drop(by)
    cells = frame.select(by).hstack(_shown(rows))
    parts = cells.partition_by(by, as_dict=True, maintain_order=True, include_key=False)
    return {key: _file(rows.columns, part) for key, part in parts.items()}


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells as they are shown, in columns named by their place: a district's column name could be a pattern to
    Polars, and two may be alike once masked."""
    cells = frame.rename({name: cell_name(at) for at, name in enumerate(frame.columns)})
    return cells.with_columns(
        shown_cell(pl.col(cell_name(at)), name).alias(cell_name(at))
        for at, (name, dtype) in enumerate(frame.schema.items())
        if dtype == pl.String
    )


def _file(columns: Sequence[str], cells: pl.DataFrame) -> bytes:
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow([shown_name(name) for name in columns])
    return b"\xef\xbb\xbf" + header.getvalue().encode() + cells.write_csv(include_header=False).encode()


def safe_csv_rows(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> bytes:
    """Rows of text as such a file."""
    return safe_csv(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"))
