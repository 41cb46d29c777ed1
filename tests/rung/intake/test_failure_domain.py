"""A drop is a failure domain: hostile files, each in a state of its own, leave every other submission as it is."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rung.core.progress import Progress
from rung.core.settings import Intake
from rung.intake.jobs import ReadFailure, ReadJob
from rung.intake.run import run_intake
from rung.intake.workers import ReaderPool
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.spoiled.hostile import BOOK, CSV, HOSTILE, LINES, TEXT
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_by_name(name: str) -> None:
    data, rule = HOSTILE[name]
    drop = read_tolerantly({"pay": data}, "payroll", 2026, None, Bounds())
    assert [found.rule_id for found in drop.problems] == [rule]
    assert not drop.tables


@pytest.mark.parametrize("column", ["line", "text", "width", "filled", "*", "^.*$", "source_row", "_broken", "·0"])
def test_a_column_of_any_name_is_data(column: str) -> None:
    lines = [f"{small.PAYROLL},{column}", *(f"{','.join(row)},x" for row in LINES[1:])]
    drop = read_tolerantly({"pay.csv": "\n".join(lines).encode()}, "payroll", 2026, None, Bounds())
    assert not drop.problems
    assert drop.tables[0].text["amount"].to_list() == TEXT["amount"].to_list()


@pytest.mark.parametrize(
    ("declared", "letters", "read"),
    [
        (b"ISO-8859-1", b"JOS\xe9", "JOSé"),
        (b"no-such", "JOSé".encode(), "JOSé"),  # of no known encoding, and plain UTF-8 inside
        (b"no-such", b"JOS\xe9", None),
        (b"UTF-16", b"JOS", None),
    ],
)
def test_a_workbook_of_an_unknown_encoding_is_read_right_or_refused(
    declared: bytes, letters: bytes, read: str | None
) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    source, out = zipfile.ZipFile(io.BytesIO(BOOK)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == sheet:
                data = data.replace(b'encoding="UTF-8"', b'encoding="' + declared + b'"', 1)
                data = data.replace(b">BASE<", b">" + letters + b"<", 1)
            archive.writestr(info.filename, data)
    drop = read_tolerantly({"pay.xlsx": out.getvalue()}, "payroll", 2026, None, Bounds())
    assert [found.rule_id for found in drop.problems] == ([] if read else ["FILE-019"])
    assert [table.text["pay_code"][0] for table in drop.tables] == ([read] if read else [])


def test_a_file_and_its_own_gzip_are_two_sources() -> None:
    both = {"payroll.csv": CSV, "payroll.csv.gz": gzip.compress(CSV)}
    drop = read_tolerantly(both, "payroll", 2026, None, Bounds())
    assert sum(table.text.height for table in drop.tables) == 2 * TEXT.height
    assert len({table.name for table in drop.tables}) == 2


@pytest.mark.parametrize(
    ("bounds", "rule"),
    [({"reader_seconds": 0.01}, "FILE-050"), ({"reader_memory_bytes": 256 * 1024**2}, "FILE-051")],
)
def test_the_bound_that_was_hit_is_named(bounds: dict[str, float], rule: str) -> None:
    lines = CSV.split(b"\n", 1)
    data = lines[0] + b"\n" + lines[1] * 60_000
    settings = Intake.model_validate({"readers": 1, **bounds})
    with ReaderPool(settings) as readers:
        (answer,) = readers.read([ReadJob({"pay.csv": data}, "payroll", 2026, None, Bounds(), None)])
    assert isinstance(answer, ReadFailure)
    assert answer.found.rule_id == rule


def readers_of(parent: int) -> list[psutil.Process]:
    """The processes that the fork server of a process has started."""
    servers = [child for child in psutil.Process(parent).children() if "forkserver" in " ".join(child.cmdline())]
    return [reader for server in servers for reader in server.children()]


def test_a_reader_that_dies_between_two_drops_costs_no_drop() -> None:
    job = ReadJob({"pay.csv": CSV}, "payroll", 2026, None, Bounds(), None)
    with ReaderPool(Intake.model_validate({"readers": 1})) as readers:

        def jobs() -> Iterator[ReadJob]:
            yield job
            yield job
            time.sleep(2)  # both are answered: nobody reads now
            idle = readers_of(os.getpid())
            assert idle
            for reader in idle:
                reader.kill()
            time.sleep(1)
            yield job

        answers = list(readers.read(jobs()))
    assert [type(answer) for answer in answers] == [TolerantDrop] * 3


def intake(root: Path) -> tuple[Workspace, list[tuple[Submission, str, str]]]:
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work, list(work.ledger.states())


def test_a_returned_file_is_taken_as_it_is_and_the_others_stand(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    rows = small.payroll("0100", 2026)
    small.drop(
        tmp_path, "0100", 2026, "payroll", small.csv(small.PAYROLL, [rows[0].replace("3000.50", "?"), *rows[1:]])
    )
    small.drop(tmp_path, "0200", 2026, "payroll", HOSTILE["far_cell"][0])
    work, states = intake(tmp_path)
    assert sorted(state for _, state, _ in states) == ["accepted"] * 11 + ["rejected"]
    ((sent, _, _),) = [each for each in states if each[0].lea_id == "0100" and each[0].rows_quarantined]
    back = work.receipts.read(f"0100/2026/payroll/{sent.submission_id}/returned.csv")
    whole = back.rstrip(b"\n") + b"\n" + "".join(f"{row},,,,,,\n" for row in rows[1:]).encode()
    small.drop(tmp_path, "0100", 2026, "payroll", whole)  # one row is still bad, its marks still there
    _, states = intake(tmp_path)
    newest = [each for each in states if each[0].lea_id == "0100" and each[0].extract == "payroll"][-1]
    assert newest[1] == "accepted"
    assert newest[0].rows_quarantined == 1
