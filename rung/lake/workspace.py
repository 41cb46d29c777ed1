"""The opened places of one configuration: what every command works in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rung.core.settings import Settings, load_settings
from rung.lake.lake_schema import check_lake
from rung.lake.ledger import Ledger
from rung.lake.place import Place
from rung.lake.places import LocalPlace, open_place
from rung.lake.run_lock import one_run


@dataclass(frozen=True)
class LakeAddress:
    """Where a lake lies, for a worker that shares nothing else; credentials are its own, as `[s3]` says."""

    address: str
    root: str
    endpoint_url: str | None
    region: str | None
    mode: int

    def open(self) -> Place:
        """The lake. Raises RungError for one of another version."""
        return check_lake(open_place(self.address, Path(self.root), self.endpoint_url, self.region, self.mode))


@dataclass(frozen=True)
class Workspace:
    """Settings and the places they name, each opened once."""

    settings: Settings

    def _open(self, address: str) -> Place:
        s3 = self.settings.s3
        return open_place(address, self.settings.root, s3.endpoint_url, s3.region, self.mode)

    @property
    def mode(self) -> int:
        """Rights of the files that Rung makes: they hold what is about persons."""
        return 0o640 if self.settings.storage.group_readable else 0o600

    @cached_property
    def landing(self) -> tuple[Place, ...]:
        return tuple(self._open(address) for address in self.settings.storage.landing)

    @cached_property
    def reference(self) -> Place:
        return self._open(self.settings.storage.reference)

    @property
    def lake_address(self) -> LakeAddress:
        s3, storage = self.settings.s3, self.settings.storage
        return LakeAddress(storage.lake, str(self.settings.root), s3.endpoint_url, s3.region, self.mode)

    @cached_property
    def lake(self) -> Place:
        return check_lake(self._open(self.settings.storage.lake))

    @cached_property
    def receipts(self) -> Place:
        return self._open(self.settings.storage.receipts)

    @cached_property
    def releases(self) -> Place:
        return self._open(self.settings.storage.releases)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.storage.ledger, self.settings.root, self.mode)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lake against other runs; wait for one that holds it, and say so. Leftovers of dead runs go first."""
        with one_run(self.ledger, self.settings.storage.wait_seconds, lambda line: sys.stderr.write(f"rung: {line}\n")):
            for place in (self.lake, self.receipts, self.releases):
                if isinstance(place, LocalPlace):
                    place.sweep()
            yield


def open_workspace(config: Path) -> Workspace:
    """The workspace of a configuration file. Raises RungError."""
    return Workspace(load_settings(config))
