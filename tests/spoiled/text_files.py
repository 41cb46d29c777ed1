"""Spoiled text files: letters, separators, lines around the table, rows out of shape, ways of writing values."""

from __future__ import annotations

from contracts.file_shape import FixedWidth, Shape, WidthColumn
from tests.spoiled.ailment import PAYROLL, ROSTER, Ailment, changed, csv_of, text_of
from transforms.s1_conform.decode import Bounds

TEXT = text_of(PAYROLL)
LINES = TEXT.splitlines(keepends=True)
ROSTER_LINES = text_of(ROSTER).splitlines(keepends=True)
WIDTHS = (10, 12, 8, 8, 12, 8, 6)
LAYOUT = FixedWidth(
    columns=tuple(
        WidthColumn(name=name, start=1 + sum(WIDTHS[:at]), width=WIDTHS[at]) for at, name in enumerate(PAYROLL[0])
    )
)
FIXED = "".join(
    "".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)) + "\n" for row in PAYROLL[1:]
)


def one(name: str, says: str, data: str | bytes, rule: str | None = None, **more: object) -> Ailment:
    file = str(more.pop("file", f"{name}.csv"))
    content = data.encode() if isinstance(data, str) else data
    return Ailment(name, says, {file: content}, rule, **more)  # type: ignore[arg-type]


