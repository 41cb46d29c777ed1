"""What sets of educators are made from: submissions in force, reference tables, packs. Workers read it in the lake."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from contracts.policy.packs import Pack
from contracts.reference import REFERENCES
from rung.lake.parquet import write_parquet
from rung.lake.place import Place
from rung.lake.reference import ReferenceTables
from rung.lake.results import FOLDER as RESULTS
from rung.lake.results import content_id
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace

FOLDER = f"{RESULTS}/plans"  # forgotten when the run is done, as any result that nothing uses


@dataclass
class ReadAgain:
    """What this process has opened for the sets: submissions by id; districts whose submissions have changed."""

    opened: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def of_others(self, extract: str, in_force: Iterable[Submission]) -> dict[str, int]:
        """Accepted rows of an extract in districts of which nothing has changed: those opened (`read`), and `all`."""
        others = [s for s in in_force if s.extract == extract and s.lea_id not in self.changed]
        opened = sum(s.rows_accepted for s in others if s.submission_id in self.opened)
        return {"read": opened, "all": sum(s.rows_accepted for s in others)}


@dataclass(frozen=True)
class SetPlan:
    """`replaced`: the objects of the lake that hold the rows of submissions that are not in force, by their ids.
    `hashes`: SHA-256 of each reference table's file. `buckets`, `district_buckets`: into how many sets educators and
    districts fall, by hash. `metrics`: the parameters of metrics that the state has set."""

    lake: Place
    in_force: tuple[Submission, ...]
    replaced: Mapping[str, str]
    reference: Mapping[str, pl.DataFrame]
    hashes: Mapping[str, str]
    packs: tuple[Pack, ...]
    buckets: int
    district_buckets: int
    metrics: Mapping[str, Any]
    again: ReadAgain = field(default_factory=ReadAgain, compare=False)

    @classmethod
    def of(
        cls,
        work: Workspace,
        in_force: Sequence[Submission],
        reference: ReferenceTables,
        packs: Sequence[Pack],
        least: int = 1,
    ) -> SetPlan:
        """The plan of a run. Sets: as many as `[runner] buckets` says; without it, as the rosters' size asks for, and
        `least` or more."""
        tables = {name: reference.tables[name] for name in REFERENCES}
        hashes = {key.partition(".")[0]: sha256 for key, sha256 in reference.hashes.items() if "/" not in key}
        standing = {each.submission_id for each in in_force}
        others = (each.submission for each in work.ledger.standings() if each.submission.submission_id not in standing)
        replaced = {each.submission_id: each.kept_in for each in others if each.kept_in}
        rows = sum(each.rows_accepted for each in in_force if each.extract == "roster")
        buckets, district_buckets = (
            work.settings.runner.buckets or max(1 + rows // at_once, least)
            for at_once in (ROSTER_ROWS_AT_ONCE, ROSTER_ROWS_OF_DISTRICTS)
        )
        return cls(
            lake=work.lake,
            in_force=tuple(in_force),
            replaced=replaced,
            reference=tables,
            hashes=hashes,
            packs=tuple(packs),
            buckets=buckets,
            district_buckets=district_buckets,
            metrics=work.settings.metrics,
        )

    def submissions(self, extracts: Collection[str]) -> list[Submission]:
        """Those of some extracts."""
        return [each for each in self.in_force if each.extract in extracts]

    def family(self, references: Collection[str], **made_from: Any) -> str:
        """The name of a result's family: the reference tables that it reads, and what else it is made from."""
        return content_id(reference={name: self.hashes.get(name) for name in sorted(references)}, **made_from)

    def write(self) -> str:
        """Write the plan into the lake, for workers; returns its key."""
        tables = {}
        for name, frame in self.reference.items():
            key = f"{FOLDER}/reference/{name}-{self.hashes.get(name, 'none')[:20]}.parquet"
            if self.lake.tag(key) is None:
                write_parquet(self.lake, key, frame, frame.columns)
            tables[name] = key
        plan = {
            "in_force": [asdict(each) for each in self.in_force],
            "replaced": dict(sorted(self.replaced.items())),
            "tables": tables,
            "hashes": dict(self.hashes),
            "packs": [pack_data(pack) for pack in self.packs],
            "buckets": self.buckets,
            "district_buckets": self.district_buckets,
            "metrics": self.metrics,
        }
        key = f"{FOLDER}/{content_id(**plan)}.json"
        self.lake.write(key, json.dumps(plan).encode())
        return key

    @classmethod
    def read(cls, lake: Place, key: str) -> SetPlan:
        """The plan that lies under a key. Raises FileNotFoundError."""
        plan = json.loads(lake.read(key))
        return cls(
            lake=lake,
            in_force=tuple(Submission(**each) for each in plan["in_force"]),
            replaced=plan["replaced"],
            reference={name: pl.read_parquet(lake.read(place)) for name, place in plan["tables"].items()},
            hashes=plan["hashes"],
            packs=tuple(pack_from(each) for each in plan["packs"]),
            buckets=plan["buckets"],
            district_buckets=plan["district_buckets"],
            metrics=plan["metrics"],
        )


# Beyond so many roster rows, educators, and districts, are worked on in several sets, one after the other, to bound the
# memory.
ROSTER_ROWS_AT_ONCE = 1_000_000
ROSTER_ROWS_OF_DISTRICTS = 500_000


def pack_data(pack: Pack) -> dict[str, Any]:
    """All of a pack: a state's knobs and its districts' own are not among what a pack prints."""
    settings = {name: pack.settings[name] for name in sorted(pack.settings)}
    districts = {lea_id: dict(sorted(knobs.items())) for lea_id, knobs in sorted(pack.districts.items())}
    return {
        "pack": pack.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "settings": settings,
        "districts": districts,
    }


def pack_from(data: dict[str, Any]) -> Pack:
    """The pack that `pack_data` wrote."""
    knobs = {"settings": _tuples(data["settings"])}
    districts = {lea_id: _tuples(knobs) for lea_id, knobs in data["districts"].items()}
    return Pack.model_validate({**data["pack"], **knobs, "districts": districts})


def _tuples(knobs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in knobs.items()}
