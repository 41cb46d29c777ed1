"""The opened places of one configuration: what every command works in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rung.core.settings import Settings, load_settings
from rung.lake.lake_schema import check_lake
from rung.lake.ledger import Ledger
from rung.lake.place import Place
from rung.lake.places import open_place


@dataclass(frozen=True)
class Workspace:
    """Settings and the places they name, each opened once."""

    settings: Settings

    def _open(self, address: str) -> Place:
        s3 = self.settings.s3
        mode = 0o640 if self.settings.storage.group_readable else 0o600
        return open_place(address, self.settings.root, s3.endpoint_url, s3.region, mode)

    @cached_property
    def landing(self) -> tuple[Place, ...]:
        return tuple(self._open(address) for address in self.settings.storage.landing)

    @cached_property
    def reference(self) -> Place:
        return self._open(self.settings.storage.reference)

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
        return Ledger(self.settings.storage.ledger, self.settings.root)


def open_workspace(config: Path) -> Workspace:
    """The workspace of a configuration file. Raises RungError."""
    return Workspace(load_settings(config))
