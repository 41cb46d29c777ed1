"""The version of a lake's layout: written beside its rows, so that a lake is read as it was meant or not at all.

A column that is added to a contract, or leaves it, needs no new version: reading by contract fills or ignores it.
A changed type or place does. Version 2: the accepted rows of a batch lie together (rung/lake/accepted.py).
"""

from __future__ import annotations

import json

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError
from rung.lake.accepted import FOLDER, accepted_schema
from rung.lake.place import Place

VERSION = 2
MARK = "schema.json"


def recorded_version(lake: Place) -> int | None:
    """The version that a lake says it has; None where it says nothing. Raises RungError for a mark nobody can read."""
    if lake.tag(MARK) is None:
        return None
    try:
        return int(json.loads(lake.read(MARK))["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise RungError(f"{lake.uri(MARK)}: does not say the lake's version ({error}); restore it") from None


def version_of(lake: Place) -> int:
    """A lake's version. One with rows and no mark is of version 1: marks came later. An empty one is as new as Rung."""
    recorded = recorded_version(lake)
    if recorded is not None:
        return recorded
    return 1 if next(iter(lake.entries(FOLDER)), None) is not None else VERSION


def check_lake(lake: Place) -> Place:
    """The lake, if this Rung can read and write it. Raises RungError naming both versions and the way on."""
    found = version_of(lake)
    if found > VERSION:
        raise RungError(
            f"{lake.uri('')}: the lake has version {found}, this Rung knows up to {VERSION}; use the newer Rung, "
            "or another lake"
        )
    if found < VERSION:
        raise RungError(
            f"{lake.uri('')}: the lake has version {found}, this Rung writes version {VERSION}; see `rung upgrade`, "
            "then `rung upgrade --apply`"
        )
    return lake


def mark_lake(lake: Place) -> None:
    """Write the version and the columns of accepted rows into the lake; nothing where the same stands there."""
    columns = {extract: {name: str(kind) for name, kind in accepted_schema(extract).items()} for extract in EXTRACTS}
    mark_text = json.dumps({"version": VERSION, "accepted": columns}, indent=1, sort_keys=True).encode()
    if lake.tag(MARK) is None or lake.read(MARK) != mark_text:
        lake.write(MARK, mark_text)
