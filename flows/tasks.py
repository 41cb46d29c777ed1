"""How a stage is followed in Prefect: a task with its progress and one log line; nothing of a person leaves it.

Only what can differ next time is tried again: another writer was first, the ledger's server or the storage did not
answer. A broken contract, a gate or a wrong configuration is the same tomorrow and fails at once.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import get_run_logger, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency

from flows.artifacts import leave_failure
from flows.names import done, rename_task_run
from rung.core.errors import RungError, unexpected
from rung.core.progress import Progress
from rung.lake.workspace import Workspace

HOUR = 3600
RETRY_AFTER_SECONDS = [10.0, 60.0]
PROGRESS_EVERY_SECONDS = 2.0
# A killed run frees the lake after this long; a living one renews long before.
LEASE_SECONDS = 120
# Frames, not receipts: it is read where it is used and is no task.
INLINE = ("reference",)


# Nothing persisted or cached, no retry of the whole, an artifact that says why when it fails.
FLOW_DEFAULTS: dict[str, Any] = {
    "persist_result": False,
    "log_prints": False,
    "on_failure": [leave_failure],
    "on_crashed": [leave_failure],
}


class Unexpected(RungError):
    """An error nobody foresaw, told by its kind and place: its own words may hold a district's rows."""

    exit_code = 2


def tasks_of(work: Workspace) -> Callable[[str, Callable[[], Any]], Any]:
    """How stages of this workspace are run as Prefect tasks: by name."""
    return lambda name, stage: _as_task(work, name, stage)


def _as_task(work: Workspace, name: str, stage: Callable[[], Any]) -> Any:
    """Run one stage as a Prefect task; its result stays in memory. The stage is repeatable by design (section 5).

    The task run is called after the state, and after what it made when it is done.
    """
    if name in INLINE:
        return stage()
    follow = task(
        name=name,
        task_run_name=f"{name}: {work.settings.state.name}",
        cache_policy=NO_CACHE,
        persist_result=False,
        log_prints=False,
        retries=len(RETRY_AFTER_SECONDS),
        retry_delay_seconds=RETRY_AFTER_SECONDS,
        retry_condition_fn=_may_differ_next_time,
    )
    return follow(lambda: _logged(work, name, stage))()


def _logged(work: Workspace, name: str, stage: Callable[[], Any]) -> Any:
    """Run a stage and log its end as `key=value` words: counts and seconds, never a name, an id or a cell."""
    logger = get_run_logger()
    start = time.perf_counter()
    try:
        result = stage()
    except RungError as error:
        logger.error("stage=%s event=stopped seconds=%.1f kind=%s", name, _since(start), type(error).__name__)
        raise
    except Exception as error:
        logger.error("stage=%s event=failed seconds=%.1f kind=%s", name, _since(start), type(error).__name__)
        if transient(error):
            raise
        raise Unexpected(unexpected(error)) from None
    pairs = " ".join(f"{key}={value}" for key, value in counts_of(result).items())
    logger.info("stage=%s event=done seconds=%.1f %s", name, _since(start), pairs)
    if made := done(work, result):
        rename_task_run(f"{name}: {made}")
    return result


def counts_of(result: Any) -> dict[str, Any]:
    """What a receipt may say in a log: its numbers, states and content-made ids."""
    fields: dict[str, Any] = getattr(result, "__dict__", {})
    fields_shown = {key: value for key, value in fields.items() if isinstance(value, bool | int) or key.endswith("_id")}
    return fields_shown | {f"submissions_{state}": count for state, count in sorted(fields.get("states", {}).items())}


def transient(error: BaseException) -> bool:
    """Could the same call succeed next time: a lost race, or a server that did not answer."""
    from botocore.exceptions import BotoCoreError
    from sqlalchemy.exc import OperationalError

    from rung.lake.place import Conflict, Unavailable

    return isinstance(error, Conflict | Unavailable | BotoCoreError | OperationalError | ConnectionError | TimeoutError)


def _may_differ_next_time(_task: Any, _run: Any, state: Any) -> bool:
    try:
        state.result()
    except Exception as error:
        return transient(error)
    return False


def _since(start: float) -> float:
    return time.perf_counter() - start


@dataclass
class TrackedProgress(Progress):
    """Progress that the Prefect UI shows too: one progress artifact a stage, sent at most every two seconds."""

    quiet: bool = True

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        made: Any = create_progress_artifact(0.0, key=f"progress-{name}", description=f"Progress of {name}")
        artifact: UUID = made
        read, sent = 0, time.monotonic()

        with super().stage(name, total) as advance:

            def advance_shown(portion: int) -> None:
                nonlocal read, sent
                advance(portion)
                read += portion
                if total and time.monotonic() - sent >= PROGRESS_EVERY_SECONDS:
                    sent = time.monotonic()
                    _show(artifact, min(99.0, 100.0 * read / total))

            yield advance_shown
        _show(artifact, 100.0)


def _show(artifact: UUID, percent: float) -> None:
    update_progress_artifact(artifact, progress=percent)


def lake_lock(work: Workspace) -> str:
    """Name of the limit of one writer for this lake, the same from every deployment and terminal."""
    lake = work.settings.storage.lake
    place = lake if "://" in lake else str((work.settings.root / lake).resolve())
    return f"rung-lake-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


@contextmanager
def one_run_per_lake(work: Workspace) -> Iterator[None]:
    """Wait until no other tracked run writes this lake, then hold it. A run that dies frees it within the lease."""
    name = lake_lock(work)
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, 1)
    logging.getLogger("prefect.rung").debug("lake=%s", name)
    lease: dict[str, Any] = {"lease_duration": LEASE_SECONDS, "raise_on_lease_renewal_failure": False}
    # The lake's own lock too: a run in a terminal holds no lease of Prefect's.
    with concurrency(name, occupy=1, strict=True, **lease), work.alone():
        yield
