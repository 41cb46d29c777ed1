"""Marts of a large state are made one set of educators and of districts after the other; they are the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

import rung.lake.damage as damage
import rung.marts.from_lake as from_lake
import rung.marts.set_plan as set_plan
from rung.core.errors import is_full
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.submissions import Submission
from rung.lake.workspace import open_workspace
from rung.marts.build import run_marts
from rung.packs.load import packs_of
from tests.small_state import write_state

QUIET = Progress(quiet=True)


def test_marts_of_many_sets_are_those_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_workspace(write_state(tmp_path))
    reference = load_reference(work.reference)
    run_intake(work, reference, QUIET)
    at_once = run_marts(work, reference, QUIET)
    shutil.rmtree(tmp_path / "lake" / "marts")
    shutil.rmtree(tmp_path / "lake" / "results")
    monkeypatch.setattr(set_plan, "ROSTER_ROWS_AT_ONCE", 20)
    monkeypatch.setattr(set_plan, "ROSTER_ROWS_OF_DISTRICTS", 10)
    in_sets = run_marts(work, reference, QUIET)
    assert in_sets.built and in_sets.root == at_once.root
    assert len(list((tmp_path / "lake/results/districts").glob("*/*.parquet"))) > len(from_lake.ORDER)


def test_a_full_disk_is_told_as_one_and_looks_for_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = open_workspace(write_state(tmp_path))
    reference = load_reference(work.reference)
    run_intake(work, reference, QUIET)
    searched: list[object] = []
    monkeypatch.setattr(damage, "forget_damaged", lambda *_: searched.append(_))
    many = pl.LazyFrame({"a": range(400_000)})
    monkeypatch.setattr(from_lake, "write_marts", lambda *_: many.sink_parquet("/dev/full"))
    with pytest.raises(pl.exceptions.ComputeError) as met:
        run_marts(work, reference, QUIET)
    assert is_full(met.value) and searched == []


@pytest.mark.parametrize(
    ("rows", "of_educators", "of_districts"),
    [(499_999, 1, 1), (500_000, 1, 2), (999_999, 1, 2), (1_000_000, 2, 3)],
)
def test_a_state_has_a_set_more_at_each_bound(tmp_path: Path, rows: int, of_educators: int, of_districts: int) -> None:
    work = open_workspace(write_state(tmp_path))
    sent = [submission("roster", rows), submission("payroll", 99_000_000)]
    plan = set_plan.SetPlan.of(work, sent, load_reference(work.reference), packs_of(work.settings))
    assert (plan.buckets, plan.district_buckets) == (of_educators, of_districts)


def submission(extract: str, rows: int) -> Submission:
    counts = dict.fromkeys(("rows_read", "rows_quarantined", "rows_duplicate", "rows_set_aside", "rows_warned"), 0)
    cents = dict.fromkeys(("cents_read", "cents_accepted", "cents_quarantined", "cents_duplicate", "cents_set_aside"))
    named = dict.fromkeys(("submission_id", "lea_id", "landing", "files", "received_at", "code_version"), "")
    return Submission(**named, extract=extract, school_year=2026, rows_accepted=rows, **counts, **cents)  # type: ignore[arg-type]
