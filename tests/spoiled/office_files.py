"""Spoiled workbooks of both kinds, and text files that a spreadsheet saved: formats, epochs, errors, two-line names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from contracts.file_shape import Shape
from tests.spoiled.ailment import PAYROLL, ROSTER, Ailment, changed, csv_of, text_of
from tests.spoiled.office import Cell, Error, Sheet, Shown, xls, xlsx
from tests.spoiled.packed_files import HEADER, TYPED
from tests.spoiled.text_files import LINES, one

BOOKS: dict[str, Callable[[Sheet], bytes]] = {"xlsx": xlsx, "xls": xls}
BAD: list[Cell] = ["00104", dt.date(2026, 1, 31), "BASE", 100, Error("#REF!"), 1, "S01"]


def rows_with(column: int, values: list[Cell]) -> list[list[Cell]]:
    """The typed rows with one column's cells replaced."""
    return [[*row[:column], value, *row[column + 1 :]] for row, value in zip(TYPED, values, strict=True)]


IDS: list[Cell] = [Shown(101, "00000"), Shown(102, "00000"), Shown(103, "00000")]
DAYS_1904: list[Cell] = [44591, 44591, 44619]
TIMED: list[Cell] = [Shown(46053.354166, "m/d/yy h:mm"), Shown(46053.6, "m/d/yy h:mm"), dt.date(2026, 2, 28)]
SPANS: list[Cell] = [None, Shown(2.5 / 24, "h:mm"), Shown(10 / 24, "[h]:mm:ss")]
UPPER: list[Cell] = ["Staff", "Pay", None, "Fund", None, None, "School"]
LOWER: list[Cell] = ["ID", "date", "code", "code", "Amount", "Hours", "ID"]


def books(kind: str) -> list[Ailment]:
    """The same ailments in each kind of workbook."""
    make, file = BOOKS[kind], f"pay.{kind}"

    def book(name: str, says: str, sheet: Sheet, rule: str | None = None, **more: object) -> Ailment:
        return one(f"{kind}_{name}", f"{says} ({kind})", make(sheet), rule, file=file, **more)

    return [
        book("formula_error", "A formula error", Sheet("P", [HEADER, *TYPED, BAD]), broken={5: "ROW-003"}),
        book("merged_ids", "An identifier merged over two rows", Sheet("P", [HEADER, *TYPED], ("A2:A3",)), "FILE-022"),
        book(
            "zeros",
            "Identifiers with zeros by number format",
            Sheet("P", [HEADER, *rows_with(0, IDS)]),
            repairs={"zeros_shown": 3},
        ),
        book(
            "from_1904",
            "Days as bare numbers since 1904",
            Sheet("P", [HEADER, *rows_with(1, DAYS_1904)], from_1904=True),
            repairs={"excel_serial_dates": 3},
        ),
        book(
            "times", "Days with a time of day", Sheet("P", [HEADER, *rows_with(1, TIMED)]), repairs={"times_of_day": 2}
        ),
        book(
            "spans",
            "Hours as spans of time",
            Sheet("P", [HEADER, *rows_with(5, SPANS)]),
            repairs={"hours_from_times": 2},
        ),
        book(
            "offset_zeros",
            "Zeros by format in a table that begins in column C",
            Sheet("P", [None, [None, None, *HEADER], *([None, None, *row] for row in rows_with(0, IDS))]),
            repairs={"zeros_shown": 3},
        ),
        book(
            "long_id",
            "A number of 19 digits as an identifier",
            Sheet("P", [HEADER, *TYPED, [1234567890123456789, *TYPED[0][1:]]]),
            broken={5: "ROW-004"},
        ),
        book(
            "two_header_rows",
            "Names on two lines, declared",
            Sheet("P", [UPPER, LOWER, *TYPED]),
            shape=Shape(header_rows=2),
        ),
        book(
            "two_header_rows_titled",
            "Names on two lines below a title, declared",
            Sheet("P", [["Register"], UPPER, LOWER, *TYPED]),
            shape=Shape(header_rows=2),
            repairs={"title_lines": 1},
        ),
        book(
            "repeated_notes",
            "Two columns `Notes` that nothing reads and that differ",
            Sheet("P", [[*HEADER, "Notes", "Notes"], *([*row, str(at), "x"] for at, row in enumerate(TYPED))]),
            repairs={"repeated_columns": 1},
        ),
        book(
            "full_total",
            "A full totals row",
            Sheet("P", [HEADER, *TYPED, ["Total", dt.date(2026, 2, 28), "ALL", "ALL", 13277.94, 12.5, "ALL"]]),
            repairs={"totals_lines": 1},
        ),
    ]


