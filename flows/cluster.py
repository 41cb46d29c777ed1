"""Sets of educators, and suites of the gate, on a Dask cluster: `[runner] kind = "dask"`.

A task is given the address of the lake and the key of what it is to work on (of a set: a plan, a stage and the number
of the set), and gives the keys of what it made: no frame goes from process to process, and workers share nothing but
the lake. What a lost worker was at is done again by another one; what a set had made lies in the lake under its content
and is found.

With a Prefect API the tasks are Prefect's, run through prefect-dask, and show there; without one, they go to the same
cluster directly, as a server of its own would cost more than it shows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from distributed import Client, LocalCluster
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect_dask.task_runners import DaskTaskRunner

from flows.tasks import FLOW_DEFAULTS
from rung.core.runner_settings import Runner
from rung.intake.gate_tasks import RunTasks, run_suite_at
from rung.lake.workspace import LakeAddress
from rung.marts.district_sets import make_set_at
from rung.marts.sets import Task

# How often a task is tried whose worker was lost, or which the storage let down.
TRIES = 3
ON_WORKERS: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "log_prints": False,
    "retries": TRIES,
}


def on_cluster(runner: Runner, lake: LakeAddress, plan_key: str, tasks: Sequence[Task]) -> list[list[str]]:
    """Make every set on the configured cluster; the keys of each, in the order of `tasks`."""
    with _cluster(runner) as address:
        made: list[list[str]] = _each(address, tasks, make_set_at, sets_on_workers, lake, plan_key)
        return made


@contextmanager
def gate_cluster(runner: Runner, lake: LakeAddress) -> Iterator[RunTasks]:
    """Inside, suites of the gate run on the configured cluster."""
    with _cluster(runner) as address:
        yield lambda tasks: _each(address, tasks, run_suite_at, gate_suites, lake)


def _each(address: str, tasks: Sequence[Any], make: Callable[..., Any], tracked: Any, *given: Any) -> list[Any]:
    """What `make` returns of `given` and each task, on the workers of a cluster; with a Prefect API, by a flow."""
    if os.environ.get("PREFECT_API_URL"):
        on_dask: Any = DaskTaskRunner(address=address)
        results: list[Any] = tracked.with_options(task_runner=on_dask)(*given, list(tasks))
        return results
    with Client(address) as client:
        made = client.map(partial(make, *given), list(tasks), retries=TRIES, pure=False)
        results = client.gather(made)
        return results


@task(name="set", **ON_WORKERS)
def set_on_worker(lake: LakeAddress, plan_key: str, one: Task) -> list[str]:
    """One set of one stage; only keys go in and out."""
    return make_set_at(lake, plan_key, one)


@flow(name="sets", **FLOW_DEFAULTS)
def sets_on_workers(lake: LakeAddress, plan_key: str, tasks: list[Task]) -> list[list[str]]:
    """Every set as a task of its own.

    Args:
        lake: Where the lake lies.
        plan_key: The plan in the lake.
        tasks: Stage and number of each set.
    """
    futures = [set_on_worker.submit(lake, plan_key, one) for one in tasks]
    return [future.result() for future in futures]


@task(name="gate-suite", **ON_WORKERS)
def gate_suite(lake: LakeAddress, one: str) -> str:
    """The suite of one table; only keys go in and out."""
    return run_suite_at(lake, one)


@flow(name="gate-suites", **FLOW_DEFAULTS)
def gate_suites(lake: LakeAddress, tasks: list[str]) -> list[str]:
    """Great Expectations over every table that waits, each as a task of its own.

    Args:
        lake: Where the lake lies.
        tasks: Keys of the lake with what each task needs.
    """
    futures = [gate_suite.submit(lake, one) for one in tasks]
    return [future.result() for future in futures]


@contextmanager
def _cluster(runner: Runner) -> Iterator[str]:
    """The scheduler's address: of the running cluster, or of one on this machine that lives as long as it is used."""
    if runner.address is not None:
        yield runner.address
        return
    threads = max(1, (os.cpu_count() or 1) // (runner.workers or 1))
    made: dict[str, Any] = {"n_workers": runner.workers, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(**made, env={"POLARS_MAX_THREADS": str(threads)}) as cluster:
        yield str(cluster.scheduler_address)
