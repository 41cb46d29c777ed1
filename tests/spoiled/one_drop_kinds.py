"""Files of odd kinds, thought up to break a run: archives, workbooks, Parquet, XML, letters, amounts and days."""

from __future__ import annotations

import base64
import bz2
import datetime as dt
import decimal
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq

from tests import small_state as small
from tests.spoiled.hostile import patched
from tests.spoiled.office import Sheet, compound, xlsx
from tests.spoiled.one_drop import BadDrop
from tests.spoiled.one_drop_named import CSV, HEADER, ONE_BACK, ROWS, first_amount, first_day, read
from tests.spoiled.packed_files import zipped

NOISE = bytes(range(128, 256)) * 3
BOOK = xlsx(Sheet("Pay", [HEADER, *ROWS]))
SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = {name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}
AMOUNTS = [decimal.Decimal(row[4]) for row in ROWS]
OPEN = b'<?xml version="1.0"?><InterchangeStaffAssociation'


def stored(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tar(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("pay.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    return buffer.getvalue()


def parquet(group: int | None = None, **columns: object) -> bytes:
    """The payroll as Parquet, some columns of another type."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({**COLUMNS, **columns}), buffer, row_group_size=group)
    return buffer.getvalue()


def twin_columns() -> bytes:
    buffer = io.BytesIO()
    values = [pa.array(each) for each in COLUMNS.values()]
    pq.write_table(pa.Table.from_arrays([*values, values[-1]], names=[*HEADER, "amount"]), buffer)
    return buffer.getvalue()


def with_cell(xml: str) -> bytes:
    return patched(SHEET, b"</sheetData>", xml.encode() + b"</sheetData>")


def refused(rule: str, **files: tuple[str, bytes]) -> list[BadDrop]:
    return [BadDrop(key, f"{key}: {name}", {name: data}, rule=rule) for key, (name, data) in files.items()]


TEXT = CSV.decode()
MANY = len(ROWS)
ARCHIVES = [
    read(
        "zip_stored_book", "A workbook in a zip that packs nothing", {"pay.zip": stored({"pay.xlsx": BOOK})}, quick=True
    ),
    read("zip_after", "A zip with garbage behind it", {"pay.zip": zipped({"pay.csv": CSV}) + b"garbage" * 20}),
    read("zip_case_twins", "Names in a zip that differ in case", {"pay.zip": zipped({"Pay.csv": CSV, "pay.csv": CSV})}),
    read(
        "zip_nfc_nfd", "Names in a zip that look alike", {"pay.zip": zipped({"p\u00e9.csv": CSV, "pe\u0301.csv": CSV})}
    ),
    read(
        "zip_hidden",
        "Hidden and lock files in a zip",
        {"pay.zip": zipped({"p.csv": CSV, ".p.csv": CSV, "~$p.xlsx": b"x"})},
    ),
    read("zip_deep", "A hundred folders in a zip", {"pay.zip": zipped({"a/" * 100 + "pay.csv": CSV})}),
    read("zip_long_name", "A name of 5,000 letters in a zip", {"pay.zip": zipped({"p" * 5000 + ".csv": CSV})}),
    *refused("FILE-001", zip_empty_member=("pay.zip", zipped({"pay.csv": CSV, "notes.csv": b""}))),
    *refused("FILE-014", zip_newline=("pay.zip", zipped({"pay\n.csv": CSV}))),
    *refused(
        "FILE-013",
        gzip_garbage=("pay.csv.gz", gzip.compress(CSV) + b"garbage"),
        gzip_checksum=("pay.csv.gz", gzip.compress(CSV)[:-8] + bytes(8)),
    ),
    *refused("FILE-017", gzip_twice=("pay.csv.gz", gzip.compress(gzip.compress(CSV)))),
    *refused(
        "FILE-023",
        zip_split=("pay.zip", b"PK\x07\x08" + zipped({"pay.csv": CSV})),
        zip_program=("pay.exe", b"MZ\x90" + bytes(500) + zipped({"pay.csv": CSV})),
        tar_gz=("pay.tar.gz", tar("w:gz")),
        tar=("pay.tar", tar("w")),
        bz2=("pay.csv.bz2", bz2.compress(CSV)),
        xz=("pay.csv.xz", lzma.compress(CSV)),
        seven=("pay.7z", b"7z\xbc\xaf\x27\x1c\0\4" + NOISE),
        rar=("pay.rar", b"Rar!\x1a\x07\1\0" + NOISE),
        zstd=("pay.csv.zst", b"\x28\xb5\x2f\xfd" + NOISE),
        pptx=("pay.xlsx", zipped({"ppt/presentation.xml": b"<a/>"})),
        numbers=("pay.numbers", zipped({"Index/Document.iwa": NOISE})),
        letter=("pay.xls", compound({"WordDocument": b"x" * 5000})),
        access=("pay.mdb", b"\0\1\0\0Standard Jet DB\0" + NOISE),
        sas=("pay.sas7bdat", bytes(12) + bytes.fromhex("c2ea8160b31411cfbd920800") + NOISE),
        spss=("pay.sav", b"$FL2@(#) SPSS DATA FILE" + NOISE),
        feather=("pay.feather", b"ARROW1\0\0" + NOISE),
        html=("pay.csv", b"<html><table><tr><td>1</td></tr></table>"),
        html_comment=("pay.xls", b"<!-- made by the payroll -->\n<html><table/></html>"),
        xhtml=("pay.xls", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"/>'),
        login=("pay.csv", b"\n<!DOCTYPE html><title>Sign in</title>"),
        pdf=("pay.csv", b"\n\n%PDF-1.7\n1 0 obj"),
        json_lines=("pay.csv", b"\n".join(json.dumps(dict(zip(HEADER, row, strict=True))).encode() for row in ROWS)),
        base64=("pay.csv", base64.encodebytes(CSV)),
        base64_line=("pay.csv", base64.b64encode(CSV)),
        mail=("pay.csv", b"MIME-Version: 1.0\r\nContent-Type: text/csv\r\n\r\n" + base64.encodebytes(CSV)),
        gateway=("pay.csv", b"HTTP/1.1 502 Bad Gateway\r\n\r\nupstream"),
        parquet_locked=("pay.parquet", b"PARE" + NOISE + b"PARE"),
    ),
]
LETTERS = [
    read("utf32", "UTF-32 with a mark", TEXT.encode("utf-32")),
    read("utf32_no_mark", "UTF-32 without a mark", TEXT.encode("utf-32-be")),
    read("two_marks", "Two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + CSV),
    read(
        "zero_width_name",
        "A column name with zero-width blanks",
        CSV.replace(b"amount", "\u200bamount\u200b".encode(), 1),
    ),
    read("form_feed", "Form feeds before rows", CSV.replace(b"\n", b"\n\x0c", 2), (23, 2)),
    read("nul_block", "Null characters inside", CSV[:300] + bytes(100) + CSV[300:]),
    read(
        "markdown",
        "A Markdown table",
        (
            "| "
            + " | ".join(HEADER)
            + " |\n|---|---|---|---|---|\n"
            + "\n".join("| " + " | ".join(row) + " |" for row in ROWS)
        ).encode(),
        (25, 1),
    ),
    read(
        "two_files_in_one",
        "A roster glued below",
        CSV + small.csv(small.ROSTER, small.roster("0300", 2026)).encode(),
        (25, 9),
    ),
    *refused("FILE-003", ebcdic=("pay.csv", TEXT.encode("cp037")), odd_utf16=("pay.csv", TEXT.encode("utf-16") + b"x")),
    *refused(
        "FILE-002",
        noise=("pay.csv", bytes(range(256)) * 20),
        nul_tail=("pay.csv", CSV + bytes(4096)),
        half_utf16=("pay.csv", CSV + TEXT.encode("utf-16-le")),
    ),
    *refused("FILE-004", commas=("pay.csv", b",,,,\n" * 1000), quote_pairs=("pay.csv", b'""\n' * 1000)),
    *refused(
        "FILE-033",
        sql=("pay.csv", b"".join(b"INSERT INTO pay VALUES ('%d', '2');\n" % n for n in range(9))),
        homoglyph=("pay.csv", CSV.replace(b"amount", "\u0430mount".encode(), 1)),
    ),
    *refused("FILE-007", one_quote=("pay.csv", b'"' * 100_001)),
    *refused("FILE-052", wide=("pay.csv", b"," * 1_000_000 + b"\n" + b"," * 1_000_000)),
    *refused("FILE-037", other_district=("pay.csv", b"lea_id," + CSV.replace(b"\n00", b"\n0100,00"))),
]
BOOKS = [
    read(
        "format_to_the_end",
        "A format down to the last row",
        {"pay.xlsx": with_cell('<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>')},
        (25, 0),
        quick=True,
    ),
    read(
        "book_nan",
        "NaN as an amount",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, [*ROWS[0][:4], float("nan")], *ROWS[1:]]))},
        ONE_BACK,
    ),
    read(
        "book_yes",
        "TRUE as an amount",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, [*ROWS[0][:4], True], *ROWS[1:]]))},
        ONE_BACK,
        rule="PAY-024",
    ),
    read(
        "book_formula",
        "=1+1 as text",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, [*ROWS[0][:4], "=1+1"], *ROWS[1:]]))},
        ONE_BACK,
        rule="PAY-024",
    ),
    *refused("FILE-020", sheets=("pay.xlsx", xlsx(*(Sheet(f"S{n}", [HEADER, ROWS[0]]) for n in range(300))))),
    *refused(
        "FILE-019",
        string_far=("pay.xlsx", with_cell('<row r="50"><c r="A50" t="s"><v>999999</v></c></row>')),
        row_negative=("pay.xlsx", with_cell('<row r="-5"><c r="A-5" t="inlineStr"><is><t>x</t></is></c></row>')),
        row_zero=("pay.xlsx", with_cell('<row r="0"><c r="A0" t="inlineStr"><is><t>x</t></is></c></row>')),
        no_parts=("pay.xlsx", zipped({"xl/workbook.xml": b"<workbook/>"})),
    ),
]
TABLES = [
    read(
        "parquet_dictionary",
        "A dictionary",
        {"p.parquet": parquet(pay_code=pa.array(COLUMNS["pay_code"]).dictionary_encode())},
    ),
    read("parquet_decimal", "Decimals", {"p.parquet": parquet(amount=pa.array(AMOUNTS, pa.decimal128(12, 3)))}),
    read(
        "parquet_float",
        "Floats, one of them no number",
        {"p.parquet": parquet(amount=[float("nan"), *map(float, AMOUNTS[1:])])},
        ONE_BACK,
    ),
    read(
        "parquet_ids",
        "Numbers as identifiers",
        {"p.parquet": parquet(staff_id=[int(each) for each in COLUMNS["staff_id"]])},
    ),
    read(
        "parquet_zone",
        "Days as moments of a time zone",
        {
            "p.parquet": parquet(
                pay_date=pa.array(
                    [dt.datetime.fromisoformat(each) for each in COLUMNS["pay_date"]],
                    pa.timestamp("us", tz="America/Denver"),
                )
            )
        },
    ),
    read("parquet_groups", "A row group for each row", {"p.parquet": parquet(1)}),
    BadDrop(
        "parquet_yes",
        "Yes and no as amounts",
        {"p.parquet": parquet(amount=[True] * MANY)},
        state="held",
        rule="PAY-024",
    ),
    *refused(
        "FILE-030",
        parquet_list=("p.parquet", parquet(hours=[[1, 2]] * MANY)),
        parquet_struct=("p.parquet", parquet(hours=[{"a": 1}] * MANY)),
        parquet_binary=("p.parquet", parquet(hours=[b"x"] * MANY)),
        parquet_decimal256=("p.parquet", parquet(amount=pa.array(AMOUNTS, pa.decimal256(50, 2)))),
        parquet_twins=("p.parquet", twin_columns()),
        parquet_no_footer=("p.parquet", b"PAR1" + bytes(4) + b"PAR1"),
        parquet_long_footer=("p.parquet", b"PAR1" + struct.pack("<I", 2**31 - 1) + b"PAR1"),
    ),
]
XML = [
    BadDrop(f"xml_{name}", f"XML: {name}", {"staff.xml": data}, "roster", rule=rule)
    for name, rule, data in (
        ("laughs", "FILE-024", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "l"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'),
        ("deep", "FILE-025", b"<a>" * 200_000 + b"</a>" * 200_000),
        ("attributes", "FILE-026", OPEN + b" " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>"),
        ("long_text", "FILE-026", OPEN + b"><Staff>" + b"x" * 20_000_000 + b"</Staff></InterchangeStaffAssociation>"),
        ("encoding", "FILE-025", b'<?xml version="1.0" encoding="klingon"?><InterchangeStaffAssociation/>'),
        ("encoding_lies", "FILE-025", b'<?xml version="1.0" encoding="utf-16"?><InterchangeStaffAssociation/>'),
        ("include", "FILE-026", OPEN + b'><i href="file:///etc/passwd"/></InterchangeStaffAssociation>'),
        ("error", "FILE-026", b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'),
    )
]
BACK = (
    "3.000|3.000,50|3'000.50|3,00|3000,5000|1e400|0xBB8|3.000.50|3000.50.00|(3000.50|--3000.50|3000.505|3000.50CR|"
    "3_000.50|inf|3000.50%|3OOO.50|3000²|３０００.５０|−3000.50|٣٠٠٠"
)
AMOUNTS_AND_DAYS = [
    *(
        read(f"amount_{n}", f"{amount} as an amount", first_amount(amount), ONE_BACK, rule="PAY-024", quick=n == 0)
        for n, amount in enumerate(BACK.split("|"))
    ),
    *(
        read(f"amount_read_{n}", f"{amount} as an amount", first_amount(amount))
        for n, amount in enumerate(("$3,000.50", "+3000.50", "€3000.50", "3.0005e3", "3000.5"))
    ),
    *(
        read(f"day_{n}", f"{day} as a day", first_day(day), ONE_BACK)
        for n, day in enumerate(("2026-02-30", "0025-09-15", "2025-15-09", "２０２５-09-15", "1757894400"))
    ),
    *(
        read(f"day_read_{n}", f"{day} as a day", first_day(day))
        for n, day in enumerate(("20250915", "2025-9-5", "Sep 15 2025", "2025-09-15T00:00:00Z", "2025/09/15"))
    ),
]
KINDS = [*ARCHIVES, *LETTERS, *BOOKS, *TABLES, *XML, *AMOUNTS_AND_DAYS]
