"""Watching the landing: look, wait until a burst has settled, say so once; say again what was not taken up."""

from __future__ import annotations

import logging
import os
import sys

from flows.discover import Found
from flows.watch.loop import Announce, WatchKnobs, announce_to_prefect, run_watch
from flows.workspace import Workspace

__all__ = ["watch_landing"]


def watch_landing(work: Workspace, *, every: float, listen: str | None) -> None:
    """`rung intake --watch`: events to Prefect when an API is configured, else intakes in this process."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for chatty in ("httpx", "botocore", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    announce = announce_to_prefect(work) if os.environ.get("PREFECT_API_URL") else intake_here(work)
    run_watch(work, announce, WatchKnobs(every=every, settle=min(5.0, every), listen=listen))


def intake_here(work: Workspace) -> Announce:
    """Take in what waits, in this process. A batch that a gate stops is tried again when the watch reminds."""

    def announce(_found: Found) -> None:
        from flows.intake import run_intake
        from flows.progress import Progress
        from flows.reference import load_reference

        receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
        states = " ".join(f"{state}={count}" for state, count in sorted(receipt.states.items()))
        logging.getLogger("rung.watch").info("watch=intake rows=%d %s", receipt.rows_read, states)

    return announce
