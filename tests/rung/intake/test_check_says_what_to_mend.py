"""`rung check` prints what to mend, rows that come back before warnings, and no cell's value."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from rung.cli.main import app
from rung.cli.summary_tables import to_mend
from rung.core.errors import RungError
from rung.intake.dry_run import check_files
from rung.lake.workspace import open_workspace
from tests import small_state as small


def test_what_sends_rows_back_comes_before_what_warns(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    rows = small.payroll("0100", 2026)
    late = rows[0].replace("2025-09-15", "2052-09-15")
    file = tmp_path / "p.csv"
    file.write_text(small.csv(small.PAYROLL, [*rows, late, "0001002,2026-01-15,BASE,01,ten"]))
    (checked,) = check_files(open_workspace(tmp_path / "rung.toml"), [file], "payroll", "0100", 2026)
    lines = to_mend(checked)
    assert [line.split(" ")[1] for line in lines] == ["PAY-024", "PAY-014"]
    assert lines[0].startswith(
        "1. PAY-024 (1 row, 1 person; no amount can be read, comes back; p.csv row 28): The amount"
    )
    assert "warning; p.csv row 27" in lines[1]
    assert "ten" not in lines[0].split()


def test_the_page_of_a_check_does_not_say_that_anything_was_sent(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    work = open_workspace(tmp_path / "rung.toml")
    file = tmp_path / "p.csv"
    for text, word in (
        (small.csv(small.PAYROLL, small.payroll("0100", 2026)), "Would be accepted"),
        ("", "Could not be used"),
    ):
        file.write_text(text)
        (checked,) = check_files(work, [file], "payroll", "0100", 2026)
        page = checked.files["receipt.html"].decode()
        assert word in page and "Nothing was sent: this was a check." in page
        sent = ("has been taken in", "was sent back", "Received ", "still counts", "Came back to you", "arrived")
        assert not any(words in page for words in sent)


def test_lock_files_are_named_and_not_read_and_the_answer_ends_with_what_to_do_next(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    file, lock = tmp_path / "p.csv", tmp_path / "~$p.xlsx"
    file.write_text(small.csv(small.PAYROLL, small.payroll("0100", 2026)))
    lock.write_bytes(b"\0")
    options = ["--extract", "payroll", "--lea", "0100", "--year", "2026", "-c", str(tmp_path / "rung.toml")]
    options += ["--out", str(tmp_path / "out")]
    checked = CliRunner().invoke(app, ["check", str(file), str(lock), *options])
    assert checked.exit_code == 0
    assert "~$p.xlsx: left by a program that shows or edits files; not read" in checked.output
    assert "Nothing was sent: this was a check. Send the file as it is." in " ".join(checked.output.split())
    alone = CliRunner().invoke(app, ["check", str(lock), *options])
    assert isinstance(alone.exception, RungError) and "name the file itself" in str(alone.exception)
