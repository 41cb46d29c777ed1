"""What is missing between Rung and the places where things lie: credentials, rights, a folder, the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rung.core.errors import RungError
from rung.lake.lake_schema import check_lake
from rung.lake.ledger_schema import ledger_url, pending_migrations
from rung.lake.place import ABSENT, Place
from rung.lake.places import LocalPlace, open_place
from rung.lake.workspace import Workspace

PROBE = "rung-doctor/probe"


def storage_findings(work: Workspace) -> Iterator[str]:
    """One sentence a place that cannot be used as it must be: landing and reference read, the rest written too."""
    storage = work.settings.storage
    for address in storage.landing:
        yield from _found(work, "landing", address, _readable)
    yield from _found(work, "reference", storage.reference, _readable)
    yield from _found(work, "lake", storage.lake, _writable, check_lake)
    yield from _found(work, "receipts", storage.receipts, _writable)
    yield from _found(work, "releases", storage.releases, _writable)
    try:
        pending_migrations(ledger_url(storage.ledger, work.settings.root))
    except RungError as error:
        yield str(error)


def _found(work: Workspace, name: str, address: str, *asked: Callable[[Place], Any]) -> Iterator[str]:
    s3 = work.settings.s3
    try:
        place = open_place(address, work.settings.root, s3.endpoint_url, s3.region)
        for question in asked:
            question(place)
    except RungError as error:
        yield f"{name} {address}: {error}"
    except OSError as error:
        yield f"{name} {address}: {error.strerror or type(error).__name__}; mend the folder or its rights"


def _readable(place: Place) -> None:
    """Raises RungError for a local folder that is not there, and what the storage raises."""
    if isinstance(place, LocalPlace) and not place.root.is_dir():
        raise RungError(f"{ABSENT}; make it, or change rung.toml")
    next(iter(place.entries()), None)


def _writable(place: Place) -> None:
    """Write, read and remove a small object; a local folder that was not there is taken away again."""
    root = place.root if isinstance(place, LocalPlace) else None
    made = root is not None and not root.exists()
    place.write(PROBE, b"written by rung doctor; may be removed")
    place.read(PROBE)
    place.remove(Path(PROBE).parent.name)
    if root is not None and made:
        root.rmdir()
