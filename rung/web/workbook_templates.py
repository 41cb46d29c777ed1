"""Excel templates of the four extracts for one district: columns named, words to choose from, codes kept as text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from contracts.extracts import EXTRACTS

LINES = 20_000  # lines that offer a choice
# Columns whose words are the state's or the district's codes: the reference table and its column.
CODES = {
    "school_id": ("schools", "school_id"),
    "pay_code": ("pay_codes", "pay_code"),
    "fund_code": ("funds", "fund_code"),
    "rating_system": ("rating_systems", "rating_system"),
    "rating_level": ("rating_systems", "rating_level"),
}
_MADE = datetime(2020, 1, 1)  # one date for all, so that equal codes make equal files


def template(extract: str, tables: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The workbook of one extract. `tables`: the district's codes, as `rung.web.district` cuts them."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    book.set_properties({"created": _MADE})
    styles = {
        name: book.add_format(form)
        for name, form in {
            "needed": {"bold": True, "bg_color": "#DCE9F7", "border": 1},
            "optional": {"bg_color": "#F1F3F5", "border": 1},
            "text": {"num_format": "@"},
            "day": {"num_format": "yyyy-mm-dd"},
            "wrapped": {"text_wrap": True, "valign": "top"},
        }.items()
    }
    sheet, help_sheet, lists = (book.add_worksheet(name) for name in (extract, "what the columns mean", "lists"))
    lists.hide()
    sheet.freeze_panes(1, 0)
    help_sheet.set_column(0, 1, 26)
    help_sheet.set_column(2, 2, 90, styles["wrapped"])
    listed = 0
    for at, (name, column) in enumerate(EXTRACTS[extract].sent.columns().items()):
        needed = not column.nullable
        sheet.write_string(0, at, name, styles["needed" if needed else "optional"])
        style = {pl.String: "text", pl.Date: "day"}.get(type(column.dtype))
        sheet.set_column(at, at, max(12, len(name) + 2), styles[style] if style else None)
        words = _words(name, column, tables)
        meaning = (column.description or "") + (f" One of: {', '.join(words)}." if 0 < len(words) <= 40 else "")
        for place, text in enumerate((name, "needed" if needed else "may be empty", meaning)):
            help_sheet.write_string(at, place, text)
        if words:
            for line, word in enumerate(words):
                lists.write_string(line, listed, word)
            letters = xl_col_to_name(listed)
            source = f"=lists!${letters}$1:${letters}${len(words)}"
            # A word that is not in the list is warned of, not refused: the state may have added it since.
            choice = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
            sheet.data_validation(1, at, LINES, at, choice)
            listed += 1
    book.close()
    return held.getvalue()


def _words(name: str, column: Any, tables: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """What may stand in a column, where that is a list; nothing where it is not."""
    values = (column.metadata or {}).get("values")
    if values:
        return tuple(values)
    if column.dtype == pl.Boolean:
        return ("true", "false")
    if name not in CODES:
        return ()
    table, key = CODES[name]
    at = tables[table]["columns"].index(key)
    return sorted({row[at] for row in tables[table]["rows"] if row[at]})
