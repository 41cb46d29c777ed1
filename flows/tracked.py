"""The main job as a Prefect flow: the same stages, each a task, when a Prefect API is configured.

Tasks pass receipts, never frames, and there is one per stage, not per file. Nothing is retried here: what can differ
next time (storage) is retried where it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.progress import Progress
from flows.run import RunReceipt, run_all
from flows.workspace import open_workspace


def as_task(name: str, stage: Callable[[], Any]) -> Any:
    """Run one stage as a Prefect task; its result stays in memory."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(stage)()


@flow(name="statewide", validate_parameters=False, persist_result=False)
def statewide(config: Path, progress: Progress | None = None) -> RunReceipt:
    """Intake, marts and release over the configuration file `config`."""
    return run_all(open_workspace(Path(config)), progress or Progress(quiet=True), as_task)
