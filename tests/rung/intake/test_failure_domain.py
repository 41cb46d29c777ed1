"""A drop is a failure domain: hostile files, each in a state of its own, leave every other submission as it is."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psutil
import pytest

from rung.core.progress import Progress
from rung.core.settings import Intake
from rung.intake.run import run_intake
from rung.intake.workers import ReaderPool, ReadFailure, ReadJob
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.spoiled.office import Cell, Sheet, xlsx
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly

LINES = [row.split(",") for row in small.csv(small.PAYROLL, small.payroll("0100", 2026)).splitlines()]
CSV = small.csv(small.PAYROLL, small.payroll("0100", 2026)).encode()
CELLS: list[list[Cell]] = [list(line) for line in LINES]
BOOK = xlsx(Sheet("Pay", CELLS))
TEXT = pl.DataFrame(LINES[1:], schema=LINES[0], orient="row")


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def patched(part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts changed."""
    source, out = zipfile.ZipFile(io.BytesIO(BOOK)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            data = source.read(info)
            archive.writestr(info.filename, data.replace(old, new, 1) if info.filename == part else data)
    return out.getvalue()


def far_cell(row: str, cell: str) -> bytes:
    end = b"</sheetData>"
    more = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row>'.encode()
    return patched("xl/worksheets/sheet1.xml", end, more + end)


def packed(method: int, harm: int) -> bytes:
    """A zip of which one byte of the packed data is another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("pay.csv", CSV)
    data = bytearray(buffer.getvalue())
    data[harm] ^= 0xFF
    return bytes(data)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "far_cell": (far_cell("1048576", "XFD1048576"), "FILE-052"),
    "impossible_cell": (far_cell("99999999999", "ZZZZZ99999999999"), "FILE-019"),
    "document_type": (patched("xl/workbook.xml", b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook'), "FILE-024"),
    "parquet_time": (parquet(TEXT.with_columns(hours=pl.lit(dt.time(1, 2)))), "FILE-030"),
    "parquet_duration": (parquet(TEXT.with_columns(hours=pl.lit(dt.timedelta(hours=1)))), "FILE-030"),
    "parquet_date": (parquet(TEXT.with_columns(pay_date=pl.lit(2**31 - 1, dtype=pl.Int32).cast(pl.Date))), "FILE-030"),
    "parquet_moment": (
        parquet(TEXT.with_columns(pay_date=pl.lit(2**62, dtype=pl.Int64).cast(pl.Datetime("us")))),
        "FILE-030",
    ),
    "parquet_wide": (parquet(pl.select(pl.repeat("1", 4_000_000).alias(f"c{n}") for n in range(6))), "FILE-052"),
    "empty_members": (gzip.compress(b"") * 300 + gzip.compress(CSV), "FILE-015"),
    "newlines": (CSV + b"\n" * 20_000_000, "FILE-052"),
    "zip_bzip2": (packed(zipfile.ZIP_BZIP2, 60), "FILE-013"),
    "zip_lzma": (packed(zipfile.ZIP_LZMA, 60), "FILE-013"),
}


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
