"""What a new version of Rung does to a lake and its ledger, and doing it. Asking changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError
from rung.core.settings import Settings
from rung.lake.accepted import FOLDER, ORDER, accepted_schema
from rung.lake.lake_schema import VERSION, mark_lake, recorded_version, version_of
from rung.lake.ledger import Ledger
from rung.lake.ledger_schema import ledger_url, pending_migrations
from rung.lake.packing import loose_objects, pack
from rung.lake.parquet import scan, write_parquet
from rung.lake.place import Place
from rung.lake.places import open_place
from rung.lake.run_lock import one_run

READERS = 16


@dataclass(frozen=True)
class ExtractPlan:
    """An extract's accepted files: how many lack a column (read as empty), have one too many (not read), or have one of
    another type: those are rewritten."""

    extract: str
    files: int
    lacking: dict[str, int]
    ignored: dict[str, int]
    retyped: dict[str, int]
    rewritten: tuple[str, ...]


@dataclass(frozen=True)
class UpgradePlan:
    """From which version to which, whether the lake is marked with its own, and what changes where.

    `loose`: objects of one submission's accepted rows, to be put together or removed.
    """

    lake: str
    version: int
    marked: bool
    to_version: int
    extracts: tuple[ExtractPlan, ...]
    loose: int
    migrations: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        rewritten = self.loose or any(each.rewritten for each in self.extracts)
        return self.marked and self.version == self.to_version and not rewritten and not self.migrations


def plan_upgrade(settings: Settings) -> UpgradePlan:
    """Look at every accepted file's columns and at the ledger. Raises RungError for a lake newer than this Rung."""
    lake = _lake(settings)
    version = version_of(lake)
    if version > VERSION:
        raise RungError(
            f"{lake.uri('')}: the lake has version {version}, this Rung knows up to {VERSION}; nothing to do"
        )
    return UpgradePlan(
        lake=lake.uri(""),
        version=version,
        marked=recorded_version(lake) is not None,
        to_version=VERSION,
        extracts=tuple(_plan(lake, extract) for extract in EXTRACTS),
        loose=sum(1 for _ in loose_objects(lake)) if version < 2 else 0,
        migrations=tuple(pending_migrations(ledger_url(settings.storage.ledger, settings.root))),
    )


def upgrade(settings: Settings, announce: Callable[[str], object]) -> None:
    """Do what the plan says, alone in the lake: move the ledger forward, rewrite files, put rows together, mark
    the lake last. Stopped midway: run it again.

    `announce` hears where a run is waited for. Raises RungError naming file and column where a value does not fit the
    new type, and where the run does not end.
    """
    lake, ledger = _lake(settings), Ledger(settings.storage.ledger, settings.root)
    with one_run(ledger, settings.storage.wait_seconds, announce):
        for each in plan_upgrade(settings).extracts:
            for key in each.rewritten:
                _rewrite(lake, each.extract, key)
        pack(lake, ledger)
        mark_lake(lake)


def plan_lines(plan: UpgradePlan) -> Iterator[str]:
    """The plan in a person's words."""
    mark = "" if plan.marked else ", not marked with it"
    yield f"lake {plan.lake}: version {plan.version}{mark}; this Rung: version {plan.to_version}"
    for each in plan.extracts:
        yield f"  {each.extract}: {each.files:,} files, {len(each.rewritten):,} to rewrite"
        yield from (f"    {name}: missing in {count:,}, read as empty" for name, count in each.lacking.items())
        yield from (f"    {name}: not in the contract, ignored in {count:,}" for name, count in each.ignored.items())
        yield from (f"    {name}: of another type in {count:,}" for name, count in each.retyped.items())
    if plan.loose:
        yield f"  {plan.loose:,} files of one submission each, to be put together by extract and year"
    yield f"ledger: {', '.join(plan.migrations) or 'nothing to move forward'}"
    yield "nothing to do" if plan.nothing else "to do it: rung upgrade --apply"


def _lake(settings: Settings) -> Place:
    return open_place(settings.storage.lake, settings.root, settings.s3.endpoint_url, settings.s3.region)


def _plan(lake: Place, extract: str) -> ExtractPlan:
    wanted = accepted_schema(extract)
    keys = [entry.key for entry in lake.entries(f"{FOLDER}/{extract}")]
    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(lambda key: scan(lake, [key]).collect_schema(), keys))
    lacking, ignored, retyped = Counter[str](), Counter[str](), Counter[str]()
    rewritten = []
    for key, schema in zip(keys, found, strict=True):
        lacking.update(name for name in wanted if name not in schema)
        ignored.update(name for name in schema if name not in wanted)
        other = [name for name in wanted if name in schema and schema[name] != wanted[name]]
        retyped.update(other)
        if other:
            rewritten.append(key)
    return ExtractPlan(extract, len(keys), dict(lacking), dict(ignored), dict(retyped), tuple(rewritten))


def _rewrite(lake: Place, extract: str, key: str) -> None:
    """One file with the contract's types; columns that the contract lacks stay in it."""
    frame = scan(lake, [key]).collect()
    for name, kind in accepted_schema(extract).items():
        if name in frame.columns:
            try:
                frame = frame.with_columns(pl.col(name).cast(kind, strict=True))
            except pl.exceptions.PolarsError:
                raise RungError(
                    f"{lake.uri(key)}: column {name} has values that are no {kind}; the lake stays as it is"
                ) from None
    write_parquet(lake, key, frame, ORDER)
