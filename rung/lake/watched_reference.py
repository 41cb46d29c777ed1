"""Reference tables for what stays running: read again when one of their objects has changed."""

from __future__ import annotations

from rung.lake.reference import ReferenceTables, load_reference
from rung.lake.workspace import Workspace


class WatchedReference:
    """The reference tables, read again when one of their objects has changed: most looks find them as they were."""

    def __init__(self, work: Workspace) -> None:
        self._place = work.reference
        self._listed: list[tuple[str, str]] = []
        self._tables: ReferenceTables | None = None

    def now(self) -> ReferenceTables:
        """The tables as they are. Raises RungError where they cannot be read."""
        listed = [(entry.key, entry.etag) for entry in self._place.entries()]
        if self._tables is None or listed != self._listed:
            self._tables, self._listed = load_reference(self._place), listed
        return self._tables
