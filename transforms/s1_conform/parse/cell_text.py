"""What every cell goes through: blanks trimmed, spreadsheet guards off, marks for missing and suppressed values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

from contracts.ssn import BARE, IDENTIFIERS, MASKED, WRITTEN

# Blanks, and marks that no reader sees: of width nothing, and of the direction of writing.
INVISIBLE = (
    "\u00a0\u2007\u202f\u200b\ufeff\u3000\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
BLANKS = " \t\r\n" + INVISIBLE
MISSING = (
    "na",
    "n/a",
    "n.a.",
    "#n/a",
    "null",
    "none",
    "nil",
    "nan",
    "-",
    "--",
    "—",
    ".",
    "missing",
    "blank",
    "tbd",
    "?",
)
SUPPRESSED = ("*", "**", "***", "s", "sup", "supp", "suppressed", "redacted", "ds", "†", "‡", "(s)", "pii")
SUPPRESSED_PATTERN = r"^(n\s*)?[<≤]\s*=?\s*\d+(\.\d+)?\s*%?$"


@dataclass(frozen=True)
class Tidied:
    """A column's text in canonical writing, and for each repair where it happened (boolean, null = no)."""

    text: pl.Expr
    repairs: dict[str, pl.Expr] = field(default_factory=dict)


def tidy_cell(sent: pl.Expr) -> Tidied:
    """Trim blanks of every kind; take off `="00123"` and a leading apostrophe; empty text becomes null."""
    trimmed = sent.str.strip_chars(BLANKS)
    guarded = trimmed.str.contains(r'^="[^"]*"$|^\'[^\']+$')
    bare = trimmed.str.replace(r'^="([^"]*)"$', "${1}").str.replace(r"^'([^']+)$", "${1}")
    text = pl.when(bare != "").then(bare)
    return Tidied(text, {"trimmed_cells": trimmed != sent, "spreadsheet_guards": guarded})


def without_marks(text: pl.Expr) -> Tidied:
    """Marks that stand for a value that is missing or suppressed become null; for columns that are not free text."""
    lower = text.str.to_lowercase()
    missing = lower.is_in(MISSING)
    suppressed = lower.is_in(SUPPRESSED) | lower.str.contains(SUPPRESSED_PATTERN)
    kept = pl.when(~(missing | suppressed)).then(text)
    return Tidied(kept, {"missing_marks": missing, "suppression_marks": suppressed})


def without_missing(text: pl.Expr) -> Tidied:
    """Marks for a missing value become null; for free text that is required, where `S` or `*` can be meant."""
    missing = text.str.to_lowercase().is_in(MISSING)
    return Tidied(pl.when(~missing).then(text), {"missing_marks": missing})


_ALONE = f"(^|[^0-9]){WRITTEN}($|[^0-9])"
_ALONE_OR_BARE = f"(^|[^0-9])({WRITTEN}|{BARE})($|[^0-9])"
# The groups that stand before and after the number; those of the number lie between them.
_KEPT, _KEPT_BARE = "${1}" + MASKED + "${5}", "${1}" + MASKED + "${9}"


def looks_like_ssn(text: pl.Expr) -> pl.Expr:
    """Whether a text holds a Social Security number as people write it (123-45-6789, 123 45 6789, 123.45.6789)."""
    return text.str.contains(_ALONE)


def mask_ssn(text: pl.Expr, *, bare: bool = False) -> pl.Expr:
    """The text with each such number replaced; `bare`: nine digits without anything between them too.

    Twice, as two numbers may share the one character between them.
    """
    pattern, kept = (_ALONE_OR_BARE, _KEPT_BARE) if bare else (_ALONE, _KEPT)
    return text.str.replace_all(pattern, kept).str.replace_all(pattern, kept)


def mask_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of an extract with such numbers replaced in every text, bare ones in the columns that hold no identifier."""
    text = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    return rows.with_columns(mask_ssn(pl.col(name), bare=plain_text(name)) for name in text)


def plain_text(column: str) -> bool:
    """Whether a column holds neither identifiers nor codes."""
    return column.split("__")[0] not in IDENTIFIERS


def mask_text(text: str) -> str:
    """One text with each such number replaced."""
    if re.search(WRITTEN, text) is None:  # nearly always, and found out in a fifth of the time
        return text
    for _ in range(2):
        text = re.sub(_ALONE, lambda found: f"{found[1]}{MASKED}{found[5]}", text)
    return text
