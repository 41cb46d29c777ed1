"""Odd names, folders, links and things that are no files, thought up to break a run."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.spoiled.one_drop import BAD, FOLDER, BadDrop
from tests.spoiled.one_drop_named import ALL, CSV, LINES, read

PAY = f"{FOLDER}/payroll"
MORE = CSV.replace(b"3000.50", b"3111.50")
# One number of rows in two files that differ: their keys meet.
MEET = {"state": "held", "rule": "PAY-036", "rows": (9, 32)}


def pay_in(*parts: str) -> Callable[[Path], None]:
    """The payroll under `landing/`, in folders of these names."""

    def put(root: Path) -> None:
        folder = root.joinpath("landing", *parts)
        folder.mkdir(parents=True)
        (folder / "pay.csv").write_bytes(CSV)

    return put


def also(put: Callable[[Path], object]) -> Callable[[Path], None]:
    """The payroll, and something beside it (`put` gets its folder)."""

    def both(root: Path) -> None:
        (root / PAY / "pay.csv").write_bytes(CSV)
        put(root / PAY)

    return both


def bind(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.csv")
    finally:
        os.chdir(here)


def nest(name: str, times: int) -> Callable[[Path], None]:
    """Folders in each other, deeper than a path can name in one go."""

    def put(folder: Path) -> None:
        here = Path.cwd()
        os.chdir(folder)
        try:
            for _ in range(times):
                Path(name).mkdir()
                os.chdir(name)
            Path("pay.csv").write_bytes(CSV)
        finally:
            os.chdir(here)

    return put


def only(put: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something in the payroll's folder, and nothing else."""

    def alone(root: Path) -> None:
        put(root / PAY)

    return alone


def folder_is_a_file(root: Path) -> None:
    (root / PAY).rmdir()
    (root / PAY).write_bytes(CSV)


def folder_is_a_link(root: Path) -> None:
    (root / PAY).rmdir()
    (root / PAY).symlink_to("/etc")


def file_and_folder(root: Path) -> None:
    """A name that is a file under one landing and a folder under the other."""
    config = root / "rung.toml"
    config.write_text(config.read_text().replace('landing = ["landing"]', 'landing = ["landing", "post"]'))
    (root / PAY / "pay.csv").write_bytes(CSV)
    folder = root / "post" / BAD / "2026" / "payroll" / "pay.csv"
    folder.mkdir(parents=True)
    (folder / "pay.csv").write_bytes(CSV)


def stray(
    name: str, says: str, put: Callable[[Path], None], names: str, *, taken: bool = False, quick: bool = False
) -> BadDrop:
    """Something that is named and not read; `taken`: a payroll lies beside it."""
    return BadDrop(
        name, says, put=put, state="accepted" if taken else None, rows=ALL if taken else None, names=names, quick=quick
    )


