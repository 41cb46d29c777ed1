"""What the marts of a large state share lies in files, not in memory; the marts are the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

import rung.lake.damage as damage
import rung.marts.from_lake as from_lake
from rung.core.errors import is_full
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.submissions import Submission
from rung.lake.workspace import open_workspace
from rung.marts.build import run_marts
from tests.small_state import write_state

QUIET = Progress(quiet=True)


def test_marts_of_what_lies_on_disk_are_those_of_what_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = open_workspace(write_state(tmp_path))
    reference = load_reference(work.reference)
    run_intake(work, reference, QUIET)
    in_memory = run_marts(work, reference, QUIET)
    shutil.rmtree(tmp_path / "lake" / "marts")
    monkeypatch.setattr(from_lake, "ROSTER_ROWS_IN_MEMORY", 0)
    on_disk = run_marts(work, reference, QUIET)
    assert on_disk.built and on_disk.root == in_memory.root


def test_a_full_disk_is_told_as_one_and_looks_for_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_workspace(write_state(tmp_path))
    reference = load_reference(work.reference)
    run_intake(work, reference, QUIET)
    searched: list[object] = []
    monkeypatch.setattr(damage, "forget_damaged", lambda *_: searched.append(_))
    monkeypatch.setattr(from_lake, "ROSTER_ROWS_IN_MEMORY", 0)
    many = pl.LazyFrame({"a": range(400_000)})
    monkeypatch.setattr(from_lake, "sink_scratch", lambda *_: many.sink_parquet("/dev/full"))
    with pytest.raises(pl.exceptions.ComputeError) as met:
        run_marts(work, reference, QUIET)
    assert is_full(met.value) and searched == []


@pytest.mark.parametrize(("below", "is_large"), [(0, False), (1, True)])
def test_a_state_is_large_above_the_bound(monkeypatch: pytest.MonkeyPatch, below: int, is_large: bool) -> None:
    sent = [submission("roster", 30), submission("roster", 12), submission("payroll", 999)]
    monkeypatch.setattr(from_lake, "ROSTER_ROWS_IN_MEMORY", 42 - below)
    assert from_lake.is_large(sent) is is_large


def test_what_lies_on_disk_reads_as_it_was(tmp_path: Path) -> None:
    write = from_lake.on_disk(tmp_path)
    enum = pl.LazyFrame({"b": ["x"]}, schema={"b": pl.Enum(["x"])})
    frames = {"one": pl.LazyFrame({"a": [3, 1, None]}), "other": enum}
    for _ in range(2):  # names come again from stage to stage
        found = {name: frame.collect() for name, frame in write(frames).items()}
        assert all(found[name].equals(frame.collect()) for name, frame in frames.items())
        assert found["other"].schema == {"b": pl.Enum(["x"])}
    assert len(list(tmp_path.iterdir())) == 4


def submission(extract: str, rows: int) -> Submission:
    counts = dict.fromkeys(("rows_read", "rows_quarantined", "rows_duplicate", "rows_set_aside", "rows_warned"), 0)
    cents = dict.fromkeys(("cents_read", "cents_accepted", "cents_quarantined", "cents_duplicate", "cents_set_aside"))
    named = dict.fromkeys(("submission_id", "lea_id", "landing", "files", "received_at", "code_version"), "")
    return Submission(**named, extract=extract, school_year=2026, rows_accepted=rows, **counts, **cents)  # type: ignore[arg-type]
