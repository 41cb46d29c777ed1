"""The part of fastexcel that reading a workbook uses, in plain Python, for the check page: every cell as text.

`rung kit` puts this module in the page under the name `fastexcel`. New workbooks are read from their XML, old ones by
xlrd. As fastexcel does: lines from the sheet's first, columns from the first used one, days as `2026-01-31 00:00:00`,
numbers to nine decimals, errors as nothing. Tests hold it against fastexcel on every spoiled workbook.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from xml.etree import ElementTree

import polars as pl
import xlrd

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Number formats of days and times that need no declaration.
DAYS = {*range(14, 23), *range(45, 48)}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


class FastExcelError(Exception):
    """A workbook that cannot be read."""


@dataclass(frozen=True)
class LoadedSheet:
    """A sheet's cells as text, line by line."""

    visible: str
    lines: list[list[str | None]]

    @property
    def height(self) -> int:
        return len(self.lines)

    @property
    def width(self) -> int:
        return max((len(line) for line in self.lines), default=0)

    def to_polars(self) -> pl.DataFrame:
        """The cells as columns of text."""
        names = [f"column_{at}" for at in range(self.width)]
        return pl.DataFrame(self.lines, schema=dict.fromkeys(names, pl.String), orient="row")


Cells = dict[tuple[int, int], str | None]


class Workbook:
    """A workbook: its sheets by name, each read when it is asked for."""

    def __init__(self, sheets: dict[str, tuple[str, Callable[[], Cells]]]) -> None:
        self._sheets = sheets
        self.sheet_names = list(sheets)

    def load_sheet(self, name: str, **_: Any) -> LoadedSheet:
        """One sheet."""
        visible, read = self._sheets[name]
        try:
            cells = read()
        except (KeyError, ValueError, IndexError, ElementTree.ParseError, zipfile.BadZipFile, OSError) as error:
            raise FastExcelError(f"sheet {name}: {error}") from None
        if not cells:
            return LoadedSheet(visible, [])
        first = min(column for _, column in cells)
        width = max(column for _, column in cells) - first + 1
        lines: list[list[str | None]] = [[None] * width for _ in range(max(line for line, _ in cells) + 1)]
        for (line, column), text in cells.items():
            lines[line][column - first] = text
        return LoadedSheet(visible, lines)


def read_excel(data: bytes) -> Workbook:
    """Open a workbook. Raises FastExcelError."""
    try:
        return _old(data) if data.startswith(OLE) else _new(zipfile.ZipFile(io.BytesIO(data)))
    except (KeyError, ValueError, IndexError, ElementTree.ParseError, zipfile.BadZipFile, OSError) as error:
        raise FastExcelError(f"Cannot detect file format: {error}") from None
    except xlrd.XLRDError as error:
        raise FastExcelError(str(error)) from None


