"""Writes small Excel workbooks byte by byte, so that spoiled ones need no spreadsheet program and no stored binary.

`xlsx` is a zip of XML parts; `xls` is a BIFF8 stream inside an OLE compound file. Only what the tests need is here.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Error:
    """An error value such as `#REF!`, as a broken formula leaves it."""

    code: str


@dataclass(frozen=True)
class Shown:
    """A number with a number format of its own, such as `00000` or `h:mm`."""

    value: float
    form: str


Cell = str | int | float | bool | dt.date | Error | Shown | None
Row = Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows from line 1 (a None row is absent from the file), merged ranges and visibility."""

    name: str
    rows: Sequence[Row | None]
    merged: tuple[str, ...] = ()
    hidden: bool = False
    from_1904: bool = False

    @property
    def forms(self) -> list[str]:
        """The number formats of its cells, in order; style 2 and on."""
        found = [cell.form for row in self.rows for cell in row or () if isinstance(cell, Shown)]
        return list(dict.fromkeys(found))


def column_letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell_xml(reference: str, cell: Cell, forms: list[str]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Shown):
        return f'<c r="{reference}" s="{2 + forms.index(cell.form)}"><v>{cell.value!r}</v></c>'
    if isinstance(cell, Error):
        return f'<c r="{reference}" t="e"><v>{cell.code}</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{reference}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, dt.date):
        return f'<c r="{reference}" s="1"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{reference}"><v>{cell!r}</v></c>'


def _sheet_xml(sheet: Sheet, forms: list[str]) -> str:
    rows = "".join(
        f'<row r="{line}">'
        + "".join(_cell_xml(f"{column_letter(at)}{line}", cell, forms) for at, cell in enumerate(row))
        + "</row>"
        for line, row in enumerate(sheet.rows, start=1)
        if row is not None
    )
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merged)
    merged = f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main"><sheetData>{rows}</sheetData>{merged}</worksheet>'
    )


_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _styles(forms: list[str]) -> str:
    named = "".join(f'<numFmt numFmtId="{170 + at}" formatCode="{escape(form)}"/>' for at, form in enumerate(forms))
    used = "".join(f'<xf numFmtId="{170 + at}" applyNumberFormat="1"/>' for at in range(len(forms)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main"><numFmts count="{len(forms)}">{named}</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs><xf/>'
        f'<xf numFmtId="14" applyNumberFormat="1"/>{used}</cellXfs></styleSheet>'
    )


def xlsx(*sheets: Sheet) -> bytes:
    """A workbook with these sheets."""
    numbered = list(enumerate(sheets, start=1))
    forms = list(dict.fromkeys(form for sheet in sheets for form in sheet.forms))
    epoch = '<workbookPr date1904="1"/>' if any(sheet.from_1904 for sheet in sheets) else ""
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n, _ in numbered
    )
    listed = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" state="{"hidden" if sheet.hidden else "visible"}"'
        f' r:id="rId{n}"/>'
        for n, sheet in numbered
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    parts = {
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main" xmlns:r="{_OFFICE}">{epoch}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _styles(forms),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _sheet_xml(sheet, forms) for n, sheet in numbered}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def _record(kind: int, payload: bytes) -> bytes:
    return struct.pack("<HH", kind, len(payload)) + payload


_BIFF_ERRORS = {"#REF!": 0x17, "#N/A": 0x2A, "#DIV/0!": 0x07}


def _biff_cell(line: int, at: int, cell: Cell, forms: list[str]) -> bytes:
    where = struct.pack("<HH", line, at)
    if isinstance(cell, Error):
        return _record(0x0205, where + struct.pack("<HBB", 15, _BIFF_ERRORS[cell.code], 1))
    if isinstance(cell, Shown):
        return _record(0x0203, where + struct.pack("<Hd", 17 + forms.index(cell.form), float(cell.value)))
    if isinstance(cell, str):
        raw = cell.encode("utf-16-le")
        return _record(0x0204, where + struct.pack("<HHB", 15, len(cell), 1) + raw)
    if isinstance(cell, dt.date):
        return _record(0x0203, where + struct.pack("<Hd", 16, float((cell - EPOCH).days)))
    if isinstance(cell, (int, float)):
        return _record(0x0203, where + struct.pack("<Hd", 15, float(cell)))
    return b""


def _xf(number_format: int) -> bytes:
    return _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, number_format, 1, 0x20, 0, 0, 0, 0, 0, 0x20C0))


def xls(sheet: Sheet) -> bytes:
    """A BIFF8 workbook (Excel 97-2003) with one sheet of texts, numbers and dates."""
    begin_book = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    begin_sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    end = _record(0x000A, b"")
    globals_ = begin_book + _record(0x0042, struct.pack("<H", 1200))
    globals_ += _record(0x0022, struct.pack("<H", int(sheet.from_1904)))
    for number, form in enumerate(sheet.forms, start=170):
        globals_ += _record(0x041E, struct.pack("<HHB", number, len(form), 1) + form.encode("utf-16-le"))
    globals_ += b"".join(_xf(0) for _ in range(16)) + _xf(14)
    globals_ += b"".join(_xf(170 + at) for at in range(len(sheet.forms)))
    name = sheet.name.encode("utf-16-le")
    offset = len(globals_) + 4 + 8 + len(name) + len(end)
    globals_ += _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(sheet.name), 1) + name) + end
    width = max(len(row or ()) for row in sheet.rows)
    body = begin_sheet + _record(0x0200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, width, 0))
    for line, row in enumerate(sheet.rows):
        body += b"".join(_biff_cell(line, at, cell, sheet.forms) for at, cell in enumerate(row or ()))
    areas = [_area(each) for each in sheet.merged]
    if areas:
        body += _record(0x00E5, struct.pack("<H", len(areas)) + b"".join(struct.pack("<HHHH", *each) for each in areas))
    body += end
    return compound({"Workbook": globals_ + body + end})


def _area(reference: str) -> tuple[int, int, int, int]:
    """`C2:D3` as first and last row, first and last column, from 0; columns of one letter."""
    first, last = reference.split(":")
    return int(first[1:]) - 1, int(last[1:]) - 1, ord(first[0]) - 65, ord(last[0]) - 65


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file holding the streams, each padded past 4,096 bytes so that no mini stream is needed."""
    sector, free, last, table = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    chain: list[int] = [table, last]
    body = b""
    starts: dict[str, int] = {}
    for name, stream in padded.items():
        data = stream.ljust(-(-len(stream) // sector) * sector, b"\0")
        starts[name] = len(chain)
        count = len(data) // sector
        chain += [len(chain) + 1 + n for n in range(count - 1)] + [last]
        body += data
    entries = [_entry("Root Entry", 5, last, 0, child=1)]
    names = list(padded)
    for at, name in enumerate(names):
        right = at + 2 if at + 1 < len(names) else free
        entries.append(_entry(name, 2, starts[name], len(padded[name]), right=right))
    directory = b"".join(entries).ljust(sector, b"\0")
    if len(directory) > sector or len(chain) > sector // 4:
        raise ValueError("the test workbook is too large for this writer")
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(sector, b"\xff")
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<I", 0) + b"\xff" * (sector - 80)
    return header[:sector] + fat + directory + body


def _entry(name: str, kind: int, start: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    entry = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, right, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
