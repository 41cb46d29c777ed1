"""Sets of educators on a Dask cluster: the same results, through lost workers too, and as Prefect's tasks."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import polars as pl
import pytest
from distributed import Client, LocalCluster

from flows.cluster import on_cluster
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.core.runner_settings import Runner
from rung.core.settings import load_settings
from rung.intake.run import run_intake
from rung.lake.parquet import to_parquet
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.district_facts import DistrictFacts, district_facts
from rung.marts.district_sets import run_districts
from rung.marts.set_plan import SetPlan
from rung.marts.sets import Task, in_process, run_sets
from rung.packs.load import packs_of
from tests import small_state as small


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    work = open_workspace(small.write_state(tmp_path_factory.mktemp("state")))
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def made(work: Workspace, runner: Runner | None = None) -> dict[str, bytes]:
    """Every frame of the stages over sets from a lake that has kept nothing, in this process or on a cluster."""
    shutil.rmtree(work.settings.root / "lake" / "results", ignore_errors=True)
    plan = SetPlan.of(work, work.ledger.in_force(), load_reference(work.reference), packs_of(work.settings), 2)

    def run(sets: SetPlan, tasks: list[Task], _facts: DistrictFacts) -> list[list[str]]:
        assert runner is not None
        return on_cluster(runner, work.lake_address, sets.write(), tasks)

    facts, over = district_facts(plan), None if runner is None else run
    persons = run_sets(plan, facts, over)
    districts = run_districts(plan, persons, facts, over)
    frames = {**persons.frames, "designation": persons.designation, **districts.frames}
    return {name: to_parquet(frame.sort(pl.all()).collect(), ()) for name, frame in frames.items()}


def test_a_cluster_makes_what_one_process_makes(state: Workspace, cluster: LocalCluster) -> None:
    here = made(state)
    assert made(state, Runner(kind="dask", address=cluster.scheduler_address)) == here


@pytest.mark.slow
def test_what_a_killed_worker_was_at_is_made_by_another(state: Workspace, cluster: LocalCluster) -> None:
    """As soon as the first results lie in the lake, one of the two workers is killed."""
    here = made(state)
    killed: list[int] = []

    def kill() -> None:
        results = state.settings.root / "lake" / "results"
        with Client(cluster.scheduler_address) as client:
            pids = list(client.run(os.getpid).values())
        while not list(results.glob("ratings/*/*.parquet")):
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)
        killed.append(pids[0])

    shutil.rmtree(state.settings.root / "lake" / "results")
    killer = threading.Thread(target=kill)
    killer.start()
    there = made(state, Runner(kind="dask", address=cluster.scheduler_address))
    killer.join(60)
    assert killed and there == here


@pytest.mark.slow
def test_with_a_prefect_api_sets_are_its_tasks(
    state: Workspace, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    here = made(state)
    with prefect_test_harness(server_startup_timeout=300):
        monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
        assert made(state, Runner(kind="dask", address=cluster.scheduler_address)) == here
        with get_client(sync_client=True) as client:
            runs = client.read_task_runs()
    assert len(runs) == 2 * 7 + 1 and {run.state_name for run in runs} == {"Completed"}


def test_what_a_worker_of_another_version_made_goes_into_no_mart(state: Workspace) -> None:
    plan = SetPlan.of(state, state.ledger.in_force(), load_reference(state.reference), packs_of(state.settings), 1)

    def other(sets: SetPlan, tasks: list[Task], facts: DistrictFacts) -> list[list[str]]:
        return [[key.replace("/", "/x", 1) for key in keys] for keys in in_process(sets, tasks, facts)]

    with pytest.raises(RungError, match="the same Rung and the same libraries"):
        run_sets(plan, district_facts(plan), other)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ('kind = "dask"', "needs `address` of a running cluster, or `workers`"),
        ('kind = "dask"\nworkers = 2\naddress = "tcp://a:1"', "one of them"),
        ("workers = 2", 'are for `kind = "dask"`'),
        ('kind = "spark"', "runner.kind"),
    ],
)
def test_a_runner_that_cannot_run_is_refused(tmp_path: Path, lines: str, wrong: str) -> None:
    (tmp_path / "rung.toml").write_text(f"{small.CONFIG}[runner]\n{lines}\n")
    with pytest.raises(RungError, match=wrong):
        load_settings(tmp_path / "rung.toml")
