"""`rung intake --watch`: the loop, and the two ways to speak (start an intake here, or an event to Prefect).

It keeps nothing that matters: what waits is the landing less the ledger, and what was refused under reference tables
that have changed since. So a watcher that was killed resumes by starting.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from rung.core.errors import RungError
from rung.intake.again import to_validate_again
from rung.intake.discover import Found, discover
from rung.intake.made_from import MadeFrom
from rung.lake.reference import ReferenceTables
from rung.lake.watched_reference import WatchedReference
from rung.lake.workspace import Workspace
from rung.watch.coalesce import Coalescer, Waiting
from rung.watch.listen import listen

logger = logging.getLogger("rung.watch")
EVENT = "rung.landing.object-created"
Announce = Callable[[Found], None]


@dataclass(frozen=True)
class WatchParameters:
    """Seconds between looks; `listen` is host:port of the notification bridge, None for polling alone."""

    every: float = 10.0
    settle: float = 5.0
    longest: float = 60.0
    remind: float = 300.0
    listen: str | None = None


def run_watch(work: Workspace, announce: Announce, parameters: WatchParameters, stop: Event | None = None) -> None:
    """Look until told to stop (SIGTERM, SIGINT). An announcement that fails is repeated at the next look."""
    stop, wake = stop or _stop_on_signals(), Event()
    coalescer = Coalescer(parameters.settle, parameters.longest, parameters.remind)
    reference = WatchedReference(work)
    failures = 0
    with listen(parameters.listen, wake):
        while not stop.is_set():
            try:
                _poll(work, announce, coalescer, reference)
                failures = 0
            except (RungError, OSError) as error:
                failures += 1
                why = error if isinstance(error, RungError) else type(error).__name__
                logger.error("watch=stopped-short failures=%d why=%s", failures, why)
            _rest(_pause(parameters, coalescer, failures), stop, wake)


def _pause(parameters: WatchParameters, coalescer: Coalescer, failures: int) -> float:
    """Seconds until the next look: soon while a burst settles, ever later (up to `remind`) while looks fail."""
    if failures:
        return min(parameters.every * 2.0 ** min(failures, 16), parameters.remind)
    return min(parameters.every, parameters.settle) if coalescer.settling else parameters.every


def _poll(work: Workspace, announce: Announce, coalescer: Coalescer, reference: WatchedReference) -> None:
    found = find_waiting(work, reference.now())
    waiting = waiting_objects(found)
    if coalescer.due(waiting, time.monotonic()):
        announce(found)
        coalescer.note(waiting, time.monotonic())
        logger.info("watch=announced drops=%d objects=%d", len(found.drops), len(waiting))


def find_waiting(work: Workspace, reference: ReferenceTables) -> Found:
    """Drops that an intake would take in now: new objects, and refused ones whose reference tables, mapping, crosswalk,
    calendar or suites have changed since."""
    made_from = MadeFrom(work.settings, reference, datetime.now(UTC).date())
    return discover(work.landing, work.ledger.seen(), to_validate_again(work.ledger, made_from, accepted=False))


def waiting_objects(found: Found) -> Waiting:
    """The objects of every drop that waits to be taken in."""
    return frozenset(
        (file.place.address, file.entry.key, file.entry.etag) for drop in found.drops for file in drop.files
    )


def _rest(seconds: float, stop: Event, wake: Event) -> None:
    """Sleep until time is up, a notification comes or the end is asked for."""
    until = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < until:
        if wake.wait(min(0.5, max(0.0, until - time.monotonic()))):
            wake.clear()
            return


def _stop_on_signals() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
