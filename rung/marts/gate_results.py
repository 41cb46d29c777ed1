"""The gate's answers about marts, kept by content: a mart whose bytes, suite and contract are those of a run before is
not asked again.

Counts only; no row's values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.marts import MARTS
from expectations.gate import GateReceipt, RuleResult
from rung.core.code import code_of, versions_of
from rung.core.rules import suite_of
from rung.lake.results import FOLDER, content_id
from rung.lake.workspace import Workspace

STAGE = "gate"


@dataclass(frozen=True)
class GateResults:
    """Kept answers by mart. `keys`: where the lake keeps, or will keep, each."""

    work: Workspace
    keys: Mapping[str, str]

    @classmethod
    def of(cls, work: Workspace, hashes: Mapping[str, str]) -> GateResults:
        """`hashes`: SHA-256 of the marts as they are written."""
        code = (
            code_of("expectations.gate", "contracts.marts"),
            versions_of("great-expectations", "polars", "dataframely"),
        )
        keys = {}
        for name in (name for name in MARTS if name in hashes):
            suite = suite_of(name, work.settings).model_dump(mode="json")
            made_from = content_id(mart=hashes[name], suite=suite, code=code)
            keys[name] = f"{FOLDER}/{STAGE}/{name}/{made_from}.json"
        return cls(work, keys)

    def read(self, name: str) -> GateReceipt | None:
        """What Great Expectations answered about a mart; None where it was not asked about just this one."""
        try:
            kept = json.loads(self.work.lake.read(self.keys[name])) if name in self.keys else None
        except FileNotFoundError:
            return None
        if kept is None:
            return None
        rules = tuple(RuleResult(**rule) for rule in kept["rules"])
        return GateReceipt(name, kept["rows"], rules, Path(), Path())

    def keep(self, receipts: Iterable[GateReceipt]) -> None:
        """Keep answers."""
        for receipt in (each for each in receipts if each.table in self.keys):
            rules = [{**vars(rule)} for rule in receipt.rules]
            data = json.dumps({"rows": receipt.rows, "rules": rules}, sort_keys=True).encode()
            self.work.lake.write(self.keys[receipt.table], data)
