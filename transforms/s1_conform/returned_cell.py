"""How a cell is shown in a file that goes back to a district: nothing runs in a spreadsheet, no Social Security number.

A mended file is read against it: a cell that comes back as it was shown was not changed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from contracts.extracts import EXTRACTS
from transforms.s1_conform.parse.cell_text import mask_ssn, mask_text, plain_text

# Spreadsheets run a cell that starts with one of these as a formula, full-width ones and behind invisible ones too.
_FORMULA = "^([\u200b-\u200f\u2060\ufeff\u00ad \u00a0]*[=+\\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20])"
_PLAIN_NUMBER = r"^[+-]?\d+([.,]\d+)*$"


def shown_cell(cell: pl.Expr, column: str) -> pl.Expr:
    """A cell of text as a spreadsheet may show it; `column` is the name above it."""
    masked = mask_ssn(cell, bare=column in _texts())
    dangerous = masked.str.contains(_FORMULA) & ~masked.str.contains(_PLAIN_NUMBER)
    return pl.when(dangerous).then(pl.concat_str(pl.lit("'"), masked)).otherwise(masked)


def shown_name(name: str) -> str:
    """The same for a column's or a file's name."""
    return mask_text(re.sub(_FORMULA, r"'\1", name))


@lru_cache
def _texts() -> frozenset[str]:
    """Columns of the extracts that hold words, neither identifiers nor codes."""
    columns = {name: column for each in EXTRACTS.values() for name, column in each.sent.columns().items()}
    return frozenset(name for name, each in columns.items() if each.dtype == pl.String and plain_text(name))
