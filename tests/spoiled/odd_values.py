"""Odd cells, shapes, packages and workbooks of a payroll or roster: what is wrong, and what becomes of it, to the cent.

Each is made from the same payroll of 25 lines, $55,708.00; the one intake of `test_odd_values.py` takes all of them.
"""

from __future__ import annotations

import decimal
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tests import small_state as small
from tests.spoiled.hostile import patched
from tests.spoiled.office import Sheet, xlsx
from tests.spoiled.packed_files import zipped

LEA = "9000"
HEADER = small.PAYROLL.split(",")
LINES = small.payroll(LEA, 2026)
ROWS = [line.split(",") for line in LINES]
CSV = small.csv(small.PAYROLL, LINES).encode()
ROSTER = small.roster(LEA, 2026)
CENTS = 5_570_800
FIRST = 300_050  # of the first line
WITHOUT_FIRST = CENTS - FIRST
AMOUNTS = [decimal.Decimal(row[4]) for row in ROWS]
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Odd:
    """`state`, rows accepted and sent back, accepted cents, and a rule that is among those broken."""

    name: str
    says: str
    data: bytes
    file: str = "pay.csv"
    extract: str = "payroll"
    state: str = "accepted"
    rows: tuple[int, int] = (25, 0)
    cents: int | None = CENTS
    rule: str | None = None


def first(column: str, value: str) -> bytes:
    """The payroll with another cell in its first row."""
    row = [value if name == column else cell for name, cell in zip(HEADER, ROWS[0], strict=True)]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    return small.csv(small.PAYROLL, [quoted, *LINES[1:]]).encode()


def every(column: str, change: Callable[[str], str]) -> bytes:
    """The payroll with a column changed in every row."""
    at = HEADER.index(column)
    rows = [[f'"{change(cell)}"' if n == at else cell for n, cell in enumerate(row)] for row in ROWS]
    return small.csv(small.PAYROLL, [",".join(row) for row in rows]).encode()


def back(name: str, says: str, data: bytes, rule: str, **how: object) -> Odd:
    """The first row comes back."""
    return Odd(name, says, data, rows=(24, 1), cents=WITHOUT_FIRST, rule=rule, **how)  # type: ignore[arg-type]


def held(name: str, says: str, data: bytes, rule: str, **how: object) -> Odd:
    """Every row comes back."""
    return Odd(name, says, data, state="held", rows=(0, 25), cents=0, rule=rule, **how)  # type: ignore[arg-type]


def refused(name: str, says: str, data: bytes, rule: str, file: str = "pay.csv") -> Odd:
    """The file comes back."""
    return Odd(name, says, data, file, state="rejected", rows=(0, 0), cents=0, rule=rule)


def parquet(**columns: object) -> bytes:
    buffer = io.BytesIO()
    own = {name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}
    pq.write_table(pa.table({**own, **columns}), buffer)
    return buffer.getvalue()


