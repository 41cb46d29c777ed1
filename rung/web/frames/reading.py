"""CSV as Polars reads it: rows of text without a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from . import types as t
from .frame import DataFrame


def read(source: io.BytesIO, *, has_header: bool, schema: Mapping[str, Any], infer_schema: bool) -> Any:
    """Rows of text under given names; an empty cell is null. Raises PolarsError for a row with cells too many."""
    if has_header or infer_schema:
        raise t.PolarsError("only rows of text without a header are read here")
    width = len(schema)
    rows = []
    for row in csv.reader(io.StringIO(source.getvalue().decode("utf-8"), newline="")):
        if len(row) > width:
            raise t.PolarsError("found more fields than defined")
        rows.append([*(cell or None for cell in row), *[None] * (width - len(row))])
    return DataFrame(rows, schema=schema, orient="row")
