"""The gate on a Dask cluster: the results of one process, through lost workers too, and it stops what it must."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from expectations.gate import Gate, GateReceipt
from expectations.suite_run import EngineError, GateError
from rung.core.errors import GateFailed, RungError
from rung.core.progress import Progress
from rung.core.runner_settings import Runner
from rung.intake import gate_tasks
from rung.intake.gate_tasks import FOLDER, GateOnWorkers
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import run_all
from tests import small_state as small
from tests.expectations.test_gate import SUITE, batch, counted
from tests.expectations.test_gate_process import OTHER, observe_two_tables


@pytest.fixture
def work(tmp_path: Path, cluster: LocalCluster) -> Workspace:
    return workspace(tmp_path, cluster)


def workspace(root: Path, cluster: LocalCluster | None) -> Workspace:
    work = open_workspace(small.write_state(root))
    if cluster is not None:
        runner = Runner(kind="dask", address=cluster.scheduler_address, buckets=1)
        work = Workspace(work.settings.model_copy(update={"runner": runner}))
    return work


def left(work: Workspace) -> list[str]:
    return [entry.key for entry in work.lake.entries(FOLDER)]


def plain(receipts: tuple[GateReceipt, ...]) -> list[tuple[Any, ...]]:
    return [(each.table, each.rows, [asdict(rule) for rule in each.rules], each.results.name) for each in receipts]


def results(root: Path) -> dict[str, Any]:
    """What the library found, but when it did."""
    found = {path.name: json.loads(path.read_text()) for path in sorted(root.rglob("results/**/*.json"))}
    for result in found.values():
        del result["meta"]["run_id"]
    return found


def test_workers_answer_as_the_gate_here_does(tmp_path: Path, work: Workspace) -> None:
    with Gate(tmp_path / "here") as here:
        observe_two_tables(here)
        expected = plain(here.settle())
    with GateOnWorkers(tmp_path / "there", work) as there:
        observe_two_tables(there)
        assert plain(there.settle()) == expected
        assert left(work) == [], "what a task was given goes as soon as it is answered"
    assert results(tmp_path / "there") == results(tmp_path / "here")
    for name in ("index.html", "validations/payroll/1.html"):
        assert (tmp_path / "there" / name).is_file()
    front = [(tmp_path / where / "index.html").read_text() for where in ("here", "there")]
    assert front[0] == front[1]


def test_counts_that_differ_and_an_engine_that_cannot_answer_stop_the_run(tmp_path: Path, work: Workspace) -> None:
    gate = GateOnWorkers(tmp_path / "docs", work)
    gate.observe(SUITE, batch(), counted(batch()) | {"PAY-027": 11})
    gate.observe(OTHER, batch(), counted(batch()))
    with pytest.raises(GateError, match=r"PAY-027 of payroll disagrees: Great Expectations counts 10 rows .* mask 11"):
        gate.settle()
    assert left(work) != []
    gate.abandon()
    assert left(work) == []
    rule = SUITE.expectations[26].model_copy(update={"kwargs": {"column": "amount", "value_set": 5}})
    broken = SUITE.model_copy(update={"expectations": (rule,)})
    with GateOnWorkers(tmp_path / "docs", work) as gate:
        gate.observe(broken, batch(), {"PAY-027": 0})
        with pytest.raises(EngineError, match="Great Expectations"):
            gate.settle()


def test_a_worker_of_another_version_stops_the_run(
    tmp_path: Path, work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_tasks, "versions_of", lambda *_: {"polars": "0"})
    with GateOnWorkers(tmp_path / "docs", work) as gate:
        gate.observe(SUITE, batch(), counted(batch()))
        with pytest.raises(EngineError, match="the same Rung and the same libraries"):
            gate.settle()


def test_a_whole_run_is_the_same_on_workers_and_leaves_nothing(tmp_path: Path, cluster: LocalCluster) -> None:
    """Intake and marts; receipts but for times, and what the lake keeps."""
    made = []
    for name, on in (("here", None), ("there", cluster)):
        (tmp_path / name).mkdir()
        work = workspace(tmp_path / name, on)
        run_all(work, Progress(quiet=True))
        assert left(work) == []
        lake = {str(path.relative_to(tmp_path / name)) for path in (tmp_path / name / "lake").rglob("gate/**/*.json")}
        history = sorted((tmp_path / name / "receipts" / "gate" / "history").rglob("counts.json"))
        counts = [json.loads(path.read_text()) for path in history]
        docs = {
            str(path.relative_to(tmp_path / name))
            for kind in ("docs", "marts")
            for path in (tmp_path / name / "receipts" / "gate" / kind).rglob("*.html")
        }
        made.append((results(tmp_path / name / "receipts"), {key.split("/")[-2] for key in lake}, counts, docs))
    assert made[0] == made[1]
    assert len(made[0][2]) == 2 and len(made[0][1]) > 20


def test_a_mask_that_is_wrong_stops_an_intake_on_workers(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is accepted, and no values of rows stay behind."""
    real = Gate.observe

    def observe(self: Gate, suite: Any, frame: Any, counts: Any) -> None:
        real(self, suite, frame, {**counts, "PAY-027": 99} if suite.name == "payroll" else counts)

    monkeypatch.setattr(Gate, "observe", observe)
    with pytest.raises(GateFailed, match="PAY-027 of payroll disagrees"):
        run_all(work, Progress(quiet=True))
    assert work.ledger.in_force() == [] and left(work) == []
    assert list((work.settings.root / "receipts" / "gate" / "results").rglob("payroll-1.json"))


# In a worker: its next suite is its end.
ENDS_AT_A_SUITE = """
from rung.intake import gate_tasks
gate_tasks.run_suite = lambda *_: __import__("os").abort()
"""


def test_what_a_killed_worker_was_at_is_asked_of_another(
    tmp_path: Path, work: Workspace, cluster: LocalCluster
) -> None:
    """One of the two workers is killed over its suite."""
    with Gate(tmp_path / "here") as here:
        observe_two_tables(here)
        expected = plain(here.settle())
    with Client(cluster.scheduler_address) as client:
        before = client.run(os.getpid)
        doomed = min(before)
        client.run(exec, ENDS_AT_A_SUITE, workers=[doomed])
        with GateOnWorkers(tmp_path / "there", work) as there:
            observe_two_tables(there)
            assert plain(there.settle()) == expected
        client.wait_for_workers(2)
        assert before[doomed] not in client.run(os.getpid).values()
    assert left(work) == []


def test_a_cluster_without_dask_is_refused(work: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.core.orchestrator.entry_points", lambda **_: ())
    with pytest.raises(RungError, match=r"needs Dask: pip install rung\[dask\]"):
        GateOnWorkers(tmp_path / "docs", work)


@pytest.mark.slow
def test_with_a_prefect_api_suites_are_its_tasks(
    tmp_path: Path, work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with Gate(tmp_path / "here") as here:
        observe_two_tables(here)
        expected = plain(here.settle())
    with prefect_test_harness(server_startup_timeout=300):
        monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
        with GateOnWorkers(tmp_path / "there", work) as there:
            observe_two_tables(there)
            assert plain(there.settle()) == expected
        with get_client(sync_client=True) as client:
            runs = client.read_task_runs()
    assert len(runs) == 2 and {run.state_name for run in runs} == {"Completed"}
