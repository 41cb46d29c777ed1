"""Which rows have another number of cells than the file's rows have, and which of those are whole all the same.

A cell too many that is empty, or a cell too few, can be a shift: `1,234.56` unquoted makes two cells of one. A row is
whole only where nothing speaks for a shift:
- cells beyond the column names are empty in every row, and every row (or the line of names itself) has them;
- the row is short, its cells look like those of the full rows, and either the cells that it lacks are empty in every
  full row, or it ends in a filled cell and lacks no required column (spreadsheets drop empty cells at the end).
"""

from __future__ import annotations

import polars as pl

from transforms.s1_conform.decode.model import DecodeOptions, fold

MANY_PATTERNS = 12  # a column with more patterns than that is free text


def misfits(body: pl.DataFrame, names: tuple[str, ...], head_width: int, options: DecodeOptions) -> pl.Series:
    """True on each row of the grid's body that breaks ROW-001. `width` is null where a record did not split."""
    width = body["width"]
    may_be_empty = options.spare_cells or _all_alike(body, names, head_width)
    cells = [name for name in body.columns if name.startswith("·")]
    beyond = cells[len(names) :]
    overflow = body.select(pl.any_horizontal(pl.lit(False), *(pl.col(name).is_not_null() for name in beyond)))
    wide = (width > len(names)) & (overflow.to_series() | ~pl.Series([may_be_empty]))
    short = width < len(names)
    if not short.any():
        return wide.fill_null(False)
    return (wide | (short & ~_whole_though_short(body, names, options.required))).fill_null(False)


def _all_alike(body: pl.DataFrame, names: tuple[str, ...], head_width: int) -> bool:
    """Whether cells beyond the names stand behind every row, or behind the line of names too, and are no shift."""
    widths = body["width"].drop_nulls()
    if not widths.len():
        return False
    usual = max(widths.mode().to_list())
    if usual <= len(names):
        return False
    if head_width == usual:
        return True
    return bool((widths >= usual).all()) and not _split_thousands(body, names)


def _split_thousands(body: pl.DataFrame, names: tuple[str, ...]) -> bool:
    """Whether every row has `1` and `234.56` side by side in one place: a thousands separator read as a separator."""
    pairs = [
        (pl.col(f"·{at}").str.contains(r"^\s*-?\$?\d{1,3}$") & pl.col(f"·{at + 1}").str.contains(r"^\d{3}(\.\d+)?\s*$"))
        .fill_null(False)
        .all()
        .alias(str(at))
        for at in range(len(names) - 1)
    ]
    return any(body.select(pairs).row(0)) if pairs else False


def _whole_though_short(body: pl.DataFrame, names: tuple[str, ...], required: frozenset[str]) -> pl.Series:
    width = pl.col("width")
    full = body.filter(width >= len(names))
    fits, lacks_nothing, lacks_nothing_needed = [], [], []
    for at, name in enumerate(names):
        cell, there = pl.col(f"·{at}"), width > at
        patterns = (
            full.select(_pattern_of(cell)).to_series().unique() if full.height else pl.Series([], dtype=pl.String)
        )
        fit = _pattern_of(cell).is_in(patterns.drop_nulls().implode()) | cell.is_null()
        if patterns.len() > MANY_PATTERNS:
            fit = fit | cell.str.contains(r"\p{L}")
        fits.append(~there | fit if full.height else pl.lit(True))
        lacks_nothing.append(there | pl.lit(full[f"·{at}"].is_null().all()))
        lacks_nothing_needed.append(cell.is_not_null() | pl.lit(fold(name) not in required))
    last = pl.coalesce(pl.when(width == at + 1).then(pl.col(f"·{at}").is_not_null()) for at in range(len(names)))
    trimmed = pl.all_horizontal(lacks_nothing_needed) & last
    alike = pl.lit(full.is_empty()) & (width == body["width"].max())
    return body.select(
        (pl.all_horizontal(fits) & (pl.all_horizontal(lacks_nothing) & ~alike | trimmed | alike)).alias("whole")
    ).to_series()


def _pattern_of(cell: pl.Expr) -> pl.Expr:
    """What a value patterns like: runs of digits as 9, of letters as A, without blanks and signs around it."""
    return cell.str.strip_chars(" \t-+()").str.replace_all(r"\d+", "9").str.replace_all(r"\p{L}+", "A")
