"""One run at a time in a lake: a second one waits for the first, for a bounded time, and says so.

The lock is the ledger's, of which a lake has one: an advisory lock of PostgreSQL, or a lock on a file beside SQLite's.
Both are freed when the process that holds them ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.ledger import Ledger
from rung.lake.ledger_schema import RUN_LOCK

LOOK_EVERY = 0.5  # seconds
# Lakes that this process holds: what a run calls may ask again.
_HELD: set[str] = set()


@contextmanager
def one_run(ledger: Ledger, wait_seconds: float, announce: Callable[[str], object]) -> Iterator[None]:
    """Hold the lake while the context lasts. `announce` is called once where another run is waited for.

    Raises RungError where the other run has not ended after `wait_seconds`.
    """
    name = str(ledger.url)
    if name in _HELD:
        yield
        return
    with _locks(ledger) as taken:
        until = time.monotonic() + wait_seconds
        announced = False
        while not taken():
            if not announced:
                announce(f"another run works in this lake; waiting for it, at most {wait_seconds:,.0f} s")
                announced = True
            if time.monotonic() >= until:
                raise RungError(
                    f"another run has worked in this lake for more than {wait_seconds:,.0f} s; let it end, or raise"
                    " `[storage] wait_seconds`, and run again"
                )
            time.sleep(min(LOOK_EVERY, max(0.0, until - time.monotonic())))
        _HELD.add(name)
        try:
            yield
        finally:
            _HELD.discard(name)


def is_held(ledger: Ledger) -> bool:
    """Whether a run works in the lake now, in this process or another."""
    if str(ledger.url) in _HELD:
        return True
    with _locks(ledger) as taken:
        return not taken()


@contextmanager
def _locks(ledger: Ledger) -> Iterator[Callable[[], bool]]:
    """What tries to take the lock and says whether it has; freed at the end."""
    if ledger.engine.dialect.name == "postgresql":
        # A connection of its own: the lock is the session's, and outlives every transaction in it.
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            ask = sa.text("SELECT pg_try_advisory_lock(:n)")
            yield lambda: bool(connection.execute(ask, {"n": RUN_LOCK}).scalar_one())
        return
    path = Path(f"{ledger.url.database}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lambda: _flock(descriptor)
    finally:
        os.close(descriptor)


def _flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
