"""Which rows of a file are the district's, and which are people: as its mapping says. All others are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from contracts.policy.mapping import Layout, RowFilter

OTHER_ROWS = "other_rows"


def choose_rows(
    rows: pl.DataFrame, cells: Mapping[str, str], layout: Layout | None, counted: Counter[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that are taken, and rows set aside; `counted` gets the latter by reason. `cells`: frame columns by name."""
    aside = [rows.clear()]
    if layout is not None and layout.rows is not None:
        ours = _fits(layout.rows, cells)
        aside.append(rows.filter(~ours))
        counted[OTHER_ROWS] += aside[-1].height
        rows = rows.filter(ours)
    for each in layout.set_aside if layout else ():
        text = pl.col(cells[each.read]).str.strip_chars()
        hit = text.fill_null("") == ""
        if each.matches is not None:
            hit = text.str.contains(each.matches).fill_null(False)
        aside.append(rows.filter(hit))
        counted[each.reason] += aside[-1].height
        rows = rows.filter(~hit)
    return rows, pl.concat(aside)


def _fits(chosen: RowFilter, cells: Mapping[str, str]) -> pl.Expr:
    text = pl.col(cells[chosen.column]).str.strip_chars().fill_null("")
    if chosen.matches is not None:
        return text.str.contains(chosen.matches)
    return text.is_in(list(chosen.among) if chosen.equals is None else [chosen.equals])
