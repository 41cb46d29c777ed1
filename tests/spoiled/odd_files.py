"""Odd shapes, packages, workbooks and Parquet files, and odd rosters; see `odd_values.py`."""

from __future__ import annotations

import gzip
import struct
import zipfile

import pyarrow as pa

from tests import small_state as small
from tests.spoiled.odd_values import (
    AMOUNTS,
    CENTS,
    CSV,
    DAYS,
    HEADER,
    IDS,
    LINES,
    MONEY,
    NAMES,
    ROSTER,
    ROWS,
    Odd,
    below,
    big_zip,
    book,
    damaged_zip,
    parquet,
    refused,
    roster,
)
from tests.spoiled.office import Sheet, xlsx
from tests.spoiled.packed_files import zipped

TABBED = sum(round(float(row[4]) * 100) for row in ROWS[:14])
SHAPES = [
    Odd(
        "shape_two_separators",
        "Tabs between cells, and commas from the middle on",
        CSV.replace(b",", b"\t", 60),
        rows=(14, 11),
        cents=TABBED,
        rule="ROW-001",
    ),
    Odd(
        "shape_names_of_another",
        "Semicolons between the names, commas between the cells",
        small.csv(small.PAYROLL.replace(",", ";"), LINES).encode(),
        state="held",
        rows=(0, 25),
        cents=0,
        rule="PAY-007",
    ),
    Odd("shape_twice", "The file glued to itself", CSV + CSV),
    Odd("shape_returns", "Two carriage returns at every line's end", CSV.replace(b"\n", b"\r\r\n")),
    Odd("shape_comments", "Lines that begin with #", b"# exported by payroll\n" + CSV + b"# end\n"),
    Odd("shape_two_commas", "Two commas between cells", CSV.replace(b",", b",,")),
    Odd("shape_two_pipes", "Two pipes between cells", CSV.replace(b",", b"||")),
    Odd("shape_tildes", "Tildes between cells", CSV.replace(b",", b"~")),
    Odd(
        "shape_cut",
        "The last line cut in the middle",
        CSV[:-14],
        rows=(24, 1),
        cents=CENTS - 50_000,
        rule="ROW-001",
    ),
    refused(
        "shape_pivot",
        "A pivot table",
        b"Sum of amount,Column Labels,,\nRow Labels,BASE,BEN,Grand Total\n"
        + b"".join(f"{who},6001.00,900.00,6901.00\n".encode() for who in small.staff("9000")),
        "FILE-033",
    ),
    refused(
        "shape_turned",
        "Rows and columns changed places",
        "\n".join(",".join(cells) for cells in zip(HEADER, *ROWS, strict=True)).encode(),
        "FILE-004",
    ),
    refused(
        "shape_names_last",
        "Names below the rows",
        small.csv(LINES[0], [*LINES[1:], small.PAYROLL]).encode(),
        "FILE-005",
    ),
    refused(
        "shape_whole_lines",
        "Every line in quotation marks",
        ("\n".join(f'"{line}"' for line in [small.PAYROLL, *LINES]) + "\n").encode(),
        "FILE-033",
    ),
    refused("shape_roster", "A roster in the payroll's folder", small.csv(small.ROSTER, ROSTER).encode(), "FILE-033"),
    refused("shape_rtf", "A text document", b"{\\rtf1\\ansi hello}", "FILE-023"),
    refused("shape_lists", "A JSON list of lists", b"[[1,2],[3,4]]", "FILE-023"),
]
PACKAGES = [
    Odd("gzip_zeros", "A gzip with zeros behind it", gzip.compress(CSV) + bytes(512), "pay.csv.gz"),
    Odd("gzip_named_csv", "A gzip named .csv", gzip.compress(CSV)),
    Odd("gzip_book", "A workbook in a gzip", gzip.compress(book(ROWS)), "pay.xlsx.gz"),
    Odd("named_gzip", "A CSV named .gz", CSV, "pay.csv.gz"),
    Odd("named_zip", "A CSV named .zip", CSV, "pay.zip"),
    Odd("named_parquet", "A CSV named .parquet", CSV, "pay.parquet"),
    Odd("zip_named_book", "A zip of a CSV named .xlsx", zipped({"pay.csv": CSV}), "pay.xlsx"),
    Odd("zip_64", "A zip for large files", big_zip(force=True), "pay.zip"),
    Odd("zip_bzip2", "A zip that packs by bzip2", big_zip(force=False, method=zipfile.ZIP_BZIP2), "pay.zip"),
    Odd("zip_folder_twin", "A folder and a file of one name", big_zip(force=False, folder=True), "pay.zip"),
    Odd(
        "zip_remark", "A zip with a remark", zipped({"pay.csv": CSV})[:-2] + struct.pack("<H", 5) + b"hello", "pay.zip"
    ),
    refused(
        "zip_two_glued",
        "Two archives glued together",
        zipped({"a.csv": CSV[:300]}) + zipped({"b.csv": CSV}),
        "FILE-013",
        "pay.zip",
    ),
    refused(
        "zip_size_lies",
        "A size in the list of files that is too small",
        damaged_zip(b"PK\x01\x02", 24, struct.pack("<I", 10)),
        "FILE-013",
        "pay.zip",
    ),
    refused(
        "zip_name_lies",
        "A name that differs from that in the list",
        damaged_zip(b"PK\x03\x04", 30, b"xyz"),
        "FILE-013",
        "pay.zip",
    ),
    refused(
        "gzip_text_behind", "A gzip with text behind it", gzip.compress(CSV) + b"-- end --\n", "FILE-013", "pay.csv.gz"
    ),
    refused("gzip_cut", "A gzip that lost its end", gzip.compress(CSV)[:-20], "FILE-013", "pay.csv.gz"),
    refused(
        "zip_other_extract",
        "A roster beside the payroll in a zip",
        zipped({"pay.csv": CSV, "roster.csv": small.csv(small.ROSTER, ROSTER).encode()}),
        "FILE-033",
        "pay.zip",
    ),
]
BOOKS = [
    Odd("book_macros", "A workbook with macros, by its name", book(ROWS), "pay.xlsm"),
    Odd("book_named_csv", "A workbook named .csv", book(ROWS)),
    Odd("book_empty_rows", "Twenty thousand empty rows below", book([*ROWS, *([[None] * 5] * 20_000)]), "pay.xlsx"),
    Odd(
        "book_formula_alone",
        "Formulas that were never computed, below",
        below('<c r="E27"><f>SUM(E2:E26)</f></c>'),
        "pay.xlsx",
    ),
    Odd(
        "book_sum_below",
        "A formula's sum below the rows",
        below('<c r="E27"><f>SUM(E2:E26)</f><v>55708</v></c>'),
        "pay.xlsx",
    ),
    Odd(
        "book_number_below",
        "A number below the rows that is no sum",
        below('<c r="E27"><v>99</v></c>'),
        "pay.xlsx",
        rows=(25, 1),
        rule="PAY-006",
    ),
    Odd(
        "book_read_me",
        "A sheet of instructions in front",
        xlsx(Sheet("Read me", [["How to fill this in"], ["Ask payroll"]]), Sheet("Pay", [HEADER, *ROWS])),
        "pay.xlsx",
    ),
    Odd(
        "book_pivot",
        "A pivot table on a sheet in front",
        xlsx(Sheet("Pivot", [["Row Labels", "Sum of amount"], ["BASE", 48_008.0]]), Sheet("Pay", [HEADER, *ROWS])),
        "pay.xlsx",
    ),
    Odd(
        "book_noise",
        "0.30000000000000004 as an amount",
        book([[*ROWS[0][:4], 0.1 + 0.2], *ROWS[1:]]),
        "pay.xlsx",
        cents=CENTS - 300_050 + 30,
    ),
    refused("book_empty", "A workbook with an empty sheet", xlsx(Sheet("Empty", [])), "FILE-001", "pay.xlsx"),
]
TABLES = [
    Odd(
        "parquet_numbers",
        "Identifiers as numbers in a dictionary",
        parquet(staff_id=pa.array([int(row[0]) for row in ROWS]).dictionary_encode()),
        "pay.parquet",
    ),
    Odd(
        "parquet_scale",
        "Decimals of ten places",
        parquet(amount=pa.array(AMOUNTS, pa.decimal128(38, 10))),
        "pay.parquet",
    ),
    Odd(
        "parquet_single",
        "Amounts of single precision",
        parquet(amount=pa.array(map(float, AMOUNTS), pa.float32())),
        "pay.parquet",
    ),
    Odd("parquet_nothing", "A column of no type", parquet(hours=pa.nulls(25)), "pay.parquet"),
    Odd(
        "parquet_large_text",
        "Large text",
        parquet(staff_id=pa.array([row[0] for row in ROWS], pa.large_string())),
        "pay.parquet",
    ),
    Odd("parquet_named_csv", "Parquet named .csv", parquet()),
    refused(
        "parquet_map",
        "A map beside the payroll",
        parquet(note=pa.array([[("a", 1)]] * 25, pa.map_(pa.string(), pa.int64()))),
        "FILE-030",
        "pay.parquet",
    ),
    refused(
        "parquet_bytes",
        "Identifiers as bytes",
        parquet(staff_id=pa.array([row[0].encode() for row in ROWS], pa.binary())),
        "FILE-030",
        "pay.parquet",
    ),
    refused("parquet_torn", "A damaged page", parquet()[:60] + bytes(40) + parquet()[100:], "FILE-030", "pay.parquet"),
]
ROSTERS = [
    roster("roster_percent", "FTE as 100%", ",1.0,", ",100%,", 8),
    roster("roster_hundred", "FTE as 100", ",1.0,", ",100,", 0, "ROS-026"),
    roster("roster_fraction", "FTE as 1/2", ",1.0,", ",1/2,", 0, "ROS-025"),
    roster("roster_comma", "FTE as 0,5", ",1.0,", ',"0,5",', 0, "ROS-025"),
    roster(
        "roster_days_swapped",
        "First and last day swapped",
        "2025-08-01,2026-06-15",
        "2026-06-15,2025-08-01",
        0,
        "ROS-019",
    ),
    roster("roster_9999", "9999-12-31 for no last day", "2026-06-15", "9999-12-31", 0, "ROS-018"),
    roster("roster_1900", "1900-01-01 for an unknown first day", "2025-08-01", "1900-01-01", 0, "ROS-016"),
    roster("roster_picture", "A picture letter in titles", "Teacher,", "Teacher \U0001f34e,", 8),
    roster("roster_language", "Kinds in another language", ",teacher,", ",maestro,", 2, "ROS-021"),
]
ODD = [*IDS, *NAMES, *MONEY, *DAYS, *SHAPES, *PACKAGES, *BOOKS, *TABLES, *ROSTERS]
