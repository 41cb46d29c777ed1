"""What happens to whole files on their way to the landing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

ENCODED = "José Peña"
SPARE_COLUMN = ("remarks", ENCODED)


def damage(name: str, path: Path) -> None:
    """Damages the file in place in the way that is called `name` in `spoils.FILE_SPOILS`."""
    path.write_bytes(DAMAGES[name](path.read_text(encoding="utf-8")))


def _without_column(text: str) -> bytes:
    """The third column is required in all three extracts (pay_code, event_type, staff_id after the folder's two)."""
    rows = [line.split(",") for line in text.splitlines()]
    return _lines([",".join(row[:2] + row[3:]) for row in rows])


def _lines(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _with_remarks(text: str, encoding: str) -> bytes:
    """A column that nobody asked for, with letters that the encoding matters to."""
    header, *rows = text.splitlines()
    lines = [f"{header},{SPARE_COLUMN[0]}", *(f"{row},{SPARE_COLUMN[1]}" for row in rows)]
    return ("\n".join(lines) + "\n").encode(encoding)


def _web_page(_text: str) -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Your session has ended.</body></html>\n"


def _column(text: str, number: int, value: str) -> bytes:
    header, *rows = text.splitlines()
    changed = []
    for row in rows:
        cells = row.split(",")
        cells[number] = value
        changed.append(",".join(cells))
    return _lines([header, *changed])


def _title(text: str) -> bytes:
    return _lines(["Annual extract", "Printed by the district's own system", "", *text.splitlines()])


def _total(text: str) -> bytes:
    """Below the table, after a blank line, the sum of the amounts."""
    header, *rows = text.splitlines()
    at = header.split(",").index("amount")
    cents = sum(int(re.sub(r"[.]", "", row.split(",")[at])) for row in rows)
    cells = [""] * len(header.split(","))
    cells[0], cells[at] = "Total", f"{cents / 100:.2f}"
    return _lines([header, *rows, "", ",".join(cells)])


DAMAGES: dict[str, Callable[[str], bytes]] = {
    "missing_required_column": _without_column,
    "empty_file": lambda _text: b"",
    "header_without_rows": lambda text: text.splitlines(keepends=True)[0].encode(),
    "web_page_named_csv": _web_page,
    "file_of_another_district": lambda text: _column(text, 0, "99999"),
    "file_of_another_year": lambda text: _column(text, 1, "1999"),
    "windows_letters": lambda text: _with_remarks(text, "cp1252"),
    "utf_16": lambda text: text.encode("utf-16"),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "title_lines": _title,
    "totals_line": _total,
}