def big_zip(force: bool, method: int = zipfile.ZIP_STORED, folder: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        if folder:
            archive.writestr("pay.csv/", b"")
        with archive.open("pay.csv", "w", force_zip64=force) as member:
            member.write(CSV)
    return buffer.getvalue()


def book(rows: list[list[object]], *more: Sheet) -> bytes:
    return xlsx(Sheet("Pay", [HEADER, *rows]), *more)  # type: ignore[list-item]


def damaged_zip(signature: bytes, at: int, patch: bytes) -> bytes:
    data = bytearray(zipped({"pay.csv": CSV}))
    start = data.rfind(signature) + at
    data[start : start + len(patch)] = patch
    return bytes(data)


def below(cells: str) -> bytes:
    """The payroll as a workbook with one more row."""
    return patched(SHEET, b"</sheetData>", f'<row r="27">{cells}</row></sheetData>'.encode())


def roster(name: str, says: str, old: str, new: str, kept: int, rule: str | None = None) -> Odd:
    data = small.csv(small.ROSTER, [line.replace(old, new) for line in ROSTER]).encode()
    state = "accepted" if kept else "held"
    return Odd(name, says, data, "roster.csv", "roster", state, (kept, 8 - kept), None, rule)


IDS = [
    Odd("id_rtl_marks", "A mark of direction in front of identifiers", every("staff_id", lambda each: "\u200f" + each)),
    Odd("id_override", "A mark that turns writing round in front of one", first("staff_id", "\u202e" + ROWS[0][0])),
    Odd("id_nbsp", "A no-break blank behind identifiers", every("staff_id", lambda each: each + "\u00a0")),
    Odd(
        "id_nbsp_unquoted",
        "A no-break blank behind identifiers, in a file that is clean otherwise",
        small.csv(small.PAYROLL, [line.replace(",", "\u00a0,", 1) for line in LINES]).encode(),
    ),
    Odd("id_blanks", "Blanks behind identifiers", every("staff_id", lambda each: each + "  ")),
    Odd("id_tab", "A tab behind an identifier", first("staff_id", ROWS[0][0] + "\t")),
    Odd("id_floats", "Identifiers with .0", every("staff_id", lambda each: each + ".0")),
    Odd("id_guard", 'An identifier as ="…"', first("staff_id", f'="{ROWS[0][0]}"')),
    Odd("id_apostrophe", "Apostrophes in front of identifiers", every("staff_id", lambda each: "'" + each)),
    back("id_soft_hyphen", "A soft hyphen in an identifier", first("staff_id", "001\u00ad001"), "PAY-007"),
    back("id_thousands", "An identifier as 10,001", first("staff_id", "10,001"), "PAY-007"),
    held("id_scientific", "Identifiers as 1.00E+05", every("staff_id", lambda _: "1.00E+05"), "ROW-004"),
    held(
        "id_full_width",
        "Identifiers in full-width digits",
        every("staff_id", lambda each: "".join(chr(ord(letter) + 0xFEE0) for letter in each)),
        "PAY-007",
    ),
    held(
        "id_arabic",
        "Identifiers in Arabic digits",
        every("staff_id", lambda each: "".join(chr(0x660 + int(letter)) for letter in each)),
        "PAY-007",
    ),
]
NAMES = [
    Odd("names_upper", "Column names in capitals", CSV.upper().replace(b"\r", b"")),
    Odd("names_nbsp", "A no-break blank in a column name", CSV.replace(b"pay_date", "pay\u00a0date".encode(), 1)),
    Odd("names_mark", "A byte order mark inside the names", CSV.replace(b"pay_date", "\ufeffpay_date".encode(), 1)),
    Odd("names_break", "A line break inside a name", CSV.replace(b"pay_date", b'"pay\ndate"', 1)),
    Odd(
        "names_twins_alike",
        "amount and AMOUNT, alike",
        small.csv(small.PAYROLL + ",AMOUNT", [f"{line},{line.split(',')[4]}" for line in LINES]).encode(),
    ),
    refused(
        "names_twins",
        "amount and AMOUNT, unlike",
        small.csv(small.PAYROLL + ",AMOUNT", [f"{line},1.00" for line in LINES]).encode(),
        "FILE-008",
    ),
    held(
        "names_missing",
        "Two columns without names",
        small.csv(small.PAYROLL + ",,", [f"{line},x,y" for line in LINES]).encode(),
        "ROW-001",
    ),
]
MONEY = [
    Odd("money_dollar_outside", "$(3,000.50)", first("amount", "$(3,000.50)"), cents=CENTS - 2 * FIRST),
    Odd("money_dollar_inside", "($3,000.50)", first("amount", "($3,000.50)"), cents=CENTS - 2 * FIRST),
    Odd("money_usd", "USD in front of amounts", every("amount", lambda each: "USD " + each)),
    Odd("money_usd_behind", "USD behind amounts", every("amount", lambda each: each + " USD")),
    Odd("money_exponent", "3.00050E+03", first("amount", "3.00050E+03")),
    Odd("money_noise", "3000.4999999999995", first("amount", "3000.4999999999995")),
    Odd("money_zeros", "3000.500", first("amount", "3000.500")),
    Odd("money_point_behind", "3000.", first("amount", "3000."), cents=CENTS - 50),
    Odd("money_point_before", ".50", first("amount", ".50"), cents=WITHOUT_FIRST + 50),
    Odd("money_less_than_nothing", "-0.00", first("amount", "-0.00"), cents=WITHOUT_FIRST, rule="PAY-027"),
    *(
        back(f"money_{name}", amount, first("amount", amount), "PAY-024")
        for name, amount in {
            "half_bracket": "(3000.50",
            "pesos": "MX$3000.50",
            "yen": "¥3000.50",
            "huge": "1e999999999",
            "tiny": "1e-5",
            "blank": "3 000.50",
            "no_break_blank": "3\u00a0000.50",
            "thin_blank": "3\u202f000.50",
            "wrong_groups": "30,00.50",
            "indian": "1,23,456.50",
            "typed_apostrophe": "3’000.50",
            "fraction": "3000.50/2",
            "k": "3k",
            "span": "3000-3500",
            "twice_negative": "-(3000.50)",
            "two_signs": "+-3000.50",
            "raised": "3000.50¹",
            "about": "~3000.50",
            "starred": "3000.50*",
            "debit": "3000.50 DR",
        }.items()
    ),
    held("money_euro", "EUR in front of amounts", every("amount", lambda each: "EUR " + each), "PAY-024"),
    held("money_commas", "Decimal commas", every("amount", lambda each: each.replace(".", ",")), "PAY-024"),
    Odd("money_all_negative", "Every amount in brackets", every("amount", "({})".format), state="held", cents=-CENTS),
]
DAYS = [
    refused(
        "day_two_orders",
        "Month first and day first in one column",
        small.csv(
            small.PAYROLL,
            [line.replace("2025-09-15", "09/15/2025").replace("2025-10-15", "15/10/2025") for line in LINES],
        ).encode(),
        "FILE-032",
    ),
    refused(
        "day_thai", "Years of the Thai calendar", every("pay_date", lambda day: day.replace("2025", "2568")), "FILE-045"
    ),
    *(
        back(f"day_{name}", day, first("pay_date", day), rule)
        for name, day, rule in (
            ("hijri", "1447-03-23", "PAY-013"),
            ("persian", "1404/06/24", "PAY-013"),
            ("japanese", "令和7年9月15日", "PAY-012"),
            ("roc", "114/09/15", "PAY-012"),
            ("ordinal", "2025-258", "PAY-012"),
            ("week", "2025-W38-1", "PAY-012"),
            ("hour_24", "2025-09-15 24:00:00", "PAY-012"),
            ("milliseconds", "1757894400000", "PAY-012"),
            ("french", "15 septembre 2025", "PAY-012"),
            ("spanish", "15-sept-2025", "PAY-012"),
            ("month_alone", "202509", "PAY-012"),
            ("month_in_words", "Sep 2025", "PAY-012"),
            ("quarter", "2025Q3", "PAY-012"),
            ("points", "2025.09.15", "PAY-012"),
            ("day_60", "60", "PAY-012"),
            ("before_the_first", "-1", "PAY-012"),
        )
    ),
    held("day_offset_west", "23:00 of a time zone", every("pay_date", lambda day: day + "T23:00:00-06:00"), "PAY-012"),
    held("day_offset_east", "0:30 of a time zone", every("pay_date", lambda day: day + "T00:30:00+09:00"), "PAY-012"),
    held(
        "day_short_year",
        "Years of two digits",
        every("pay_date", lambda day: f"{day[5:7]}/{day[8:10]}/{day[2:4]}"),
        "PAY-012",
    ),
]
