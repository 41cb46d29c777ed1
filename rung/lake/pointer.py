"""`current.json` of a place of releases: the one place where it is read and written.

`current/` is a folder that shows the same release to BI tools, a step later.
"""

from __future__ import annotations

import json

from rung.lake.place import Place

POINTER = "current.json"


def current_release(releases: Place) -> str | None:
    """The release that `current.json` names, None before the first."""
    return _release_id(releases, POINTER)


def mirrored_release(releases: Place) -> str | None:
    """The release that `current/` shows, None before the first."""
    return _release_id(releases, "current/manifest.json")


def pointer_tag(releases: Place) -> str | None:
    """The tag of `current.json`, by which `point_at` sees that nobody else moved it."""
    return releases.tag(POINTER)


def point_at(releases: Place, release_id: str, seen: str | None) -> None:
    """Make a release the current one. Raises Conflict when the pointer's tag is no longer `seen`."""
    releases.replace(POINTER, json.dumps({"release_id": release_id}).encode(), seen)


def _release_id(releases: Place, key: str) -> str | None:
    try:
        name: str = json.loads(releases.read(key))["release_id"]
    except FileNotFoundError:
        return None
    return name
