"""CSV as Polars writes it."""

from __future__ import annotations

from typing import Any

from .convert import as_text


def written(frame: Any, include_header: bool) -> str:
    """Rows as CSV; null is nothing, empty text a pair of quotation marks."""
    lines = [",".join(map(_cell, frame.columns))] if include_header else []
    lines += [",".join("" if value is None else _cell(as_text(value)) for value in row) for row in frame.iter_rows()]
    return "".join(f"{line}\n" for line in lines)


def _cell(text: str) -> str:
    if text == "" or any(sign in text for sign in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
