"""A folder for each district, for readers of files: `<releases>/by_district/<lea_id>/`, with `[storage] by_district`.

It holds the restricted tables that have `lea_id`, cut to the district's rows: what the row policies of a database show
(ddl_rights.py). The paths are stable, so that a policy of the store names one folder: `district_policy` writes it.
`manifest.json` is written last and names the release; files that did not change are left alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dataframely as dy
import polars as pl

from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from rung.core.errors import RungError
from rung.lake.parquet import to_parquet
from rung.lake.place import Place
from rung.lake.workspace import Workspace
from rung.release.dictionary import frictionless

FOLDER = "by_district"
SIDE = "restricted"
WRITERS = 16
SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")  # no wildcard of a policy, no way out of the folder
SCHEMAS: dict[str, type[dy.Schema]] = {name: each.schema for name, each in (MARTS | DIMENSIONS).items()}


def write_district_folders(work: Workspace, release_id: str) -> int:
    """Make the folders show this release; returns how many there are. Those of districts that are gone are removed.

    Raises RungError for a district's id that is no name of a folder.
    """
    releases = work.releases
    manifest = json.loads(releases.read(f"{release_id}/manifest.json"))
    leas = _districts(releases, release_id)
    known = {lea_id: _manifest(releases, lea_id) for lea_id in leas}
    if all(found.get("release_id") == release_id for found in known.values()) and leas:
        return len(leas)
    files: dict[str, dict[str, dict[str, Any]]] = {lea_id: {} for lea_id in leas}
    with ThreadPoolExecutor(WRITERS) as pool:
        for file in manifest["files"]:
            side, name = file["path"].split("/")[:2]
            if side == SIDE and name in SCHEMAS and "lea_id" in {column["name"] for column in file.get("columns", ())}:
                frame = pl.read_parquet(io.BytesIO(releases.read(f"{release_id}/{file['path']}")))
                parts = frame.partition_by("lea_id", as_dict=True, maintain_order=True)
                rows = {lea_id: parts.get((lea_id,), frame.clear()) for lea_id in leas}
                made = {a: pool.submit(_write, releases, name, a, rows[a], known[a]) for a in leas}
                for lea_id, entry in made.items():
                    files[lea_id][name] = entry.result() | {"columns": file["columns"]}
        list(pool.map(lambda lea_id: _finish(releases, lea_id, release_id, files[lea_id]), leas))
    for gone in sorted({entry.key.split("/")[1] for entry in releases.entries(FOLDER)} - set(leas)):
        releases.remove(f"{FOLDER}/{gone}")
    return len(leas)


def _districts(releases: Place, release_id: str) -> list[str]:
    frame = pl.read_parquet(io.BytesIO(releases.read(f"{release_id}/public/dim_district/dim_district.parquet")))
    leas = [str(lea_id) for lea_id in frame["lea_id"].unique().sort()]
    for lea_id in leas:
        if not SAFE.fullmatch(lea_id):
            raise RungError(
                f"[storage] by_district: the id {lea_id!r} is no name of a folder; use letters, digits, . _ -"
            )
    return leas


def _manifest(releases: Place, lea_id: str) -> dict[str, Any]:
    key = f"{FOLDER}/{lea_id}/manifest.json"
    return dict(json.loads(releases.read(key))) if releases.tag(key) is not None else {}


def _write(releases: Place, name: str, lea_id: str, rows: pl.DataFrame, known: Mapping[str, Any]) -> dict[str, Any]:
    """A table of a district, where it is not there already; returns its line of the manifest."""
    data = to_parquet(rows, (), released=True, contract=SCHEMAS[name])  # the release's order
    path = f"{name}/{name}.parquet"
    entry = {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "rows": rows.height}
    if entry["sha256"] not in {file["sha256"] for file in known.get("files", ()) if file["path"] == path}:
        releases.write(f"{FOLDER}/{lea_id}/{path}", data)
    return entry


def _finish(releases: Place, lea_id: str, release_id: str, files: Mapping[str, dict[str, Any]]) -> None:
    """The data package and, last, the manifest; tables that the release has no more are removed."""
    place = f"{FOLDER}/{lea_id}"
    for gone in {entry.key.split("/")[2] for entry in releases.entries(place)} - {*files, *LAST}:
        releases.remove(f"{place}/{gone}")
    releases.write(f"{place}/datapackage.json", frictionless(SIDE, files))
    body = {"release_id": release_id, "lea_id": lea_id, "files": [files[name] for name in sorted(files)]}
    releases.write(f"{place}/manifest.json", json.dumps(body, indent=1, sort_keys=True).encode())


LAST = ("datapackage.json", "manifest.json")


def district_policy(work: Workspace, leas: Sequence[str]) -> dict[str, Any]:
    """The S3 policy of a reader of these districts' folders and of the public side.

    Raises RungError for a district that has no folder, and where releases do not lie in S3.
    """
    address = work.releases.address
    if not address.startswith("s3://"):
        raise RungError(f"releases lie at {address}: a policy is for s3://; on disk the folder's own rights decide")
    if not work.settings.storage.by_district:
        raise RungError("rung.toml: set `[storage] by_district = true`, and run; without it there are no such folders")
    for lea_id in leas:
        if not SAFE.fullmatch(lea_id) or not _manifest(work.releases, lea_id):
            raise RungError(f"{lea_id}: no folder {FOLDER}/{lea_id} of that district in {address}")
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    inside = [f"{prefix}/{FOLDER}/{lea_id}/*".lstrip("/") for lea_id in leas]
    inside.append(f"{prefix}/current/public/*".lstrip("/"))
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": arn,
                "Condition": {"StringLike": {"s3:prefix": inside}},
            },
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{arn}/{each}" for each in inside]},
        ],
    }