# --- new workbooks
def _named(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _under(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (each for each in element.iter() if _named(each) == name)


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _new(archive: zipfile.ZipFile) -> Workbook:
    named = {name.lower(): name for name in archive.namelist()}

    def part(name: str) -> ElementTree.Element:
        return ElementTree.fromstring(archive.read(named[name.lower()]))

    book, related = part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels")
    targets = {}
    kinds = {}
    for each in _under(related, "Relationship"):
        path = posixpath.normpath(posixpath.join("/xl", each.attrib["Target"])).lstrip("/")
        targets[each.attrib["Id"]] = path
        kinds[each.attrib["Type"].rpartition("/")[2]] = path
    from_1904 = any(each.attrib.get("date1904") in ("1", "true") for each in _under(book, "workbookPr"))
    styles = kinds.get("styles", "xl/styles.xml")
    days = _days(part(styles)) if styles.lower() in named else []
    texts: list[str] = []
    shared = kinds.get("sharedStrings", "xl/sharedStrings.xml")
    if shared.lower() in named:
        texts = [_text(each) for each in part(shared) if _named(each) == "si"]
    sheets: dict[str, tuple[str, Callable[[], Cells]]] = {}
    for each in _under(book, "sheet"):
        path = targets[str(_attribute(each, "id"))]
        visible = {"hidden": "hidden", "veryHidden": "veryhidden"}.get(each.attrib.get("state", ""), "visible")
        sheets[each.attrib["name"]] = (visible, partial(_of_part, part, path, texts, days, from_1904))
    return Workbook(sheets)


def _of_part(
    part: Callable[[str], ElementTree.Element], path: str, texts: list[str], days: list[bool], from_1904: bool
) -> Cells:
    return _cells(part(path), texts, days, from_1904)


def _days(styles: ElementTree.Element) -> list[bool]:
    """For each style of cells, whether it shows a number as a day or a time."""
    forms = {int(each.attrib["numFmtId"]): each.attrib["formatCode"] for each in _under(styles, "numFmt")}
    used = next(_under(styles, "cellXfs"), None)
    numbers = [] if used is None else [int(each.attrib.get("numFmtId", 0)) for each in used if _named(each) == "xf"]
    return [_is_day(forms[number]) if number in forms else number in DAYS for number in numbers]


def _is_day(form: str) -> bool:
    return bool(re.search("[dmyhs]", _SILENT.sub("", form.split(";")[0]), re.IGNORECASE))


def _text(element: ElementTree.Element) -> str:
    """The text of a string, its runs joined, without the readings beside it."""
    parts = []
    for each in element:
        if _named(each) == "t":
            parts.append(each.text or "")
        elif _named(each) == "r":
            parts += [inner.text or "" for inner in each if _named(inner) == "t"]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


def _cells(sheet: ElementTree.Element, texts: list[str], days: list[bool], from_1904: bool) -> Cells:
    cells: Cells = {}
    line = -1
    for row in _under(sheet, "row"):
        line = int(row.attrib["r"]) - 1 if "r" in row.attrib else line + 1
        column = -1
        for cell in row:
            if _named(cell) != "c":
                continue
            column = _column(cell.attrib["r"]) if "r" in cell.attrib else column + 1
            content = {_named(each): each for each in cell}
            if "is" in content:
                cells[line, column] = _text(content["is"])
            elif "v" in content:
                style = int(cell.attrib.get("s", 0))
                is_day = style < len(days) and days[style]
                value = content["v"].text
                cells[line, column] = _value(value or "", cell.attrib.get("t", "n"), texts, is_day, from_1904)
    return cells


def _column(place: str) -> int:
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _value(text: str, kind: str, texts: list[str], is_day: bool, from_1904: bool) -> str | None:
    if kind == "s":
        return texts[int(text)]
    if kind == "e":
        return None
    if kind == "b":
        return "false" if text == "0" else "true"
    if kind == "n" and text:
        try:
            number = float(text)
        except ValueError:
            return text
        return day_text(number, from_1904) if is_day else number_text(number)
    return (_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if kind == "str" else text) or None


# --- old workbooks
def _old(data: bytes) -> Workbook:
    book = xlrd.open_workbook(file_contents=data, on_demand=True, logfile=io.StringIO())
    states = ("visible", "hidden", "veryhidden")
    sheets: dict[str, tuple[str, Callable[[], Cells]]] = {}
    for at, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(at)
        sheets[name] = (states[sheet.visibility], partial(_old_cells, sheet, bool(book.datemode)))
    return Workbook(sheets)


def _old_cells(sheet: Any, from_1904: bool) -> Cells:
    makes: dict[int, Callable[[Any], str | None]] = {
        xlrd.XL_CELL_TEXT: str,
        xlrd.XL_CELL_NUMBER: number_text,
        xlrd.XL_CELL_DATE: lambda value: day_text(value, from_1904),
        xlrd.XL_CELL_BOOLEAN: lambda value: "true" if value else "false",
        xlrd.XL_CELL_ERROR: lambda _: None,
    }
    return {
        (line, column): makes[cell.ctype](cell.value)
        for line in range(sheet.nrows)
        for column, cell in enumerate(sheet.row(line))
        if cell.ctype in makes
    }


# --- values as text
def number_text(number: float) -> str:
    """A number to nine decimals, never with an exponent."""
    if number == math.floor(number):
        return str(int(number))
    rounded = math.floor(abs(number) * 1e9 + 0.5) / 1e9 if abs(number) < 1e300 else abs(number)
    text = f"{Decimal(repr(math.copysign(rounded, number))):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def day_text(number: float, from_1904: bool) -> str | None:
    """A day or time as text; a number that is no day stays a number."""
    serial = number + 1462 if from_1904 else number
    begin = datetime(1899, 12, 30 if serial >= 60 else 31)
    try:
        moment = begin + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return number_text(number)
    text = moment.strftime("%Y-%m-%d %H:%M:%S") if moment.year >= 1000 else moment.isoformat(" ")
    return f"{text}.{moment.microsecond // 1000:03d}" if moment.microsecond else text
