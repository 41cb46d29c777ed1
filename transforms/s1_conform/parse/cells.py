"""What every cell goes through: blanks trimmed, spreadsheet guards off, marks for missing and suppressed values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

BLANKS = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff\u3000"
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


# Area 000, 666 and 9xx, group 00 and serial 0000 are never given out; the rest is masked wherever it stands.
SSN = (
    r"\b(?:00[1-9]|0[1-9]\d|[1-5]\d\d|6[0-57-9]\d|66[0-57-9]|[78]\d\d)[- ]"
    r"(?:0[1-9]|[1-9]\d)[- ](?:000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})\b"
)
MASKED = "***-**-****"


def looks_like_ssn(text: pl.Expr) -> pl.Expr:
    """Whether a text holds a Social Security number as people write it (123-45-6789 or 123 45 6789)."""
    return text.str.contains(SSN)


def mask_ssn(text: pl.Expr) -> pl.Expr:
    """The text with each such number replaced."""
    return text.str.replace_all(SSN, MASKED)


def mask_text(text: str) -> str:
    """One text with each such number replaced."""
    return re.sub(SSN, MASKED, text)
