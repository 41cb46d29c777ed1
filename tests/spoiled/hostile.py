"""Files that stopped a whole state once: each must be refused by the rule beside it, within its bounds."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import struct
import zipfile

import polars as pl

from tests import small_state as small
from tests.spoiled.office import Cell, Sheet, xlsx

LINES = [row.split(",") for row in small.csv(small.PAYROLL, small.payroll("0100", 2026)).splitlines()]
CSV = small.csv(small.PAYROLL, small.payroll("0100", 2026)).encode()
CELLS: list[list[Cell]] = [list(line) for line in LINES]
BOOK = xlsx(Sheet("Pay", CELLS))
TEXT = pl.DataFrame(LINES[1:], schema=LINES[0], orient="row")


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def patched(part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts changed."""
    source, out = zipfile.ZipFile(io.BytesIO(BOOK)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            data = source.read(info)
            archive.writestr(info.filename, data.replace(old, new, 1) if info.filename == part else data)
    return out.getvalue()


def far_cell(row: str, cell: str) -> bytes:
    end = b"</sheetData>"
    more = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row>'.encode()
    return patched("xl/worksheets/sheet1.xml", end, more + end)


def packed(method: int, harm: int) -> bytes:
    """A zip of which one byte of the packed data is another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("pay.csv", CSV)
    data = bytearray(buffer.getvalue())
    data[harm] ^= 0xFF
    return bytes(data)


def zip_harmed(old: bytes, at: int, new: bytes) -> bytes:
    """A zip with some bytes of its directory (`old` begins the record) replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pay.csv", CSV)
    data = bytearray(buffer.getvalue())
    begin = data.rindex(old) + at
    data[begin : begin + len(new)] = new
    return bytes(data)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "far_cell": (far_cell("1048576", "XFD1048576"), "FILE-052"),
    "impossible_cell": (far_cell("99999999999", "ZZZZZ99999999999"), "FILE-019"),
    "document_type": (patched("xl/workbook.xml", b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook'), "FILE-024"),
    "parquet_time": (parquet(TEXT.with_columns(hours=pl.lit(dt.time(1, 2)))), "FILE-030"),
    "parquet_duration": (parquet(TEXT.with_columns(hours=pl.lit(dt.timedelta(hours=1)))), "FILE-030"),
    "parquet_date": (parquet(TEXT.with_columns(pay_date=pl.lit(2**31 - 1, dtype=pl.Int32).cast(pl.Date))), "FILE-030"),
    "parquet_moment": (
        parquet(TEXT.with_columns(pay_date=pl.lit(2**62, dtype=pl.Int64).cast(pl.Datetime("us")))),
        "FILE-030",
    ),
    "parquet_wide": (parquet(pl.select(pl.repeat("1", 4_000_000).alias(f"c{n}") for n in range(6))), "FILE-052"),
    "empty_members": (gzip.compress(b"") * 300 + gzip.compress(CSV), "FILE-015"),
    "newlines": (CSV + b"\n" * 20_000_000, "FILE-052"),
    "zip_bzip2": (packed(zipfile.ZIP_BZIP2, 60), "FILE-013"),
    "zip_lzma": (packed(zipfile.ZIP_LZMA, 60), "FILE-013"),
    "zip_offset": (zip_harmed(b"PK\x05\x06", 16, struct.pack("<I", 2**31)), "FILE-013"),
    "zip_version": (zip_harmed(b"PK\x01\x02", 6, struct.pack("<H", 990)), "FILE-013"),
}
