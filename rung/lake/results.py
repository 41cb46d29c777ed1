"""Results kept by content: what was made lies in the lake under the hash of its stage, its code and its inputs.

What is there is read, never made again: an unchanged input costs no work, whatever else changed. A result made from
other submissions, with all else the same, is the base of a new one: only what the changed ones touch is made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from rung.lake.parquet import scan, write_parquet
from rung.lake.place import Place
from rung.lake.submissions import Submission

FOLDER = "results"
Makes = Callable[[Sequence[str], pl.DataFrame | None], Mapping[str, pl.LazyFrame]]
INPUTS = "inputs"


def content_id(**made_from: Any) -> str:
    """The name of what is made from these: equal inputs, equal name."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Inputs:
    """The submissions that a result is made from, as (id, extract, lea_id, school_year), and the district-years of the
    whole state that have a roster."""

    submissions: frozenset[tuple[str, str, str, int]]
    rosters: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, submissions: Iterable[Submission], rosters: Iterable[tuple[str, int]] = ()) -> Inputs:
        lines = ((s.submission_id, s.extract, s.lea_id, s.school_year) for s in submissions)
        return cls(frozenset(lines), frozenset(rosters))

    @cached_property
    def id(self) -> str:
        return content_id(**self.as_json())

    def as_json(self) -> dict[str, Any]:
        return {"submissions": sorted(self.submissions), "rosters": sorted(self.rosters)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Inputs:
        return cls(frozenset(map(tuple, data["submissions"])), frozenset(map(tuple, data["rosters"])))


@dataclass(frozen=True)
class Result:
    """One kept frame. `family`: hash of all it is made from but its submissions; `order`: the key it is sorted by."""

    lake: Place
    stage: str
    family: str
    inputs: Inputs
    order: Sequence[str]

    @property
    def key(self) -> str:
        return self._key(self.inputs.id)

    def _key(self, inputs_id: str) -> str:
        return f"{FOLDER}/{self.stage}/{self.family}/{inputs_id}.parquet"

    @property
    def is_there(self) -> bool:
        return self.lake.tag(self.key) is not None

    def base(self) -> tuple[str, Inputs] | None:
        """The kept result of the family with most submissions in common, as its key and inputs; None without any."""
        best: tuple[str, Inputs] | None = None
        for entry in self.lake.entries(f"{FOLDER}/{self.stage}/{self.family}"):
            found = kept_inputs(self.lake, entry.key.rpartition("/")[2].removesuffix(".parquet"))
            if found is not None and (best is None or _apart(found, self.inputs) < _apart(best[1], self.inputs)):
                best = entry.key, found
        return best

    def write(self, frame: pl.DataFrame) -> None:
        write_parquet(self.lake, self.key, frame, self.order)

    def splice(self, base: str, touched: pl.DataFrame, made: pl.DataFrame) -> None:
        """Write the base's rows without those of `touched` (their keys), and in their place what was made for them."""
        kept = scan(self.lake, [base])
        rest = kept.join(touched.lazy(), on=touched.columns, how="anti")
        self.write(pl.concat([rest.collect(), made]))


def _apart(one: Inputs, other: Inputs) -> int:
    return len(one.submissions ^ other.submissions)


def keep_inputs(lake: Place, inputs: Inputs) -> None:
    """Write down what results under this id are made from; before the first of them."""
    key = f"{FOLDER}/{INPUTS}/{inputs.id}.json"
    if lake.tag(key) is None:
        lake.write(key, json.dumps(inputs.as_json()).encode())


def kept_inputs(lake: Place, inputs_id: str) -> Inputs | None:
    """What results under an id are made from; None where it is not written down."""
    try:
        return Inputs.from_json(json.loads(lake.read(f"{FOLDER}/{INPUTS}/{inputs_id}.json")))
    except FileNotFoundError:
        return None


def fill(
    results: Mapping[str, Result], touched_of: Callable[[Inputs, Inputs], pl.DataFrame | None], make: Makes
) -> None:
    """Make the results that the lake lacks: together those that start from results of the same submissions."""
    groups: dict[str, list[str]] = {}
    bases = {name: result.base() for name, result in results.items() if not result.is_there}
    for name, base in bases.items():
        groups.setdefault(base[1].id if base else "", []).append(name)
    for names in groups.values():
        first = results[names[0]]
        base = bases[names[0]]
        touched = touched_of(base[1], first.inputs) if base else None
        made = make(names, touched)
        keep_inputs(first.lake, first.inputs)
        collected = pl.collect_all([made[name] for name in names], engine="streaming")
        for name, frame in zip(names, collected, strict=True):
            old = bases[name]
            if touched is None or old is None:
                results[name].write(frame)
            else:
                results[name].splice(old[0], touched, frame)


def forget_others(lake: Place, used: Collection[str]) -> None:
    """Remove every kept result whose key is not `used`, and inputs that no kept result has."""
    names = {key.rpartition("/")[2].removesuffix(".parquet") for key in used}
    for entry in list(lake.entries(FOLDER)):
        stem = entry.key.rpartition("/")[2].removesuffix(".json")
        is_input = entry.key.startswith(f"{FOLDER}/{INPUTS}/")
        if stem not in names if is_input else entry.key not in used:
            lake.remove_one(entry.key)
