"""What the marts of a large state share is gathered in files, not in memory; the marts are the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

import rung.marts.from_lake as from_lake
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
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


def test_up_to_the_bound_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_workspace(write_state(tmp_path / "state"))
    run_intake(work, load_reference(work.reference), QUIET)
    in_force = work.ledger.in_force()
    rows = sum(each.rows_accepted for each in in_force if each.extract == "roster")
    frames = {"one": pl.LazyFrame({"a": [3, 1, 2]}), "other": pl.LazyFrame({"b": ["x"]})}
    for bound, files in ((rows, 0), (rows - 1, 2)):
        folder = tmp_path / str(bound)
        folder.mkdir()
        monkeypatch.setattr(from_lake, "ROSTER_ROWS_IN_MEMORY", bound)
        gathered = from_lake.materializer(in_force, folder)(frames)
        assert len(list(folder.iterdir())) == files
        assert {name: frame.collect().to_dict(as_series=False) for name, frame in gathered.items()} == {
            "one": {"a": [3, 1, 2]},
            "other": {"b": ["x"]},
        }
