"""Fixed-width text → a table, by the columns that the mapping file declares."""

from __future__ import annotations

from collections import Counter

import polars as pl

from contracts.file_shape import FixedWidth
from transforms.s1_conform.decode.encoding import decode_text
from transforms.s1_conform.decode.model import ASIDE_SCHEMA, SOURCE_ROW, DecodeOptions, Refused, Table, cell_name


def read_fixed_width(
    data: bytes, name: str, layout: FixedWidth, options: DecodeOptions, repairs: Counter[str]
) -> Table:
    """One row per line; a line with text beyond the last column breaks ROW-001. Raises Refused."""
    text = decode_text(data, options.shape.encoding, repairs)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    frame = pl.DataFrame({"text": lines}, schema={"text": pl.String}).with_row_index(SOURCE_ROW, offset=1)
    frame = frame.with_columns(pl.col("text").str.strip_chars_end())
    body = frame.slice(layout.skip_lines)
    blank = pl.col("text") == ""
    rows = body.filter(~blank)
    if rows.is_empty():
        raise Refused("FILE-005" if lines else "FILE-001")
    _check_fit(rows, layout)
    end = max(column.start + column.width - 1 for column in layout.columns)
    last_start = max(column.start for column in layout.columns)
    short = rows.filter(pl.col("text").str.len_chars() < last_start).height
    repairs["short_lines"] += short
    cut = [
        pl.col("text").str.slice(column.start - 1, column.width).str.strip_chars().alias(cell_name(at))
        for at, column in enumerate(layout.columns)
    ]
    table = rows.select(*cut, SOURCE_ROW)
    names = tuple(column.name for column in layout.columns)
    cells = pl.col([cell_name(at) for at in range(len(names))])
    table = table.with_columns(pl.when(cells != "").then(cells))
    broken = rows.filter(pl.col("text").str.len_chars() > end).select(
        SOURCE_ROW, pl.lit("ROW-001").alias("rule_id"), "text"
    )
    aside = _non_data_rows(frame.head(layout.skip_lines), body.filter(blank), repairs)
    return Table(name, None, "fixed_width", names, table, broken, aside)


def _check_fit(rows: pl.DataFrame, layout: FixedWidth) -> None:
    """A layout whose column borders cut through words on most lines is another file's layout."""
    names = [column.name for column in layout.columns]
    if len(set(names)) != len(names):
        raise Refused("FILE-029", "the declared columns repeat a name")
    first = min(column.start for column in layout.columns)
    reached = rows["text"].str.len_chars() >= first
    if not reached.any() or rows.filter(rows["text"].str.len_chars() > _end(layout)).height * 2 > rows.height:
        raise Refused("FILE-029", "the declared columns do not fit its lines")


def _end(layout: FixedWidth) -> int:
    return max(column.start + column.width - 1 for column in layout.columns)


def _non_data_rows(titles: pl.DataFrame, blanks: pl.DataFrame, repairs: Counter[str]) -> pl.DataFrame:
    repairs["title_lines"] += titles.height
    repairs["blank_lines"] += blanks.height
    parts = [
        part.select(SOURCE_ROW, pl.lit(kind).alias("kind"), pl.col("text").str.slice(0, 500))
        for kind, part in (("title_lines", titles), ("blank_lines", blanks))
    ]
    return pl.concat([pl.DataFrame(schema=ASIDE_SCHEMA), *parts]).sort(SOURCE_ROW)