NAMES = [
    *(
        read(f"name_{n}", f"A file named {name!a}", {name: CSV})
        for n, name in enumerate(
            (
                "\u200b.csv",
                " ",
                "CON.csv",
                "pay.csv. ",
                "pay\u202evsc.exe",
                "<img src=x onerror=alert(1)>.csv",
                "é" * 125 + ".csv",
                "pay%2e%2e%2f.csv",
                "pay*[a-z]?{1}.csv",
                "[red]pay[bold].csv",
                '=cmd|"x", y.csv',
                "-rf",
                "NUL",
            )
        )
    ),
    *(
        BadDrop(f"unprintable_{n}", f"A file named {name!a}", {name: CSV}, rule="FILE-056", quick=n == 0)
        for n, name in enumerate(("pay\n2026.csv", "pay\x1b[31m.csv", "pay\t.csv", "pay\x85.csv"))
    ),
    *(
        BadDrop(f"elsewhere_{n}", f"A file named {name!a}", {name: CSV}, rule="FILE-035")
        for n, name in enumerate(("a\\b.csv", "C:pay.csv"))
    ),
    *(
        BadDrop(f"twin_{n}", f"Two files named {one!a} and {other!a}", {one: CSV, other: MORE}, **MEET, quick=n == 0)  # type: ignore[arg-type]
        for n, (one, other) in enumerate(
            (("p\u00e9.csv", "pe\u0301.csv"), ("PAY.csv", "pay.csv"), ("pay.csv", "pay\u200b.csv"))
        )
    ),
    *(
        stray(
            f"under_way_{n}",
            f"A file that still comes: {name}",
            only(lambda folder, name=name: (folder / name).write_bytes(CSV[:200])),
            f"{name} (still under way",
        )  # type: ignore[misc]
        for n, name in enumerate(("pay.csv.filepart", "pay.csv.crdownload", "pay.csv.part", "pay.TMP"))
    ),
    stray("hidden", "A hidden file", only(lambda folder: (folder / ".pay.csv").write_bytes(CSV)), ".pay.csv (a hidden"),
    stray(
        "lock",
        "A lock file of a spreadsheet",
        only(lambda folder: (folder / "~$pay.xlsx").write_bytes(b"x")),
        "(left by",
    ),
]
FOLDERS = [
    stray("extract_case", "A folder named Payroll", pay_in(BAD, "2026", "Payroll"), "Payroll/pay.csv"),
    stray("extract_blank", "A folder named payroll and a blank", pay_in(BAD, "2026", "payroll "), "payroll /pay.csv"),
    BadDrop(
        "lea_unknown",
        "A district that nobody knows",
        put=pay_in("<b>x&", "2026", "payroll"),
        rule="FILE-036",
        quick=True,
    ),
    BadDrop("lea_blank", "A district's id and a blank", put=pay_in(f"{BAD} ", "2026", "payroll"), rule="FILE-036"),
    BadDrop("lea_long", "A district's id of 255 digits", put=pay_in("9" * 255, "2026", "payroll"), rule="FILE-036"),
    stray("lea_not_utf8", "A district that is not UTF-8", pay_in("03\udcff", "2026", "payroll"), "payroll/pay.csv"),
    *(
        BadDrop(f"year_{year}", f"The year {year}", put=pay_in(BAD, year, "payroll"), rule="FILE-045")
        for year in ("0000", "1900", "9999")
    ),
    stray("nested", "Sixty folders in each other", also(nest("d", 60)), "a folder too deep", taken=True),
    BadDrop("path_long", "A path of 3,400 letters", put=only(nest("d" * 190, 17)), state="accepted", rows=ALL),
    BadDrop("file_for_folder", "A file in place of the folder", put=folder_is_a_file, state=None, names="2026/payroll"),
    stray("folder_link", "A folder that is a link to another place", folder_is_a_link, "payroll (a link"),
    BadDrop("file_and_folder", "One name of a file and of a folder", put=file_and_folder, state="accepted", rows=ALL),
]
THINGS = [
    stray(
        "fifo",
        "A pipe",
        also(lambda folder: os.mkfifo(folder / "pipe.csv")),
        "pipe.csv (a pipe",
        taken=True,
        quick=True,
    ),
    stray("socket", "A socket", also(bind), "socket.csv (a pipe", taken=True),
    BadDrop(
        "sparse",
        "2 TB that no disk holds",
        put=also(lambda folder: os.truncate(folder / "pay.csv", 2 * 10**12)),
        rule="FILE-009",
    ),
    BadDrop(
        "sparse_small",
        "A file filled with nothing",
        put=also(lambda folder: os.truncate(folder / "pay.csv", 30_000_000)),
        rule="FILE-002",
    ),
    BadDrop(
        "before_time",
        "A file of 1901",
        put=also(lambda folder: os.utime(folder / "pay.csv", (-(2**31), -(2**31)))),
        state="accepted",
        rows=ALL,
    ),
    BadDrop(
        "link_within",
        "A link to another district's file",
        put=only(lambda folder: (folder / "pay.csv").symlink_to(folder.parents[2] / "0100/2026/payroll/payroll.csv")),
        state="accepted",
    ),
    read(
        "many_files",
        "Three hundred files",
        {f"{n:03d}.csv": "\n".join([CSV.decode().splitlines()[0], LINES[n % 25]]).encode() for n in range(300)},
    ),
]
PLACES = [*NAMES, *FOLDERS, *THINGS]
