"""CSV as Polars reads and writes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from . import types as t
from .convert import as_text


def written(frame: Any, include_header: bool) -> str:
    """Rows as CSV; null is nothing, empty text a pair of quotation marks."""
    lines = [",".join(map(_cell, frame.columns))] if include_header else []
    lines += [",".join("" if value is None else _cell(as_text(value)) for value in row) for row in frame.iter_rows()]
    return "".join(f"{line}\n" for line in lines)


def _cell(text: str) -> str:
    if text == "" or any(sign in text for sign in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def read(source: io.BytesIO, *, has_header: bool, schema: Mapping[str, Any], infer_schema: bool) -> Any:
    """Rows of text under given names; an empty cell is null. Raises PolarsError for a row with cells too many."""
    from .frame import DataFrame

    if has_header or infer_schema:
        raise t.PolarsError("only rows of text without a header are read here")
    width = len(schema)
    rows = []
    for row in csv.reader(io.StringIO(source.getvalue().decode("utf-8"), newline="")):
        if len(row) > width:
            raise t.PolarsError("found more fields than defined")
        rows.append([*(cell or None for cell in row), *[None] * (width - len(row))])
    return DataFrame(rows, schema=schema, orient="row")
