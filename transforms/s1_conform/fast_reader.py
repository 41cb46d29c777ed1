"""The quick way for CSV files that are already canonical; every other file takes the careful way through `decode`.

A file is clean when a count of its bytes proves that no row is short, long or blank, no quotation mark stands inside a
value and no value is padded, so that many such files can be read as one. The proof costs a few passes over the bytes
and no parsing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.s1_conform.parse.cell_text import INVISIBLE

# Any of these makes a reading that is not a plain split at commas and newlines, or a value that needs trimming; those
# with a letter of the first column in them are looked for only in files that have that letter at all.
_UNUSUAL = {b"\0": (b"\0",), b"\t": (b"\t",), b'"': (b'""', b'" ', b' "'), b" ": (b" ,", b" \n", b"\n ", b" \r")}
_INVISIBLE = tuple(mark.encode() for mark in INVISIBLE)
_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
# A cell of one line in quotation marks, between separators; the first name of the header never is one.
_QUOTED = re.compile(rb'(?<=[,\n])"[^"\n]*"(?=[,\r\n]|\Z)')


@dataclass(frozen=True)
class CleanCsv:
    """A clean file: its header, where its body starts, and how many rows follow."""

    header: tuple[str, ...]
    body_start: int
    rows: int


def inspect_fast(data: bytes, known: Collection[str], required: Sequence[str]) -> CleanCsv | None:
    """The shape of a clean canonical CSV file; None when the file needs the careful way (or is not CSV at all).

    `known` are the canonical column names that the extract may carry, `required` those that it must.
    """
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    end_of_header = data.find(b"\n", start)
    if end_of_header < 0 or _is_unusual(data) or not _is_utf8(data):
        return None
    returns = data.count(b"\r")
    if returns and returns != data.count(b"\r\n"):
        return None
    header = tuple(data[start:end_of_header].rstrip(b"\r").decode().split(","))
    if len(set(header)) != len(header) or not set(header) <= set(known) or not set(required) <= set(header):
        return None
    newlines = data.count(b"\n")
    if returns and returns != newlines:
        return None
    commas = _commas_between_cells(data, start)
    lines = newlines if data.endswith(b"\n") else newlines + 1
    if lines < 2 or commas != (len(header) - 1) * lines:
        return None
    return CleanCsv(header, end_of_header + 1, lines - 1)


def read_fast(
    bodies: Sequence[bytes | memoryview], header: tuple[str, ...], rows: Sequence[int]
) -> pl.DataFrame | None:
    """Read the bodies of clean files with one header as one frame of text, in order.

    Returns the header's columns plus `file_no` (position in `bodies`) and `source_row` (line of the file, the header
    being line 1). None when a row is longer than the header: with the byte count that means that another is short.
    """
    joined = b"".join(part for body in bodies for part in (body, b"" if body[-1:] == b"\n" else b"\n"))
    try:
        frame = pl.read_csv(
            io.BytesIO(joined), has_header=False, schema=dict.fromkeys(header, pl.String), infer_schema=False
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != sum(rows):
        return None
    counts = pl.Series(rows, dtype=pl.UInt32)
    numbers = pl.DataFrame({"file_no": pl.Series(range(len(rows)), dtype=pl.UInt32), "rows": counts}).select(
        pl.col("file_no").repeat_by("rows").explode(),
    )
    first = pl.Series([0, *rows[:-1]], dtype=pl.UInt32).cum_sum()
    return frame.with_columns(
        numbers["file_no"],
        source_row=pl.int_range(pl.len(), dtype=pl.UInt32) - pl.lit(first).gather(numbers["file_no"]) + 2,
    )


def _is_unusual(data: bytes) -> bool:
    if any(sign in data for letter, signs in _UNUSUAL.items() if letter in data for sign in signs):
        return True
    return not data.isascii() and any(_pads_a_cell(mark, data) for mark in _INVISIBLE if mark in data)


def _pads_a_cell(mark: bytes, data: bytes) -> bool:
    """Whether a mark that no reader sees begins or ends a cell; a byte order mark on top does not."""
    edges = (b"," + mark, b"\n" + mark, b'"' + mark, mark + b",", mark + b"\r", mark + b"\n", mark + b'"')
    return data.endswith(mark) or any(edge in data for edge in edges)


def _commas_between_cells(data: bytes, start: int) -> int | None:
    """How many commas part cells; None when quotation marks do not plainly wrap whole cells of one line."""
    if b'"' in data:
        data = _QUOTED.sub(b"", data[start:])
    padded = b" " in data and b", " in data  # one byte is found far faster than two
    return None if b'"' in data or padded else data.count(b",")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    if _CONTROLS.search(data):  # Windows letters saved as control characters
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