SERIALS = ["46053", "46053", "46081"]
SAVED = [
    one(
        "csv_day_numbers",
        "Excel's day numbers in a text file",
        csv_of(changed(PAYROLL, "pay_date", SERIALS)),
        repairs={"excel_serial_dates": 3},
    ),
    one(
        "csv_day_numbers_mixed",
        "Day numbers beside written dates",
        csv_of(changed(PAYROLL, "pay_date", ["46053", "2026-01-31", "2/28/2026"])),
        repairs={"excel_serial_dates": 1},
    ),
    one(
        "csv_day_numbers_roster",
        "Day numbers of days that lie years back",
        csv_of(changed(ROSTER, "begin_date", ["45870", "45889", "46035"])),
        extract="roster",
        repairs={"excel_serial_dates": 3},
    ),
    one(
        "csv_times",
        "Days with a time of day in a text file",
        csv_of(changed(PAYROLL, "pay_date", ["2026-01-31 08:30", "2026-01-31 08:30:12", "2/28/2026 4:05 PM"])),
        repairs={"times_of_day": 3},
    ),
    one(
        "csv_hours",
        "Hours as 2:30",
        csv_of(changed(PAYROLL, "hours", ["", "2:30", "10:00"])),
        repairs={"hours_from_times": 2},
    ),
    one(
        "csv_two_header_rows",
        "Names on two lines of a text file, declared",
        "Staff,Pay,,Fund,,,School\nID,date,code,code,Amount,Hours,ID\n" + "".join(LINES[1:]),
        shape=Shape(header_rows=2),
    ),
    one(
        "csv_header_rows_declared",
        "Names on lines 3 and 4, declared",
        "a,b,c,d,e,f,g\nh,i,j,k,l,m,n\nStaff,Pay,,Fund,,,School\nID,date,code,code,Amount,Hours,ID\n"
        + "".join(LINES[1:]),
        shape=Shape(header_row=3, header_rows=2),
    ),
    one(
        "repeated_notes",
        "Two columns of one name that nothing reads and that differ",
        "".join(
            f"{line.rstrip()},{note}\n" for line, note in zip(LINES, ("Notes,Notes", "a,b", "c,d", "e,f"), strict=True)
        ),
        repairs={"repeated_columns": 1},
    ),
]
CONTROLS = one(
    "controls",
    "Windows letters saved as control characters",
    text_of(ROSTER)
    .replace("tested_group", "tested_group,note", 1)
    .replace(",true\n", ",true,it\x92s\n")
    .replace(",false\n", ",false,a \x96 b\n")
    .replace("Smith,\n", "Smith,,\n"),
    extract="roster",
    repairs={"windows_letters": 2},
)
ABSENT = ("N/A", "n/a", "NULL", "none", "-", "TBD", "#N/A")
NOTHING = [
    one(
        f"optional_{mark.strip('#-').replace('/', '_').lower() or 'dash'}{at}",
        f"`{mark}` in place of an optional value",
        csv_of(changed(ROSTER, "tested_group", ["true", "false", mark])),
        extract="roster",
        repairs={"missing_marks": 1},
    )
    for at, mark in enumerate(ABSENT)
]
# In each of these one value of a row is written otherwise than it is read.
VALUES = [*SAVED[:5], *NOTHING]
SPOILED = [*books("xlsx"), *books("xls"), *SAVED, CONTROLS, *NOTHING]
