"""What lies in a landing and is no file of data is named, and stops nobody."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from rung.cli.summary_tables import _add_stray
from rung.core.errors import RungError
from rung.intake.discover import discover
from rung.intake.run import IntakeReceipt
from rung.lake.places import LocalPlace

FOLDER = "0100/2026/roster"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing" / FOLDER
    folder.mkdir(parents=True)
    (folder / "roster.csv").write_text("staff_id\n1\n")
    return tmp_path / "landing"


def found(landing: Path) -> tuple[list[str], tuple[str, ...]]:
    """Names of the one drop's files, and what is not read."""
    look = discover((LocalPlace(landing),), {})
    return [file.name for drop in look.drops for file in drop.files], look.stray


def test_a_pipe_a_hidden_file_and_a_socket_are_named(landing: Path) -> None:
    os.mkfifo(landing / FOLDER / "pipe.csv")
    (landing / FOLDER / ".roster.csv").write_text("staff_id\n2\n")
    names, stray = found(landing)
    assert names == ["roster.csv"]
    assert stray == (
        f"{FOLDER}/.roster.csv (a hidden file)",
        f"{FOLDER}/pipe.csv (a pipe, socket or device, not a file)",
    )


def test_links_that_lead_nowhere_or_in_a_circle_are_named(landing: Path) -> None:
    (landing / FOLDER / "loop.csv").symlink_to("loop.csv")
    (landing / "0100" / "again").symlink_to(landing / "0100", target_is_directory=True)
    (landing / FOLDER / "gone.csv").symlink_to("nowhere.csv")
    names, stray = found(landing)
    assert names == ["roster.csv"]
    why = "a link that leads out of the place, nowhere or in a circle"
    assert sorted(stray) == [f"{FOLDER}/gone.csv ({why})", f"{FOLDER}/loop.csv ({why})", f"0100/again ({why})"]


def test_a_folder_named_like_a_file_is_a_folder(landing: Path) -> None:
    (landing / FOLDER / "part.csv").mkdir()
    (landing / FOLDER / "part.csv" / "1.csv").write_text("staff_id\n3\n")
    assert found(landing) == (["part.csv/1.csv", "roster.csv"], ())


@pytest.mark.parametrize("name", ["~$roster.xlsx", "Thumbs.db", "desktop.ini", ".~lock.roster.csv#"])
def test_what_programs_leave_behind_is_named_and_no_part_of_the_drop(landing: Path, name: str) -> None:
    (landing / FOLDER / name).write_bytes(b"\0\1")
    names, stray = found(landing)
    assert names == ["roster.csv"]
    assert len(stray) == 1
    assert stray[0].startswith(f"{FOLDER}/{name} (")


def test_a_folder_that_may_not_be_read_is_named() -> None:
    """As somebody who is not root, in a folder of their own: root may read everything."""
    code = """
import os, tempfile
from pathlib import Path
from rung.cli.summary_tables import _add_stray
from rung.intake.discover import discover
from rung.intake.run import IntakeReceipt
from rung.lake.places import LocalPlace
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)
with tempfile.TemporaryDirectory() as name:
    for lea in ("0100", "0200"):
        folder = Path(name, lea, "2026", "roster")
        folder.mkdir(parents=True)
        (folder / "roster.csv").write_text("staff_id")
    folder.chmod(0)
    look = discover((LocalPlace(Path(name)),), {})
    folder.chmod(0o700)
    print(*(drop.lea_id for drop in look.drops), *look.stray)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout == "0100 0200/2026/roster (a folder that this account may not read)\n", said.stderr


def test_both_tables_name_what_was_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    """At most ten by name, and a name with brackets is no markup."""
    table = Table(show_header=False)
    _add_stray(table, IntakeReceipt(stray=tuple(f"{n:02d}[b].csv" for n in range(12))))
    Console(width=200).print(table)
    shown = capsys.readouterr().out
    assert "12" in shown and "09[b].csv" in shown and "10[b].csv" not in shown


def swap_for_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_the_folder_for_a_link(path: Path) -> None:
    away = path.parents[4] / "away"
    path.parent.rename(away)
    path.parent.symlink_to(away, target_is_directory=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.write_text("staff_id\n1\n2\n"), "still being written"),
        (lambda path: path.write_text("staff_id\n2\n"), "still being written"),
        (swap_for_a_pipe, "no file any more"),
        (swap_the_folder_for_a_link, "a link to another place"),
        (lambda path: path.unlink(), "No such file"),
    ],
)
def test_what_changes_after_it_was_listed_is_not_read(landing: Path, change: Callable[[Path], None], why: str) -> None:
    place = LocalPlace(landing)
    (entry,) = place.entries()
    assert place.read_whole(entry) == b"staff_id\n1\n"
    os.utime(landing / FOLDER / "roster.csv", ns=(1, 1))
    (entry,) = place.entries()
    change(landing / FOLDER / "roster.csv")
    with pytest.raises(OSError, match=why):
        place.read_whole(entry)


def test_a_time_that_no_calendar_has_is_the_last_one() -> None:
    """Some disks keep times that lie beyond the year 9999."""
    stat: Any = SimpleNamespace(st_mtime=2.0**45, st_mtime_ns=2**45 * 10**9, st_size=5)
    assert LocalPlace._entry("a.csv", stat).modified.year == 9999


def test_where_nobody_asks_what_was_overlooked_a_folder_that_cannot_be_listed_is_an_error(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(RungError, match="may not read; give the account that runs Rung the right to it"):
        list(LocalPlace(landing).entries())