LETTERS = [
    one(
        "utf8_bom",
        "UTF-8 with a byte order mark",
        csv_of(ROSTER, "utf-8-sig"),
        extract="roster",
        repairs={"byte_order_mark": 1},
    ),
    one(
        "utf16_le",
        "UTF-16 as Excel's “Unicode text”",
        csv_of(ROSTER, "utf-16", delimiter="\t"),
        extract="roster",
        file="roster.txt",
        repairs={"utf16": 1, "delimiter_tab": 1},
    ),
    one(
        "utf16_be_no_mark",
        "UTF-16 without a byte order mark",
        csv_of(ROSTER, "utf-16-be"),
        extract="roster",
        repairs={"utf16": 1},
    ),
    one("cp1252", "Windows-1252 letters", csv_of(ROSTER, "cp1252"), extract="roster", repairs={"cp1252": 1}),
    one(
        "declared_mac_roman",
        "Macintosh letters, declared",
        csv_of(ROSTER, "mac_roman"),
        extract="roster",
        shape=Shape(encoding="mac_roman"),
        repairs={"declared_encoding": 1},
    ),
    one(
        "wrongly_declared",
        "Another encoding than declared",
        csv_of(ROSTER, "cp1252"),
        "FILE-003",
        extract="roster",
        shape=Shape(encoding="utf-8"),
    ),
    one(
        "mixed_letters",
        "UTF-8 and Windows-1252 in one file",
        csv_of(ROSTER) + "00104,S01,2025-08-01,teacher,T,1.0,Noël,X,\n".encode("cp1252"),
        "FILE-003",
        extract="roster",
    ),
    one("unknown_letters", "Letters of no known encoding", b"staff_id,pay_date\n\x81\x8d\x8f,\x90\x9d\n", "FILE-003"),
    one(
        "nul_characters",
        "Null characters from a mainframe",
        TEXT.replace("BASE", "BA\0SE"),
        repairs={"nul_characters": 2},
    ),
    one("control_z", "An end-of-file mark of old systems", TEXT + "\x1a", repairs={"end_of_file_mark": 1}),
]
SEPARATORS = [
    one("tabs", "Tabs between cells", csv_of(PAYROLL, delimiter="\t"), file="pay.tsv", repairs={"delimiter_tab": 1}),
    one("pipes", "Pipes between cells", csv_of(PAYROLL, delimiter="|"), file="pay.txt", repairs={"delimiter_pipe": 1}),
    one("semicolons", "Semicolons between cells", csv_of(PAYROLL, delimiter=";"), repairs={"delimiter_semicolon": 1}),
    one(
        "carets",
        "Carets between cells, declared",
        csv_of(PAYROLL, delimiter="^"),
        shape=Shape(delimiter="^"),
        repairs={"delimiter_declared": 1},
    ),
    one(
        "sep_line",
        "Excel's `sep=;` line on top",
        "sep=;\r\n" + text_of(PAYROLL, ";", "\r\n"),
        repairs={"separator_line": 1},
    ),
    one("crlf", "Windows line ends", csv_of(PAYROLL, newline="\r\n")),
    one(
        "bare_cr",
        "Lone carriage returns as line ends",
        csv_of(PAYROLL, newline="\r"),
        repairs={"bare_carriage_returns": 1},
    ),
    one("no_last_newline", "No line end after the last row", csv_of(PAYROLL, end=False)),
    one("all_quoted", "Every cell in quotation marks", csv_of(PAYROLL, quote=True)),
    one(
        "quoted_newline",
        "A line break inside a quoted cell below the names",
        TEXT.replace("fund_code", '"fund\ncode"', 1),
    ),
    one("fixed_width", "Columns of fixed width, declared", FIXED, file="pay.txt", shape=Shape(fixed_width=LAYOUT)),
    one("fixed_width_undeclared", "Columns of fixed width, undeclared", FIXED, "FILE-029", file="pay.txt"),
    one(
        "fixed_width_wrong",
        "A declared layout that is another file's",
        FIXED.replace("\n", "more than that\n"),
        "FILE-029",
        file="pay.txt",
        shape=Shape(fixed_width=LAYOUT),
    ),
]
AROUND = [
    one(
        "title_lines",
        "Title lines above the column names",
        "Payroll register,,,,,,\nRun date: 2026-03-01\n\n" + TEXT,
        repairs={"title_lines": 2, "blank_lines": 1},
    ),
    one(
        "header_offset",
        "Column names on a declared line",
        "a,b,c,d,e,f,g\nh,i,j,k,l,m,n\n" + TEXT,
        shape=Shape(header_row=3),
        repairs={"title_lines": 2},
    ),
    one(
        "header_offset_wrong",
        "A declared line of names that is not there",
        TEXT,
        "FILE-004",
        shape=Shape(header_row=40),
    ),
    one(
        "footnote",
        "Footnotes below the rows",
        TEXT + "\n* amounts include reversals\nEnd of report\n",
        repairs={"footer_lines": 2, "blank_lines": 1},
    ),
    one("totals_row", "A totals row below the rows", TEXT + "Total,,,,13277.94,12.5,\n", repairs={"totals_lines": 1}),
    one(
        "subtotals",
        "Subtotals between the rows",
        "".join([*LINES[:3], "Subtotal,,,,3277.94,,\n", *LINES[3:]]),
        repairs={"totals_lines": 1},
    ),
    one("record_count", "A count of records at the end", TEXT + "Records: 3\n", repairs={"footer_lines": 1}),
    one("second_table", "A second table further down", TEXT + "\nfund,meaning\n100,general\n210,title\n", "FILE-006"),
    one(
        "second_table_told",
        "A second table, the first declared to count",
        TEXT + "\nfund,meaning\n100,general\n210,title\n",
        shape=Shape(table=1),
        repairs={"other_tables": 3, "blank_lines": 1},
    ),
    one(
        "first_table_other",
        "A legend above, the second table declared to count",
        "fund,meaning\n100,general\n210,title\n\n" + TEXT,
        shape=Shape(table=2, header_row=1),
        repairs={"other_tables": 4},
    ),
    one(
        "repeated_header",
        "Column names again on every page",
        "".join([*LINES[:3], LINES[0], *LINES[3:]]),
        repairs={"repeated_headers": 1},
    ),
    one("blank_lines", "Blank lines between the rows", "\n\n".join(TEXT.splitlines()), repairs={"blank_lines": 3}),
    one("empty_records", "Lines of separators only", TEXT + ",,,,,,\n,,,,,,\n", repairs={"blank_lines": 2}),
    one("empty_columns", "Empty columns to the right", TEXT.replace("\n", ",,\n"), repairs={"trailing_empty_cells": 3}),
    one(
        "margin", "An empty column to the left", "".join("," + line for line in LINES), repairs={"whole_grid_shift": 1}
    ),
    one("header_only", "Column names and no rows", LINES[0], "FILE-005"),
    one("empty", "Nothing at all", b"", "FILE-001"),
    one("blank", "Blanks and line ends only", " \n\n \r\n", "FILE-001"),
    one(
        "two_spellings",
        "One name in two spellings, with other values",
        "".join(f"{line.rstrip()},{extra}\n" for line, extra in zip(LINES, ("Staff ID", 7, 8, 9), strict=True)),
        "FILE-008",
    ),
    one(
        "blank_line_between_rows",
        "A blank line between groups of rows with gaps",
        "".join([*ROSTER_LINES[:2], "\n", *ROSTER_LINES[2:]]),
        extract="roster",
        repairs={"blank_lines": 1},
    ),
    one("not_text", "Bytes that are no text", bytes(range(1, 9)) + bytes(400), "FILE-002", file="pay.txt"),
    one("no_header", "Numbers from the first line", "1,2,3\n4,5,6\n7,8,9\n", "FILE-004"),
]
ROWS = [
    one("short_row", "A row with too few cells", TEXT + "00104,2026-01-31,BASE\n", broken={5: "ROW-001"}),
    one(
        "long_row",
        "A row with too many cells",
        TEXT + "00104,2026-01-31,BASE,100,1,1,S01,extra\n",
        broken={5: "ROW-001"},
    ),
    one(
        "stray_quote",
        "A quotation mark inside a quoted cell",
        TEXT + '00104,2026-01-31,"BASE "A" X",100,1,1,S01\n',
        broken={5: "ROW-002"},
    ),
    one(
        "open_quote", "A quotation mark that is never closed", TEXT + '00104,2026-01-31,"BASE,100,1,1,S01\n', "FILE-007"
    ),
    one(
        "twin_columns",
        "Two columns of one name that differ",
        "".join(line.rstrip("\n") + f",{extra}\n" for line, extra in zip(LINES, ("amount", 1, 2, 3), strict=True)),
        "FILE-008",
    ),
    one(
        "equal_twins",
        "Two columns of one name, alike",
        "".join(f"{line.rstrip()},{line.split(',')[2]}\n" for line in LINES),
        repairs={"repeated_columns": 1},
    ),
    one(
        "too_many_columns",
        "More columns than the bound",
        ",".join(f"c{n}" for n in range(30)) + "\n" + "1," * 30,
        "FILE-010",
        bounds=Bounds(max_columns=20),
    ),
    one(
        "long_cell",
        "A cell longer than the bound",
        TEXT + "00104,2026-01-31," + "B" * 400 + ",100,1,1,S01\n",
        "FILE-011",
        bounds=Bounds(max_cell_characters=300),
    ),
    one("too_large", "A file larger than the bound", TEXT, "FILE-009", bounds=Bounds(max_bytes=50)),
    one(
        "scientific_id",
        "An identifier in scientific notation",
        TEXT + "1.23E+11,2026-01-31,BASE,100,1,1,S01\n",
        broken={5: "ROW-004"},
    ),
]
MONEY = ["$4,512.50", "($1,234.56)", "$10,000.00"]
VALUES = [
    one(
        "us_money",
        "Money as $1,234.56, negatives in brackets",
        csv_of(changed(PAYROLL, "amount", MONEY)),
        repairs={"currency_signs": 3, "thousands_separators": 3, "negative_brackets": 1},
    ),
    one(
        "trailing_minus",
        "A minus after the amount",
        csv_of(changed(PAYROLL, "amount", ["4512.50", "1234.56-", "10000.00"])),
        repairs={"trailing_minus": 1},
    ),
    one(
        "decimal_comma",
        "1.234,56, declared",
        csv_of(changed(PAYROLL, "amount", ["4.512,50", "-1.234,56", "10.000,00"]), delimiter=";"),
        shape=Shape(decimal_comma=True),
        repairs={"decimal_commas": 3},
    ),
    one(
        "us_dates",
        "Dates as 1/31/2026",
        csv_of(changed(PAYROLL, "pay_date", ["1/31/2026", "01/31/2026", "2/28/2026"])),
        repairs={"us_dates": 3},
    ),
    one(
        "day_first_dates",
        "Dates as 31.1.2026",
        csv_of(changed(PAYROLL, "pay_date", ["31.1.2026", "31.01.2026", "28.2.2026"])),
        repairs={"day_first_dates": 3},
    ),
    one(
        "ambiguous_dates",
        "Day and month that cannot be told apart",
        csv_of(changed(PAYROLL, "pay_date", ["1/2/2026", "3/4/2026", "5/6/2026"])),
        "FILE-031",
    ),
    one(
        "mixed_dates",
        "Day first and month first in one column",
        csv_of(changed(PAYROLL, "pay_date", ["1/31/2026", "31/1/2026", "2/28/2026"])),
        "FILE-032",
    ),
    one(
        "declared_dates",
        "Two-digit years, declared",
        csv_of(changed(PAYROLL, "pay_date", ["310126", "310126", "280226"])),
        shape=Shape(date_format="%d%m%y"),
        repairs={"declared_dates": 3},
    ),
    one(
        "word_dates",
        "Dates in words",
        csv_of(changed(PAYROLL, "pay_date", ["31-Jan-2026", "Jan 31, 2026", "20260228"])),
        repairs={"other_dates": 3},
    ),
    one(
        "padded",
        "Blanks around the values",
        csv_of(changed(PAYROLL, "pay_code", [" BASE", "STIP \u00a0", "BASE "])),
        repairs={"trimmed_cells": 3},
    ),
    one(
        "text_guards",
        "Spreadsheet guards around identifiers",
        csv_of(changed(PAYROLL, "staff_id", ['="00101"', "'00102", '="00103"'])),
        repairs={"spreadsheet_guards": 3},
    ),
    one(
        "marks",
        "N/A, * and <10 in place of values",
        csv_of(changed(PAYROLL, "hours", ["N/A", "2.5", "10.0"])),
        repairs={"missing_marks": 1},
    ),
    one(
        "suppressed",
        "A suppressed value",
        csv_of(changed(PAYROLL, "hours", ["<10", "2.5", "10"])),
        repairs={"suppression_marks": 1},
    ),
    one(
        "percents",
        "A share written as a percentage",
        csv_of(changed(ROSTER, "full_time_equivalency", ["100%", "100 %", "50%"])),
        extract="roster",
        repairs={"percent_signs": 3},
    ),
    one(
        "yes_no",
        "Yes and no",
        csv_of(changed(ROSTER, "tested_group", ["Y", "No", ""])),
        extract="roster",
        repairs={"yes_no_words": 2},
    ),
    one(
        "loose_words",
        "Words of fixed lists in free writing",
        csv_of(changed(ROSTER, "staff_classification", ["Teacher", "Assistant Principal", "TEACHER"])),
        extract="roster",
        repairs={"vocabulary_writing": 3},
    ),
]
SPOILED = [*LETTERS, *SEPARATORS, *AROUND, *ROWS, *VALUES]
