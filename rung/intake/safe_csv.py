"""CSV for people with spreadsheets: shown, never run, with no Social Security number in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from contracts.extracts import EXTRACTS
from transforms.s1_conform.decode.model import cell_name
from transforms.s1_conform.parse.cells import mask_ssn, mask_text, plain_text

# Spreadsheets run a cell that starts with one of these as a formula, full-width ones and behind invisible ones too.
_FORMULA = "^([\u200b-\u200f\u2060\ufeff\u00ad \u00a0]*[=+\\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20])"
_PLAIN_NUMBER = r"^[+-]?\d+([.,]\d+)*$"


@lru_cache
def _texts() -> frozenset[str]:
    """Columns of the extracts that hold words, neither identifiers nor codes."""
    columns = {name: column for each in EXTRACTS.values() for name, column in each.sent.columns().items()}
    return frozenset(name for name, each in columns.items() if each.dtype == pl.String and plain_text(name))


def _harmless(name: str) -> pl.Expr:
    cell = mask_ssn(pl.col(name), bare=name in _texts())
    dangerous = cell.str.contains(_FORMULA) & ~cell.str.contains(_PLAIN_NUMBER)
    return pl.when(dangerous).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell).alias(name)


def safe_csv(frame: pl.DataFrame) -> bytes:
    """CSV that a spreadsheet shows and does not run, with no Social Security number in it; column names too."""
    names = [mask_text(re.sub(_FORMULA, r"'\1", name)) for name in frame.columns]
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(names)
    # By place: a district's column name could be a pattern to Polars, and two may be alike once masked.
    cells = frame.rename({name: cell_name(at) for at, name in enumerate(frame.columns)})
    cells = cells.with_columns(_harmless(name) for name, dtype in cells.schema.items() if dtype == pl.String)
    return b"\xef\xbb\xbf" + header.getvalue().encode() + cells.write_csv(include_header=False).encode()


def safe_csv_rows(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> bytes:
    """Rows of text as such a file."""
    return safe_csv(pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"))
