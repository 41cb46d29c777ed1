"""What a decision is made from, as hashes by kind: when one of them changes, what was refused is judged again.

Two sorts. What the rows depend on (`code`, `suites`, `reference`, `mapping`, `crosswalk`): with other ones the same
files make another submission, so that the rows of the older stay as they were known. What only the decision depends on
(`bounds`, `calendar`, `certified`, `in_force`): with other ones the same submission is decided again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rung.core.code import code_of
from rung.core.rules import suite_of
from rung.core.settings import Settings
from rung.lake.reference import ReferenceTables

OF_ROWS = ("code", "suites", "reference", "mapping", "crosswalk")
# The reference tables that intake looks codes up in.
LOOKED_UP = ("districts", "schools", "pay_codes", "funds", "rating_systems")
# Extracts that one drop can hold: a position file among rosters brings its pay.
TOGETHER = {"roster": ("roster", "payroll")}
# What reads, conforms, validates and decides; with everything that these import.
CODE = (
    "rung.intake.read",
    "rung.intake.validate",
    "rung.intake.validated_parts",
    "rung.intake.one_file",
    "expectations.moved",
)


@dataclass(frozen=True)
class MadeFrom:
    """The hashes in force today, by place."""

    settings: Settings
    reference: ReferenceTables
    today: date
    _known: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)
    _places: dict[tuple[str, int, str], dict[str, str]] = field(default_factory=dict, compare=False)

    def of(self, lea_id: str, school_year: int, extract: str) -> dict[str, str]:
        """Kind → hash for a drop of a place. `certified` and `in_force` are added where a decision came from them."""
        place = (lea_id, school_year, extract)
        if place not in self._places:  # asked for when a drop is numbered, and again when it is decided
            self._places[place] = self._shared(extract) | self._own(*place)
        return self._places[place]

    def _own(self, lea_id: str, school_year: int, extract: str) -> dict[str, str]:
        return {
            "mapping": _hash([self._hash_of(f"mappings/{lea_id}{ending}") for ending in (".yaml", ".yml")]),
            "crosswalk": _hash(self._hash_of(f"crosswalks/{lea_id}.csv")),
            "calendar": self._window(school_year, extract),
        }

    def _shared(self, extract: str) -> dict[str, str]:
        """What every drop of an extract depends on, hashed once a run."""
        if extract not in self._known:
            suites = [suite_of(name, self.settings) for name in TOGETHER.get(extract, (extract,))]
            self._known[extract] = {
                "code": code_of(*CODE)[:16],
                "suites": _hash([suite.model_dump(mode="json") for suite in suites]),
                "reference": _hash([self._file(name) for name in LOOKED_UP]),
                "bounds": _hash([self.settings.gate.model_dump(), self.settings.intake.model_dump()]),
            }
        return self._known[extract]

    def _file(self, name: str) -> str:
        return self._hash_of(f"{name}.parquet") or self._hash_of(f"{name}.csv")

    def _hash_of(self, key: str) -> str:
        return self.reference.hashes.get(key, "")

    def _window(self, school_year: int, extract: str) -> str:
        window = self.reference.window(school_year, extract)
        if window is None:
            return ""
        return _hash([window.opens.isoformat(), window.closes.isoformat(), self.today >= window.opens])


def changed(then: str, now: Mapping[str, str]) -> bool:
    """Whether a decision made from `then` (JSON) could be another one today. One that says nothing could."""
    recorded: dict[str, str] = json.loads(then) if then else {}
    return not recorded or any(value != now.get(kind, "") for kind, value in recorded.items())


def versioned(base_id: str, then: str | None, now: Mapping[str, str]) -> str:
    """The id of a submission whose files have been judged before, under `then`: the same while its rows are."""
    recorded: dict[str, str] = json.loads(then) if then else {}
    if then is None or all(recorded.get(kind) == now[kind] for kind in OF_ROWS):
        return base_id
    return hashlib.sha256(f"{base_id} {_hash({kind: now[kind] for kind in OF_ROWS})}".encode()).hexdigest()[:20]


def _hash(recorded: Any) -> str:
    return hashlib.sha256(json.dumps(recorded, sort_keys=True, default=str).encode()).hexdigest()[:16]
