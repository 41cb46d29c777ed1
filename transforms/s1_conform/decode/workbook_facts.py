"""What a sheet says beside its cells' values: errors, merged cells, how numbers are shown, from which day it counts.

Read from the XML of a new workbook and, by xlrd, from an old binary one; other kinds of workbooks say nothing here.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

import xlrd
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from xlrd.compdoc import CompDocError

from transforms.s1_conform.decode.archive import BROKEN_ZIP
from transforms.s1_conform.decode.model import Refused
from transforms.s1_conform.decode.sniff import OLE

TORN = "its parts are not those of a workbook, or do not fit together"
_ERROR_CELL = re.compile(rb'<c [^>]*?r="[A-Z]+(\d+)"[^>]*?\bt="e"')
_MERGED = re.compile(rb'<mergeCell [^>]*?ref="[A-Z]+(\d+):[A-Z]+(\d+)"')
_CELL = re.compile(rb"<c ([^>]*?)>(?:<f[^>]*?(?:/>|>[^<]*</f>))?<v[^>]*>([^<]*)</v>")
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_TEXT = re.compile(rb'\bt="(?!n")')
_LONG = re.compile(rb"<v>-?\d{16,}(\.0*)?</v>|<v>-?\d(\.\d+)?[eE]\+?(1[5-9]|[2-9]\d)</v>")
# Zeros only: the number shows with as many digits. Hours, minutes and seconds without a day: a span of time.
_ZEROS = re.compile(r"^0{2,}(;.*)?$")
_SPAN = re.compile(r"^(\[h+\]|h+)[:.]m+([:.]s+(\.0+)?)?( ?am/pm)?(;@)?$", re.IGNORECASE)
_EXACT = 10**15  # from here on a spreadsheet has lost the last digits of a whole number


# What a damaged binary workbook makes its reader say.
_BROKEN_BINARY = (
    xlrd.XLRDError,
    CompDocError,
    AssertionError,
    LookupError,
    ArithmeticError,
    TypeError,
    ValueError,
    RecursionError,
    struct.error,
)


@dataclass
class SheetFacts:
    """Lines count from 1, columns from the sheet's first used one, counted from 0.

    `shown` is the text of cells whose number format shows more than the number: leading zeros, a span of time.
    `lost` are lines with a whole number that is too long for a spreadsheet.
    """

    merged: list[tuple[int, int]] = field(default_factory=list)
    errors: set[int] = field(default_factory=set)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    from_1904: bool = False


def sheet_facts(data: bytes, sheet: str) -> SheetFacts:
    """The facts of one sheet. Raises Refused FILE-019 where an old workbook cannot be taken apart."""
    if data.startswith(OLE):
        return _of_binary(data, sheet)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _of_xml(archive, sheet)
    except DefusedXmlException:
        raise Refused("FILE-024") from None
    except (KeyError, StopIteration):
        return SheetFacts()  # .xlsb and .ods have other parts
    except (ParseError, LookupError, ValueError, *BROKEN_ZIP):
        raise Refused("FILE-019", TORN) from None


def _of_xml(archive: zipfile.ZipFile, sheet: str) -> SheetFacts:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {each.get("Id"): each.get("Target", "") for each in links}
    part = next(each for each in book.iter() if each.tag.endswith("}sheet") and each.get("name") == sheet)
    link = next(value for key, value in part.attrib.items() if key.endswith("}id"))
    xml = archive.read("xl/" + target[link].removeprefix("/xl/"))
    facts = SheetFacts(
        merged=[(int(top), int(bottom)) for top, bottom in _MERGED.findall(xml)],
        errors={int(line) for line in _ERROR_CELL.findall(xml)},
        from_1904=any(
            each.get("date1904") in ("1", "true") for each in book.iter() if each.tag.endswith("}workbookPr")
        ),
    )
    forms = (
        _forms(ElementTree.fromstring(archive.read("xl/styles.xml"))) if "xl/styles.xml" in archive.namelist() else {}
    )
    if forms or _LONG.search(xml):
        first = min((_column(letters) for letters, _ in _PLACE.findall(xml)), default=0)
        for line, column, style, value in _numbers(xml):
            _note(facts, line, column - first, value, forms.get(style, ""))
    return facts


def _forms(styles: Element) -> dict[int, str]:
    """The number formats that matter here, by style."""
    codes = {
        int(each.get("numFmtId", "0")): each.get("formatCode", "")
        for each in styles.iter()
        if each.tag.endswith("}numFmt")
    } | {20: "h:mm", 21: "h:mm:ss", 46: "[h]:mm:ss"}
    used = next((each for each in styles.iter() if each.tag.endswith("}cellXfs")), ())
    forms = {at: codes.get(int(each.get("numFmtId", "0")), "") for at, each in enumerate(used)}
    return {at: form for at, form in forms.items() if _ZEROS.match(form) or _SPAN.match(form)}


def _numbers(xml: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Line, column, style and value of every cell with a number."""
    for attributes, value in _CELL.findall(xml):
        place, style = _PLACE.search(attributes), _STYLE.search(attributes)
        if place is None or _TEXT.search(attributes):
            continue
        try:
            number = float(value)
        except ValueError:
            continue
        yield int(place[2]), _column(place[1]), int(style[1]) if style else 0, number


def _column(letters: bytes) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + letter - 64
    return at - 1


def _note(facts: SheetFacts, line: int, column: int, value: float, form: str) -> None:
    if _ZEROS.match(form) and value == int(value) and 0 <= value < _EXACT:
        facts.shown[line, column] = str(int(value)).zfill(len(form.partition(";")[0]))
    elif _SPAN.match(form) and value >= 0:
        minutes, seconds = divmod(round(value * 86_400), 60)
        facts.shown[line, column] = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    elif abs(value) >= _EXACT and value == int(value):
        facts.lost.add(line)


def open_binary(data: bytes) -> xlrd.Book:
    """An old binary workbook. Raises Refused FILE-012 or FILE-019."""
    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True)
    except _BROKEN_BINARY as error:
        raise Refused(*(("FILE-012",) if "encrypted" in str(error) else ("FILE-019", TORN))) from None


def _of_binary(data: bytes, sheet: str) -> SheetFacts:
    book = open_binary(data)
    try:
        found = book.sheet_by_name(sheet)
        facts = SheetFacts(
            merged=[(top + 1, bottom) for top, bottom, _, _ in found.merged_cells], from_1904=bool(book.datemode)
        )
        rows = [found.row(line) for line in range(found.nrows)]
        filled = [at for row in rows for at, cell in enumerate(row) if cell.ctype not in _NOTHING]
        first = min(filled, default=0)
        for line, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    facts.errors.add(line)
                elif cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                    form = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                    _note(facts, line, at - first, float(cell.value), form)
    except _BROKEN_BINARY:
        raise Refused("FILE-019", TORN) from None
    return facts


_NOTHING = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
