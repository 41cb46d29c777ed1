"""Spoiled archives, workbooks, Parquet and XML files."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import struct
import warnings
import zipfile

import polars as pl

from contracts.file_shape import Shape
from contracts.policy.mapping import ColumnSource
from tests.spoiled.ailment import PAYROLL, ROSTER, Ailment, csv_of, text_of
from tests.spoiled.office import Cell, Error, Sheet, compound, xls, xlsx
from tests.spoiled.text_files import one
from transforms.s1_conform.decode import Bounds

PLAIN = csv_of(PAYROLL)
HEADER: list[Cell] = list(PAYROLL[0])
TYPED: list[list[Cell]] = [
    ["00101", dt.date(2026, 1, 31), "BASE", 100, 4512.5, None, "S01"],
    ["00102", dt.date(2026, 1, 31), "STIP", 100, -1234.56, 2.5, "S01"],
    ["00103", dt.date(2026, 2, 28), "BASE", 210, 10000, 10, "S02"],
]
BOOK = xlsx(Sheet("Pay", [HEADER, *TYPED]))


def zipped(members: dict[str, bytes], flag: int = 0, link: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            if link:
                info.external_attr = 0xA1FF << 16
            archive.writestr(info, data)
    packed = bytearray(buffer.getvalue())
    if flag:
        at = packed.index(b"PK\x01\x02")
        packed[at + 8 : at + 10] = struct.pack("<H", flag)
    return bytes(packed)


def doubled() -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.csv", PLAIN)
        archive.writestr("a.csv", PLAIN)
    return buffer.getvalue()


def parts(*rows: slice) -> list[bytes]:
    return [csv_of([PAYROLL[0], *PAYROLL[1:][part]]) for part in rows]


FIRST, REST = parts(slice(0, 1), slice(1, 3))
ARCHIVES = [
    one("gzip", "A gzipped file", gzip.compress(PLAIN, mtime=0), file="pay.csv.gz", repairs={"unpacked": 1}),
    one(
        "gzip_members",
        "A gzip of several pieces",
        gzip.compress(PLAIN[:40], mtime=0) + gzip.compress(PLAIN[40:], mtime=0),
        file="pay.csv.gz",
        repairs={"unpacked": 1},
    ),
    one("gzip_torn", "A gzip that ends early", gzip.compress(PLAIN, mtime=0)[:-12], "FILE-013", file="pay.csv.gz"),
    one(
        "gzip_bomb",
        "A gzip that grows past its bound",
        gzip.compress(b"0" * 40_000_000, mtime=0),
        "FILE-016",
        file="pay.csv.gz",
    ),
    one(
        "zip_several",
        "A zip with several files",
        zipped({"a.csv": FIRST, "b.csv": REST}),
        file="pay.zip",
        repairs={"unpacked": 2},
    ),
    one(
        "zip_junk",
        "A zip with what computers add",
        zipped({"pay.csv": PLAIN, "__MACOSX/._pay.csv": b"x", "readme.pdf": b"%PDF"}),
        file="pay.zip",
        repairs={"ignored_members": 2},
    ),
    one("zip_locked", "A zip with a password", zipped({"pay.csv": PLAIN}, flag=1), "FILE-012", file="pay.zip"),
    one("zip_climbs", "A zip whose names climb out", zipped({"../../pay.csv": PLAIN}), "FILE-014", file="pay.zip"),
    one("zip_absolute", "A zip with absolute names", zipped({"/etc/pay.csv": PLAIN}), "FILE-014", file="pay.zip"),
    one("zip_drive", "A zip with a drive in a name", zipped({"C:pay.csv": PLAIN}), "FILE-014", file="pay.zip"),
    one(
        "zip_link",
        "A zip with a symbolic link",
        zipped({"pay.csv": b"/etc/passwd"}, link=True),
        "FILE-014",
        file="pay.zip",
    ),
    one("zip_twice", "A zip with one name twice", doubled(), "FILE-014", file="pay.zip"),
    one(
        "zip_many",
        "A zip with more files than the bound",
        zipped({f"{n}.csv": FIRST for n in range(12)}),
        "FILE-015",
        file="pay.zip",
        bounds=Bounds(max_members=10),
    ),
    one(
        "zip_bomb",
        "A zip that grows past its bound",
        zipped({"pay.csv": b"0" * 40_000_000}),
        "FILE-016",
        file="pay.zip",
    ),
    one(
        "zip_in_zip",
        "An archive inside the archive",
        zipped({"inner.zip": zipped({"a.csv": PLAIN})}),
        "FILE-017",
        file="pay.zip",
    ),
    one("zip_empty", "A zip without a usable file", zipped({"readme.txt": b"hello"}), "FILE-018", file="pay.zip"),
    one("zip_damaged", "A zip cut off", zipped({"pay.csv": PLAIN})[:-30], "FILE-013", file="pay.zip"),
]
EMPTY: list[Cell] = []
WORKBOOKS = [
    one("xlsx", "A workbook with dates and numbers", BOOK, file="pay.xlsx", repairs={"midnight_times": 3}),
    one("xls", "A workbook of Excel 97-2003", xls(Sheet("Pay", [HEADER, *TYPED])), file="pay.xls"),
    one("xlsx_as_xls", "A new workbook under an old name", BOOK, file="pay.xls"),
    one("xlsx_as_csv", "A workbook named .csv", BOOK, file="pay.csv", repairs={"lying_extension": 1}),
    one("csv_as_xlsx", "A CSV named .xlsx", PLAIN, file="pay.xlsx", repairs={"lying_extension": 1}),
    one(
        "merged_titles",
        "Merged title rows above the names",
        xlsx(Sheet("Pay", [["Payroll register"], None, HEADER, *TYPED], merged=("A1:G1",))),
        file="pay.xlsx",
        repairs={"title_lines": 1, "blank_lines": 1},
    ),
    one(
        "offset_sheet",
        "A table that begins in column C",
        xlsx(Sheet("Pay", [None, [None, None, *HEADER], *([None, None, *row] for row in TYPED)])),
        file="pay.xlsx",
    ),
    one(
        "numbers_as_text", "Numbers stored as text", xlsx(Sheet("Pay", [list(row) for row in PAYROLL])), file="pay.xlsx"
    ),
    one(
        "serial_dates",
        "Dates that show as day numbers",
        xlsx(Sheet("Pay", [HEADER, *([row[0], 46053 if at < 2 else 46081, *row[2:]] for at, row in enumerate(TYPED))])),
        file="pay.xlsx",
        repairs={"excel_serial_dates": 3},
    ),
    one(
        "sheet_found",
        "One of several sheets fits",
        xlsx(Sheet("Read me", [["Please read"], ["Thank you"]]), Sheet("Pay", [HEADER, *TYPED])),
        file="pay.xlsx",
        repairs={"other_sheets": 1},
    ),
    one(
        "sheet_hidden",
        "A hidden sheet of the same shape",
        xlsx(Sheet("Pay", [HEADER, *TYPED]), Sheet("Old", [HEADER, *TYPED[:1]], hidden=True)),
        file="pay.xlsx",
        repairs={"hidden_sheets": 1},
    ),
    one(
        "sheets_many",
        "Several sheets could be meant",
        xlsx(Sheet("January", [HEADER, *TYPED]), Sheet("February", [HEADER, *TYPED])),
        "FILE-020",
        file="pay.xlsx",
    ),
    one(
        "sheet_declared",
        "Several sheets, one declared",
        xlsx(Sheet("January", [HEADER, *TYPED]), Sheet("February", [HEADER, TYPED[0]])),
        file="pay.xlsx",
        shape=Shape(sheet="January"),
        repairs={"other_sheets": 1},
    ),
    one(
        "sheet_missing",
        "A declared sheet that is not there",
        BOOK,
        "FILE-021",
        file="pay.xlsx",
        shape=Shape(sheet="March"),
    ),
    one(
        "merged_data",
        "Cells merged over several rows of data",
        xlsx(Sheet("Pay", [HEADER, *TYPED], merged=("C2:C3",))),
        "FILE-022",
        file="pay.xlsx",
    ),
    one(
        "formula_error",
        "A formula error in a cell",
        xlsx(Sheet("Pay", [HEADER, *TYPED, ["00104", dt.date(2026, 1, 31), "BASE", 100, Error("#REF!"), 1, "S01"]])),
        file="pay.xlsx",
        broken={5: "ROW-003"},
    ),
    one("empty_book", "A workbook with nothing in it", xlsx(Sheet("Pay", [])), "FILE-001", file="pay.xlsx"),
    one(
        "locked_book",
        "A workbook with a password",
        compound({"EncryptionInfo": b"4", "EncryptedPackage": b"x"}),
        "FILE-012",
        file="pay.xlsx",
    ),
    one("torn_book", "A workbook cut off", BOOK[:-200], "FILE-019", file="pay.xlsx"),
    one(
        "web_page",
        "A web page named .xls",
        "<html><table><tr><td>staff_id</td></tr></table></html>",
        "FILE-023",
        file="pay.xls",
    ),
    one("pdf", "A PDF named .csv", b"%PDF-1.7 ...", "FILE-023"),
    one("json", "JSON named .txt", '[{"staff_id": "1"}]', "FILE-023", file="pay.txt"),
]


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


COLUMNS = pl.DataFrame([list(row) for row in PAYROLL[1:]], schema=PAYROLL[0], orient="row")
STRONG = COLUMNS.with_columns(
    pl.col("pay_date").str.to_date(),
    pl.col("amount").cast(pl.Float64),
    pl.col("hours").cast(pl.Float64, strict=False),
    pl.col("fund_code").cast(pl.Float64),
)
PERSON = (
    "<Staff><StaffUniqueId>{0}</StaffUniqueId><Name>"
    "<FirstName>{6}</FirstName><LastSurname>{7}</LastSurname></Name></Staff>"
)
POSITION = (
    "<StaffEducationOrganizationAssignmentAssociation><StaffReference><StaffIdentity><StaffUniqueId>{0}</StaffUniqueId>"
    "</StaffIdentity></StaffReference><EducationOrganizationReference><EducationOrganizationIdentity>"
    "<EducationOrganizationId>{1}</EducationOrganizationId></EducationOrganizationIdentity>"
    "</EducationOrganizationReference><StaffClassification>uri://ed-fi.org/StaffClassificationDescriptor#{3}"
    "</StaffClassification><PositionTitle>{4}</PositionTitle><BeginDate>{2}</BeginDate>"
    "<FullTimeEquivalency>{5}</FullTimeEquivalency></StaffEducationOrganizationAssignmentAssociation>"
)


def interchange(inside: str, name: str = "InterchangeStaffAssociation", head: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<{name} xmlns="http://ed-fi.org/5.2.0">{inside}</{name}>'


PEOPLE = "".join(
    form.format(*row[:3], row[3].replace("_", " "), *row[4:]) for row in ROSTER[1:] for form in (PERSON, POSITION)
)
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
LEAK = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ONE_ROSTER = {
    "manifest.csv": b"propertyName,value\nmanifest.version,1.0\n"
    b"oneroster.version,1.2\nfile.users,bulk\nfile.roles,bulk\n",
    "users.csv": text_of(
        [["sourcedId", "status", "givenName", "familyName"], *([row[0], "", row[6], row[7]] for row in ROSTER[1:])]
    ).encode(),
    "roles.csv": text_of(
        [
            ["sourcedId", "status", "userSourcedId", "role", "orgSourcedId", "beginDate"],
            *([f"r{row[0]}", "", row[0], "teacher", row[1], row[2]] for row in ROSTER[1:]),
        ]
    ).encode(),
}
FTE = {"full_time_equivalency": ColumnSource(constant="1.0")}
LOST = ("staff_classification", "position_title", "full_time_equivalency", "tested_group")
OTHERS = [
    one("parquet", "Parquet with typed columns", parquet(STRONG), file="pay.parquet", repairs={"text_from_numbers": 3}),
    one("parquet_torn", "Parquet cut off", parquet(STRONG)[:-10], "FILE-030", file="pay.parquet"),
    one(
        "parquet_nested",
        "Parquet with nested columns",
        parquet(STRONG.with_columns(pl.concat_list("hours").alias("hours"))),
        "FILE-030",
        file="pay.parquet",
    ),
    one(
        "edfi",
        "An Ed-Fi StaffAssociation interchange",
        interchange(PEOPLE),
        file="staff.xml",
        extract="roster",
        loses=("tested_group",),
    ),
    one(
        "edfi_entities",
        "XML that defines entities",
        interchange(PEOPLE, head=BOMB),
        "FILE-024",
        file="staff.xml",
        extract="roster",
    ),
    one(
        "edfi_external",
        "XML that reaches for another file",
        interchange(PEOPLE, head=LEAK),
        "FILE-024",
        file="staff.xml",
        extract="roster",
    ),
    one("edfi_torn", "XML cut off", interchange(PEOPLE)[:-40], "FILE-025", file="staff.xml", extract="roster"),
    one("edfi_other", "An interchange of another extract", interchange(PEOPLE), "FILE-026", file="staff.xml"),
    Ailment(
        "oneroster_12",
        "A OneRoster 1.2 set of files",
        ONE_ROSTER,
        extract="roster",
        loses=LOST,
        columns=FTE,
        repairs={"oneroster_title_from_role": 3},
    ),
    one(
        "oneroster_zip",
        "A OneRoster set in a zip",
        zipped(ONE_ROSTER),
        file="set.zip",
        extract="roster",
        loses=LOST,
        columns=FTE,
    ),
    Ailment(
        "oneroster_gap",
        "A OneRoster set that lacks a file of its manifest",
        {name: data for name, data in ONE_ROSTER.items() if name != "roles.csv"},
        "FILE-027",
        extract="roster",
    ),
    Ailment(
        "oneroster_delta",
        "A OneRoster set of changes only",
        {**ONE_ROSTER, "manifest.csv": ONE_ROSTER["manifest.csv"].replace(b"users,bulk", b"users,delta")},
        "FILE-028",
        extract="roster",
    ),
    Ailment("two_files", "One extract in two files", {"a.csv": FIRST, "b.csv": REST}),
]
SPOILED = [*ARCHIVES, *WORKBOOKS, *OTHERS]
