"""The gate in a process of its own answers as the gate in this one does, and its end is an error, not a silence."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import polars as pl
import pytest

from expectations.gate import Gate, GateReceipt
from expectations.gate_process import GateProcess
from expectations.suite_run import EngineError, GateError
from expectations.suites import load_suite
from rung.core.progress import Progress
from rung.intake import gate as intake_gate
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from tests import small_state as small
from tests.expectations.test_gate import BATCH_ROWS, ROOT, SUITE, batch, counted

OTHER = SUITE.model_copy(update={"name": "other"})


def answers(receipts: tuple[GateReceipt, ...]) -> list[tuple[object, ...]]:
    return [(each.table, each.rows, each.rules, each.results.name) for each in receipts]


def observe_two_tables(gate: Gate) -> None:
    gate.observe(SUITE, batch(), counted(batch()))
    gate.observe(SUITE, batch().with_columns(submission_id=pl.lit("later")), counted(batch()))
    gate.observe(OTHER, batch(BATCH_ROWS // 2), counted(batch(BATCH_ROWS // 2)))


def test_it_answers_as_the_gate_here_does_and_its_end_is_an_error(tmp_path: Path) -> None:
    with Gate(tmp_path / "here") as here:
        observe_two_tables(here)
        expected = answers(here.settle())
    gate = GateProcess(tmp_path / "there")
    observe_two_tables(gate)
    assert answers(gate.settle()) == expected
    assert [rows for _, rows, *_ in expected] == [2 * BATCH_ROWS, BATCH_ROWS // 2]
    gate.observe(SUITE, batch(), counted(batch()) | {"PAY-027": 11})
    with pytest.raises(GateError, match=r"PAY-027 of payroll disagrees: Great Expectations counts 10 rows .* mask 11"):
        gate.settle()
    for process in gate._pool._processes:
        os.kill(process, signal.SIGKILL)
    gate.observe(SUITE, batch().with_columns(submission_id=pl.lit("last")), counted(batch()))
    with pytest.raises(EngineError, match="ended by itself; run again"):
        gate.settle()
    gate.abandon()


def test_an_intake_large_enough_for_it_takes_in_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    for name, bound in (("here", intake_gate.WORTH_A_PROCESS), ("there", 0)):
        monkeypatch.setattr(intake_gate, "WORTH_A_PROCESS", bound)
        (tmp_path / name).mkdir()
        work = open_workspace(small.write_state(tmp_path / name))
        run_intake(work, load_reference(work.reference), Progress(quiet=True))
        gate = tmp_path / name / "receipts" / "gate"
        pages = {path.name for path in (gate / "results").rglob("*.json")}
        taken.append(({s.submission_id: s.rows_accepted for s in work.ledger.in_force()}, pages))
        assert (gate / "docs" / "index.html").is_file()
    assert taken[0] == taken[1]
    assert load_suite("payroll", ROOT / "expectations").name + "-1.json" in taken[0][1]
