"""Watching the landing: look, wait until a burst has settled, say so once; say again what was not taken up."""

from __future__ import annotations

import logging
import sys
from functools import partial

from rung.core.orchestrator import orchestrator
from rung.intake.discover import Found
from rung.lake.workspace import Workspace
from rung.watch.loop import Announce, WatchParameters, run_watch

__all__ = ["watch_landing"]


def watch_landing(work: Workspace, *, every: float, listen: str | None) -> None:
    """`rung intake --watch`: events to Prefect when an API is configured, else intakes in this process."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for chatty in ("httpx", "botocore", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    to_prefect = orchestrator("announce")
    announce = intake_here(work) if to_prefect is None else partial(to_prefect, work)
    run_watch(work, announce, WatchParameters(every=every, settle=min(5.0, every), listen=listen))


def intake_here(work: Workspace) -> Announce:
    """Take in what waits, in this process. A batch that a gate stops is tried again when the watch reminds."""

    def announce(_found: Found) -> None:
        from rung.core.progress import Progress
        from rung.intake.run import run_intake
        from rung.lake.reference import load_reference

        with work.alone():
            receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
        states = " ".join(f"{state}={count}" for state, count in sorted(receipt.states.items()))
        logging.getLogger("rung.watch").info("watch=intake rows=%d %s", receipt.rows_read, states)

    return announce
