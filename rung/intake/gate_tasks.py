"""The gate on a cluster: each table's suite is a task of a worker, which shares nothing but the lake.

What a suite reads of a table (expectations/projections.py) is written to `results/gate-tasks/`, as it holds values of
rows; a worker runs Great Expectations over it and writes what it found beside it, counts only. The folder is removed
when the gate ends, and before one begins, as a run that was killed cannot remove it. One run holds a lake at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import polars as pl

from expectations.gate import Gate, Observed, Waiting
from expectations.gate_process import GateProcess
from expectations.projections import Projections, projections_of
from expectations.suite_run import Answer, EngineError, run_suite
from expectations.suites import Suite
from rung.core.code import code_of, versions_of
from rung.core.orchestrator import installed
from rung.lake.parquet import scan, write_parquet
from rung.lake.place import Place
from rung.lake.results import FOLDER as RESULTS
from rung.lake.results import content_id
from rung.lake.workspace import LakeAddress, Workspace

FOLDER = f"{RESULTS}/gate-tasks"
RunTasks = Callable[[Sequence[str]], list[str]]
"""Runs every task on the cluster; the keys of their answers, in order."""


def gate_of(work: Workspace, docs_dir: Path, *, large: bool = False) -> Gate:
    """The gate where a configuration runs it: on the workers of `[runner]`, in this process, or (`large`) beside it.

    Raises RungError where it is a cluster and Dask is not installed.
    """
    if work.settings.runner.kind == "dask":
        return GateOnWorkers(docs_dir, work)
    return GateProcess(docs_dir) if large else Gate(docs_dir)


class GateOnWorkers(Gate):
    """A `Gate` whose suites workers run, those that wait at one time beside each other. The cluster that a run starts
    itself lives as long as the gate."""

    def __init__(self, docs_dir: Path, work: Workspace) -> None:
        super().__init__(docs_dir)
        self._work = work
        self._open = installed("gate", '`[runner] kind = "dask"` needs Dask: pip install rung[dask]')
        self._stack = ExitStack()
        self._run: RunTasks | None = None
        self._tasks = 0
        work.lake.remove(FOLDER)

    def _answers(self, waiting: list[Waiting]) -> Iterator[tuple[Observed, Answer]]:
        """`EngineError` also where a worker has another Rung or other libraries than this process."""
        if not waiting:
            return
        if self._run is None:
            cluster: AbstractContextManager[RunTasks] = self._open(self._work.settings.runner, self._work.lake_address)
            self._run = self._stack.enter_context(cluster)
        lake = self._work.lake
        tasks = [self._written(observed.suite, batch) for observed, batch in waiting]
        keys = self._run(tasks)
        if keys != [_answer_key(task) for task in tasks]:
            raise EngineError(
                "gate: a worker is not of this process's version: give it the same Rung and the same libraries"
            )
        for (observed, _), task, key in zip(waiting, tasks, keys, strict=True):
            found = json.loads(lake.read(key))
            lake.remove(task)
            if "error" in found:
                raise EngineError(found["error"])
            yield observed, Answer(**found)

    def abandon(self) -> None:
        """Also let the cluster go, and remove what tasks were given."""
        super().abandon()
        self._stack.close()
        self._work.lake.remove(FOLDER)

    def _written(self, suite: Suite, batch: Projections) -> str:
        """The folder of the lake with what a task needs."""
        self._tasks += 1
        task, lake = f"{FOLDER}/{self._tasks}-{suite.name}", self._work.lake
        frames = batch.frames()
        for name, frame in frames.items():
            write_parquet(lake, f"{task}/{name}.parquet", frame, ())
        about = {"rows": batch.rows, "names": batch.names, "frames": list(frames)}
        lake.write(f"{task}/suite.json", json.dumps({**about, "suite": suite.model_dump(mode="json")}).encode())
        return task


def run_suite_at(lake: LakeAddress, task: str) -> str:
    """Run the suite of a task, by a worker; returns the key of what Great Expectations found, or why it cannot answer:
    trying again would not help."""
    place = lake.open()
    about = json.loads(place.read(f"{task}/suite.json"))
    suite = Suite.model_validate(about["suite"])
    batch = projections_of(suite)
    batch.take_frames({name: _frame(place, task, name) for name in about["frames"]}, about["rows"], about["names"])
    try:
        answer = run_suite(suite, batch)
        found = {"result": answer.result, "page": answer.page}
    except EngineError as error:
        found = {"error": str(error)}
    key = _answer_key(task)
    place.write(key, json.dumps(found, default=str).encode())
    return key


def _frame(place: Place, task: str, name: str) -> pl.DataFrame:
    return scan(place, [f"{task}/{name}.parquet"]).collect()


def _answer_key(task: str) -> str:
    """Where the answer to a task lies; another version of Rung or of a library would write it elsewhere."""
    code = code_of("expectations.suite_run"), versions_of("great-expectations", "pandas", "polars")
    return f"{task}/answer-{content_id(code=code)}.json"
