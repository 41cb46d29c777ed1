"""Releases side by side: what changed since one, going back to one, and how many are kept."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.public import PUBLIC
from rung.core.errors import RungError
from rung.lake.place import Place
from rung.lake.pointer import current_release, pointer_tag
from rung.lake.workspace import Workspace
from rung.marts.build import MartsReceipt
from rung.release.contents import restricted_files, table_name
from rung.release.memory import holder
from rung.release.publish import educator_key_of, show


@dataclass(frozen=True)
class MartChange:
    """A mart in two releases: rows before and after; rows only in one of them and rows that differ, by key."""

    mart: str
    rows_before: int | None
    rows_after: int | None
    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class ReleaseDiff:
    """What changed from one release to another. `headlines`: figure → (before, after), where they differ."""

    before: str
    after: str
    marts: tuple[MartChange, ...]
    headlines: dict[str, tuple[Any, Any]]


def read_manifest(releases: Place, release_id: str) -> dict[str, Any]:
    """A release's manifest. Raises RungError when there is no such release."""
    try:
        manifest: dict[str, Any] = json.loads(releases.read(f"{release_id}/manifest.json"))
    except FileNotFoundError:
        raise RungError(f"{release_id}: no such release; `rung release --list` names those that are kept") from None
    return manifest


def read_checked(releases: Place, release_id: str, path: str) -> bytes:
    """A file of a release whose checksum is the manifest's. Raises RungError when it is not."""
    wanted = {file["path"]: file["sha256"] for file in read_manifest(releases, release_id)["files"]}
    data = releases.read(f"{release_id}/{path}")
    if hashlib.sha256(data).hexdigest() != wanted.get(path):
        raise RungError(f"{release_id}/{path}: its checksum is not the manifest's; release again")
    return data


def released_before(work: Workspace) -> list[str]:
    """Releases that were ever current and are still kept, newest first, each once."""
    kept = [name for name in work.ledger.releases() if work.releases.tag(f"{name}/manifest.json") is not None]
    return list(dict.fromkeys(kept))


def diff_releases(work: Workspace, before: str | None = None, after: str | None = None) -> ReleaseDiff:
    """By default from the release before the current one to it. Raises RungError when there is only one."""
    names = released_before(work)
    newer = after or current_release(work.releases) or ""
    older = before or next((name for name in names if name != newer), None)
    if not newer or older is None:
        raise RungError("there is no earlier release to compare with")
    return _compare(_kept(work.releases, older), _kept(work.releases, newer))


def diff_pending(work: Workspace, marts: MartsReceipt) -> ReleaseDiff:
    """From the current release to marts that are not released: the restricted side as it would be, nothing written.

    What the public side would show is decided when it is released. Raises RungError before the first release.
    """
    current = current_release(work.releases)
    if current is None:
        raise RungError("there is no release yet to compare with; run `rung release`")
    folder = f"marts/{marts.inputs_id}"
    made_from = json.loads(work.lake.read(f"{folder}/inputs.json"))
    key = None if read_manifest(work.releases, current)["identified"] else educator_key_of(work)
    files = {file.path: file for file in restricted_files(work, folder, made_from["marts"], key)}
    pending = _Side(
        f"marts {marts.inputs_id}",
        {name: file.entry() for path, file in files.items() if (name := table_name(path)) is not None},
        lambda path: files[path].data,
    )
    before = _kept(work.releases, current)
    restricted = {mart: file for mart, file in before.tables.items() if file["path"].startswith("restricted/")}
    restricted.pop("disclosure_log", None)
    return _compare(replace(before, tables=restricted), pending)


@dataclass(frozen=True)
class _Side:
    """One side of a comparison: its name, its tables' lines of the manifest, and how a file of it is read."""

    name: str
    tables: dict[str, dict[str, Any]]
    read: Callable[[str], bytes]


def _kept(releases: Place, release_id: str) -> _Side:
    files = read_manifest(releases, release_id)["files"]
    tables = {name: file for file in files if (name := table_name(file["path"])) is not None}
    return _Side(release_id, tables, lambda path: read_checked(releases, release_id, path))


