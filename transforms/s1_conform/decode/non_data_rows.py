"""Lines of a grid that are not rows: titles above, blanks, repeated headers, totals between, notes below."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, fold
from transforms.s1_conform.decode.totals_rows import find_totals

TAIL = 60  # lines among which notes below the table are looked for
TOTALS = r"(?i)^\s*(grand\s+|sub[\s-]?|page\s+|report\s+)?totals?\b|^\s*sum\s*:?\s*$"
NOTES = (
    r"(?i)^\s*(notes?\b|source\s*:|\*|†|end of\b|-+\s*end|generated\b|printed\b|report\b|prepared\b|page\s+\d|run date"
    r"|confidential\b|(records?|rows?|count)\b\s*(:|=|count)|\d+\s+(records?|rows?)\b|\(?continued|© )"
)
MARKS = (",", ";", "\t", "|")
NUMBER = re.compile(r"^[\s$€£(+-]*[\d.,]+[%)\s-]*$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(\s.*)?$")


def cells(grid: pl.DataFrame) -> list[str]:
    """The grid's columns of cells, in order."""
    return [name for name in grid.columns if re.fullmatch(r"·\d+", name)]


def set_aside(
    above: pl.DataFrame, body: pl.DataFrame, names: tuple[str, ...], options: DecodeOptions, repairs: Counter[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows of the table from titles, blanks, repeated headers, totals and footers, each with its line.

    Rows that say total and are none are marked in `doubtful`.
    """
    columns = cells(body)
    first = pl.coalesce(columns)
    same = pl.all_horizontal(
        pl.col(f"·{at}").fill_null("").str.strip_chars() == name for at, name in enumerate(names) if name
    )
    few = pl.col("filled") * 2 <= max(len(names), 2)
    kind = (
        pl.when(pl.col("width").is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(pl.col("filled") == 0)
        .then(pl.lit("blank_lines"))
        .when(same)
        .then(pl.lit("repeated_headers"))
        .when(first.str.contains(TOTALS) & few)
        .then(pl.lit("totals_lines"))
    )
    body = body.with_columns(kind.alias("kind"))
    person = next((f"·{at}" for at, name in enumerate(names) if fold(name) in options.person), None)
    totals = find_totals(body, columns, person, options.shape.decimal_comma)
    body = body.with_columns(
        pl.when(totals.found).then(pl.lit("totals_lines")).otherwise(pl.col("kind")).alias("kind"),
        totals.doubtful.alias("doubtful"),
    )
    body = body.with_columns(_footers(body, len(names)))
    titles = above.with_columns(
        pl.when(pl.col("filled") == 0).then(pl.lit("blank_lines")).otherwise(pl.lit("title_lines")).alias("kind")
    )
    shown = pl.concat_str(pl.col(columns).fill_null(""), separator=" ").str.strip_chars().str.slice(0, 500)
    aside = pl.concat([titles, body.filter(pl.col("kind").is_not_null()).drop("doubtful")]).select(
        pl.col("line").alias(SOURCE_ROW), "kind", shown.alias("text")
    )
    for word, count in zip(*aside["kind"].value_counts(sort=True).get_columns(), strict=True):
        repairs[word] += count
    return body.filter(pl.col("kind").is_null()).drop("kind"), aside.sort(SOURCE_ROW)


def _is_row_of_others(text: str, width: int) -> bool:
    """Whether a line of one cell is a row whose cells are parted by another mark than the file's."""
    return width > 3 and any(text.count(mark) == width - 1 for mark in MARKS)


def _footers(body: pl.DataFrame, width: int) -> pl.Series:
    """Mark the lines below the last row that are notes: one cell of words, or words that notes begin with."""
    kinds = body["kind"].to_list()
    tail = body.tail(TAIL)
    columns = cells(body)
    at = body.height
    firsts = tail.select(pl.coalesce(columns)).to_series().to_list()
    in_first = tail["·0"].is_not_null().to_list()
    filled, widths = tail["filled"].to_list(), tail["width"].to_list()
    for back in range(1, tail.height + 1):
        if kinds[at - back] is not None:
            continue
        text = firsts[-back] or ""
        alone = filled[-back] == 1 and width > 1 and (in_first[-back] or widths[-back] != width)
        wordy = alone and (" " in text.strip() or widths[-back] == 1) and not NUMBER.match(text)
        wordy = wordy and not _is_row_of_others(text, width)
        if widths[-back] is None or not (wordy or (re.search(NOTES, text) and filled[-back] * 2 <= max(width, 2))):
            break
        kinds[at - back] = "footer_lines"
    return pl.Series("kind", kinds, dtype=pl.String)
