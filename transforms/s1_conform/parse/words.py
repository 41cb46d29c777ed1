"""Yes and no, words of closed vocabularies, identifiers and school years in canonical writing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.s1_conform.parse.cell_text import Tidied

TRUE, FALSE = ("true", "t", "yes", "y", "1", "x", "on"), ("false", "f", "no", "n", "0", "off")


def tidy_flag(text: pl.Expr) -> Tidied:
    """yes/no, Y/N, 1/0, T/F in any case → true/false."""
    lower = text.str.to_lowercase()
    read = pl.when(lower.is_in(TRUE)).then(pl.lit("true")).when(lower.is_in(FALSE)).then(pl.lit("false"))
    return Tidied(pl.coalesce(read, text), {"yes_no_words": read.is_not_null() & (lower != read)})


def tidy_word(text: pl.Expr, values: Sequence[str]) -> Tidied:
    """`Assistant Principal` → `assistant_principal` where that is a word of the vocabulary; else as sent."""
    written = text.str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    known = written.is_in(list(values))
    return Tidied(pl.when(known).then(written).otherwise(text), {"vocabulary_writing": known & (written != text)})


def tidy_identifier(text: pl.Expr, width: int | None) -> Tidied:
    """`12345.0` → `12345`; zeros restored only to a declared width."""
    padded = text.str.contains(r"^\d+\.0+$")
    bare = pl.when(padded).then(text.str.replace(r"\.0+$", "")).otherwise(text)
    repairs = {"identifiers_with_decimals": padded}
    if width is not None:
        narrow = bare.str.contains(r"^\d+$") & (bare.str.len_chars() < width)
        repairs["zeros_restored"] = narrow
        bare = pl.when(narrow).then(bare.str.zfill(width)).otherwise(bare)
    return Tidied(bare, repairs)


def mangled_identifier(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet turned the identifier into scientific notation and lost digits (1.23E+11)."""
    return text.str.contains(r"^\d(\.\d+)?[eE]\+\d+$")


def tidy_school_year(text: pl.Expr) -> Tidied:
    """`2025-26`, `2025-2026`, `2025/26`, `SY2026`, `2026.0` → `2026`, the year in which it ends."""
    begin = text.str.extract(r"^(?:SY\s*)?(\d{4})\s*[-/–]\s*(?:\d{2}|\d{4})$", 1).cast(pl.Int32)
    end = text.str.extract(r"[-/–]\s*(?:\d{2})?(\d{2})$", 1).cast(pl.Int32)
    span = pl.when((begin + 1) % 100 == end).then((begin + 1).cast(pl.String))
    single = text.str.extract(r"^(?:SY\s*)?(\d{4})(?:\.0+)?$", 1)
    read = pl.coalesce(span, single)
    return Tidied(pl.coalesce(read, text), {"school_year_writing": read.is_not_null() & (read != text)})
