"""A watcher wakes when the reference table that refused a drop has changed, and sleeps again once it was judged."""

from __future__ import annotations

from pathlib import Path

from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.watched_reference import WatchedReference
from rung.lake.workspace import open_workspace
from rung.watch.loop import find_waiting
from tests import small_state as small


def test_a_changed_reference_table_wakes_the_watcher(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    small.drop(tmp_path, "0300", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0300", 2026)))
    work = open_workspace(tmp_path / "rung.toml")
    receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert receipt.states["rejected"] == 1
    reference = WatchedReference(work)
    before = reference.now()
    assert not find_waiting(work, before).drops
    assert reference.now() is before  # nothing was read again
    districts = tmp_path / "reference/districts.csv"
    districts.write_text(districts.read_text() + "0300,Ash,dcps_impact\n")
    found = find_waiting(work, reference.now())
    assert [(drop.lea_id, drop.extract) for drop in found.drops] == [("0300", "payroll")]
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert not find_waiting(work, reference.now()).drops
