"""The classes of bad drops that the issue names, and the hostile files: each stopped a state, or booked it wrong."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from tests import small_state as small
from tests.spoiled.hostile import HOSTILE
from tests.spoiled.office import Error, Sheet, xlsx
from tests.spoiled.one_drop import BAD, FOLDER, BadDrop
from tests.spoiled.packed_files import zipped

LINES = small.payroll(BAD, 2026)
CSV = small.csv(small.PAYROLL, LINES).encode()
HEADER = small.PAYROLL.split(",")
ROWS = [line.split(",") for line in LINES]
ALL = (len(ROWS), 0)
ONE_BACK = (len(ROWS) - 1, 1)
QUICK = {"far_cell", "empty_members"}


def with_column(name: str) -> bytes:
    return small.csv(f"{small.PAYROLL},{name}", [f"{line},x" for line in LINES]).encode()


def first_row(line: str) -> bytes:
    """The payroll with another first row."""
    return small.csv(small.PAYROLL, [line, *LINES[1:]]).encode()


def first_amount(amount: str) -> bytes:
    return first_row(",".join([*ROWS[0][:4], f'"{amount}"']))


def first_day(day: str) -> bytes:
    return first_row(",".join([ROWS[0][0], f'"{day}"', *ROWS[0][2:]]))


def roster(lines: list[str], header: str = small.ROSTER) -> dict[str, bytes]:
    return {"roster.csv": small.csv(header, lines).encode()}


def under_two_places(root: Path) -> None:
    """One name in two landings, with different rows."""
    config = root / "rung.toml"
    config.write_text(config.read_text().replace('landing = ["landing"]', 'landing = ["landing", "post"]'))
    for place, lines in (("landing", LINES[:10]), ("post", LINES[10:])):
        folder = root / place / BAD / "2026" / "payroll"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "payroll.csv").write_text(small.csv(small.PAYROLL, lines))


def crosswalk(root: Path) -> None:
    (root / "reference" / "crosswalks").mkdir()
    (root / "reference" / "crosswalks" / f"{BAD}.csv").write_text("district_staff_id,staff_id\n1,2\n")


def loop(root: Path) -> None:
    (root / FOLDER / "payroll" / "loop.csv").symlink_to("loop.csv")


def link_out(root: Path) -> None:
    (root / FOLDER / "payroll" / "out.csv").symlink_to("/etc/passwd")


def not_utf8(root: Path) -> None:
    path = os.fsencode(root / FOLDER / "payroll") + b"/pay\xff.csv"
    Path(os.fsdecode(path)).write_bytes(CSV)


def year_of_other_digits(root: Path) -> None:
    folder = root / "landing" / BAD / "٢٠٢٦" / "payroll"
    folder.mkdir(parents=True)
    (folder / "pay.csv").write_bytes(CSV)


def read(name: str, says: str, data: bytes | dict[str, bytes], rows: tuple[int, int] = ALL, **how: object) -> BadDrop:
    """A drop that is taken in: whole, or with rows that come back."""
    files = data if isinstance(data, dict) else {"payroll.csv": data}
    return BadDrop(name, says, files, state="accepted", rows=rows, **how)  # type: ignore[arg-type]


_OTHER_YEAR = small.csv(small.PAYROLL, [line.replace("2025-", "2022-") for line in LINES]).encode()
_TOTAL = f"TOTAL,,,,{sum(float(row[4]) for row in ROWS):.2f}"
_DAY_NUMBERS = small.csv(small.PAYROLL, [line.replace("2025-09-15", "45915") for line in LINES]).encode()
_SHORT_SET = {
    "manifest.csv": b"propertyName,value\nmanifest.version,1.0\n",
    "users.csv": b"sourcedId,status\n1,active\n",
}

NAMED = [
    *(
        BadDrop(name, f"A hostile file: {name}", {"pay.csv": data}, rule=rule, quick=name in QUICK)
        for name, (data, rule) in HOSTILE.items()
    ),
    *(
        read(f"column_{at}", f"A column named {column}", with_column(column), quick=at == 5)
        for at, column in enumerate(("line", "text", "width", "filled", "*", "^.*$", "source_row", "·0"))
    ),
    BadDrop(
        "set_short",
        "A OneRoster manifest without its files",
        {"set.zip": zipped(_SHORT_SET)},
        "roster",
        rule="FILE-027",
    ),
    read("name_250", "A name of 250 bytes", {"p" * 246 + ".csv": CSV}),
    BadDrop("name_not_utf8", "A name that is not UTF-8", put=not_utf8, rule="FILE-056", quick=True),
    BadDrop("link_loop", "A link to itself", put=loop, state=None, names="loop.csv (a link", quick=True),
    BadDrop("link_out", "A link that leads out", put=link_out, state=None, names="out.csv (a link"),
    read("crosswalk", "A crosswalk of a district without a mapping", CSV, put=crosswalk),
    read(
        "twins",
        "payroll.csv beside its own gzip",
        {"payroll.csv": CSV, "payroll.csv.gz": gzip.compress(CSV)},
        quick=True,
    ),
    BadDrop("two_places", "One name under two landings", put=under_two_places, state="accepted", rows=ALL),
    BadDrop("year_digits", "A year in other digits", put=year_of_other_digits, state=None, names="payroll/pay.csv"),
    read(
        "unquoted_thousands",
        "1,234.56 without quotes, a last cell empty",
        small.csv(
            f"{small.PAYROLL},hours", [f"{','.join(ROWS[0][:4])},1,234.56,", *(f"{line},1" for line in LINES[1:])]
        ).encode(),
        ONE_BACK,
        rule="ROW-001",
        quick=True,
    ),
    read("day_numbers", "Excel's day numbers in a CSV", _DAY_NUMBERS),
    BadDrop("other_year", "Every date in another year", {"pay.csv": _OTHER_YEAR}, rule="FILE-045", quick=True),
    *(
        read(f"ssn_{at}", f"A Social Security number as {ssn!a}", first_row(LINES[0].replace("BASE", ssn)), ONE_BACK)
        for at, ssn in enumerate(("123-45-6789", "x123–45–6789", "123‑45‑6789", "123.45.6789", "id_123 45 6789"))
    ),
    read("total", "A totals row", CSV + _TOTAL.encode() + b"\n"),
    read("total_wrong", "A totals row that is no sum, set aside and shown as a line", CSV + b"TOTAL,,,,5.00\n"),
    read("alike", "One row twice", CSV + LINES[0].encode() + b"\n"),
    read(
        "not_alike",
        "Two rows that differ in a note",
        small.csv(
            f"{small.PAYROLL},note", [f"{LINES[0]},a", f"{LINES[0]},b", *(f"{line}," for line in LINES[1:])]
        ).encode(),
        (26, 0),
    ),
    BadDrop(
        "open_quote", "A mark never closed", {"p.csv": first_row(LINES[0].replace("BASE", '"BASE'))}, rule="FILE-007"
    ),
    read(
        "formula_error",
        "A formula error",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, [*ROWS[0][:4], Error("#REF!")], *ROWS[1:]]))},
        ONE_BACK,
        rule="ROW-003",
    ),
    BadDrop(
        "merged",
        "Merged identifiers",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, *ROWS], merged=("A2:A3",)))},
        rule="FILE-022",
    ),
    BadDrop(
        "repeated_name",
        "One column name twice",
        {"pay.csv": small.csv(f"{small.PAYROLL},amount", [f"{line},1.00" for line in LINES]).encode()},
        rule="FILE-008",
    ),
    read(
        "hidden_sheet",
        "A hidden sheet beside the one that counts",
        {"pay.xlsx": xlsx(Sheet("Pay", [HEADER, *ROWS]), Sheet("Old", [HEADER, ROWS[0]], hidden=True))},
    ),
    BadDrop(
        "locked",
        "An encrypted workbook",
        {
            "pay.xlsx": bytes.fromhex("D0CF11E0A1B11AE1")
            + bytes(600)
            + "EncryptedPackage".encode("utf-16-le")
            + bytes(3000)
        },
        rule="FILE-012",
    ),
    read("section_row", "A row that heads a section", CSV.replace(b"\n", b"\nElementary,,,,\n", 1), (25, 1)),
    read(
        "missing_in_text",
        "N/A in place of a title",
        roster(
            [line.replace("Teacher,", "N/A,") if n == 0 else line for n, line in enumerate(small.roster(BAD, 2026))]
        ),
        (7, 1),
        extract="roster",
    ),
]