def _compare(older: _Side, newer: _Side) -> ReleaseDiff:
    changes = [_change(mart, (older, newer)) for mart in sorted(set(older.tables) | set(newer.tables))]
    heads = [_headlines(side.read("restricted/summary.json")) for side in (older, newer)]
    moved = {k: (heads[0].get(k), heads[1].get(k)) for k in sorted(set(heads[0]) | set(heads[1]))}
    return ReleaseDiff(
        older.name,
        newer.name,
        tuple(change for change in changes if change is not None),
        {key: pair for key, pair in moved.items() if pair[0] != pair[1]},
    )


def _change(mart: str, sides: tuple[_Side, _Side]) -> MartChange | None:
    """None where the mart is the same, byte by byte."""
    files = [side.tables.get(mart) for side in sides]
    if files[0] is not None and files[1] is not None and files[0]["sha256"] == files[1]["sha256"]:
        return None
    rows = [file["rows"] if file is not None else None for file in files]
    if files[0] is None or files[1] is None:
        return MartChange(mart, rows[0], rows[1], rows[1] or 0, rows[0] or 0, 0)
    frames = [
        pl.read_parquet(io.BytesIO(side.read(file["path"])))
        for side, file in zip(sides, (files[0], files[1]), strict=True)
    ]
    key = _key(mart, frames)
    shared = [column for column in frames[0].columns if column in frames[1].columns]
    old, new = (frame.select(shared) for frame in frames)
    added = new.join(old, on=key, how="anti", nulls_equal=True).height
    removed = old.join(new, on=key, how="anti", nulls_equal=True).height
    same = new.join(old, on=shared, how="semi", nulls_equal=True).height
    return MartChange(mart, rows[0], rows[1], added, removed, new.height - added - same)


def _key(mart: str, frames: list[pl.DataFrame]) -> list[str]:
    keys = {name: each.order for name, each in MARTS.items()}
    keys |= {name: each.key for name, each in PUBLIC.items()} | {name: each.key for name, each in DIMENSIONS.items()}
    declared = keys.get(mart, ("name",))
    names = ["educator_key" if c == "staff_id" and "staff_id" not in frames[0].columns else c for c in declared]
    return [name for name in names if all(name in frame.columns for frame in frames)] or frames[0].columns


def _headlines(data: bytes) -> dict[str, Any]:
    """The figures a person reads first, flattened: `educators`, `dollars.base`, `levels.<program>.<level>`."""
    summary = json.loads(data)
    flat = {key: value for key, value in summary.items() if not isinstance(value, dict | list)}
    flat |= {f"dollars.{kind}": amount for kind, amount in summary.get("dollars", {}).items()}
    return flat | {f"levels.{row['program_id']}.{row['level']}": row["persons"] for row in summary.get("levels", [])}


def roll_back(work: Workspace, release_id: str) -> str:
    """Make an older release the current one again, after checking every file of it. Returns the release left.

    What later releases published stays in the disclosure memory: readers may have it.
    """
    seen = pointer_tag(work.releases)
    left = current_release(work.releases)
    for file in read_manifest(work.releases, release_id)["files"]:
        read_checked(work.releases, release_id, file["path"])
    show(work, release_id, seen)
    return left or ""


def prune(work: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep` releases; the current one and the one before it always stay. Returns the gone.

    The one before stays because a reader may be in the middle of it; the one that holds the newest memory stays because
    what was published must not be forgotten (DISCLOSURE 7).
    """
    names = released_before(work)
    staying = {*names[: max(keep, 2)], current_release(work.releases), holder(work)}
    gone = [name for name in names if name not in staying]
    for name in gone:
        work.releases.remove(name)
    return gone


def read_current(releases: Place, paths: list[str]) -> tuple[str, dict[str, bytes]]:
    """Files of the current release, all of the same one whatever is published meanwhile: the pointer is read once.

    Raises RungError before the first release and for a file whose checksum is not the manifest's.
    """
    release_id = current_release(releases)
    if release_id is None:
        raise RungError("there is no release yet; run `rung release`")
    return release_id, {path: read_checked(releases, release_id, path) for path in paths}
