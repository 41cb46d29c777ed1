"""A release: the marts of one set of inputs under a name made from their content, and the pointer to the current one.

Everything of a release is written before anything points at it; `current.json` is replaced last, whole, and only if
nobody else replaced it meanwhile.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from contracts.marts import MARTS
from flows.errors import RungError
from flows.marts import MartsReceipt
from flows.packs import load_packs
from flows.progress import Progress
from flows.storage import PARQUET
from flows.workspace import PROJECT, Workspace, code_version

# A made-up state has no persons to protect; a real one must bring its own key.
SYNTHETIC_KEY = "synthetic-people-need-no-secret"


@dataclass(frozen=True)
class ReleaseReceipt:
    """The release that is current now, and whether this run made it."""

    release_id: str
    location: str
    made: bool


def educator_key_of(work: Workspace) -> bytes:
    """The key that turns `staff_id` into `educator_key`. Raises RungError when a real state has not set one."""
    secret = work.settings.educator_key
    if secret is not None:
        return secret.get_secret_value().encode()
    if work.settings.state.synthetic:
        return SYNTHETIC_KEY.encode()
    raise RungError(
        "no key for educator_key: set RUNG_EDUCATOR_KEY in the environment to a secret of 16 characters or more"
    )


def run_release(
    work: Workspace, marts: MartsReceipt, progress: Progress, *, identified: bool = False
) -> ReleaseReceipt:
    """Publish the marts as the current release; the same marts under the same key are the same release."""
    key = educator_key_of(work)
    seen = work.releases.tag("current.json")
    with progress.stage("release"):
        said = {
            "inputs_id": marts.inputs_id,
            "identified": identified,
            "key": hashlib.sha256(b"fingerprint" + key).hexdigest()[:12],
        }
        note = f"marts/{marts.inputs_id}/released-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]}.json"
        if work.lake.tag(note) is not None:
            release_id = json.loads(work.lake.read(note))["release_id"]
            made = False
        else:
            release_id = _write_release(work, marts, key, identified)
            work.lake.write(note, json.dumps({"release_id": release_id}).encode())
            made = True
        if _current(work, seen) != release_id:
            work.releases.point("current", release_id)
            work.releases.replace("current.json", json.dumps({"release_id": release_id}).encode(), seen)
            work.ledger.record_release(release_id, datetime.now(UTC))
    return ReleaseReceipt(release_id, work.releases.uri(release_id), made)


def _current(work: Workspace, seen: str | None) -> str | None:
    return json.loads(work.releases.read("current.json"))["release_id"] if seen is not None else None


def _write_release(work: Workspace, marts: MartsReceipt, key: bytes, identified: bool) -> str:
    files: list[dict[str, Any]] = []
    rendered: dict[str, bytes] = {}
    made_from = json.loads(work.lake.read(f"marts/{marts.inputs_id}/inputs.json"))
    for name in made_from["marts"]:
        mart = MARTS[name]
        frame = pl.read_parquet(io.BytesIO(work.lake.read(f"marts/{marts.inputs_id}/{name}.parquet")))
        if mart.person_level and not identified:
            frame = pseudonymise(frame, key)
            order = ["educator_key" if column == "staff_id" else column for column in mart.order]
            frame = frame.sort(order, nulls_last=True)
        buffer = io.BytesIO()
        frame.write_parquet(buffer, **PARQUET)
        path = f"restricted/{name}/{name}.parquet"
        rendered[path] = buffer.getvalue()
        sha256 = hashlib.sha256(rendered[path]).hexdigest()
        files.append({"path": path, "rows": frame.height, "bytes": len(rendered[path]), "sha256": sha256})
    packs = load_packs(PROJECT / "programs", work.settings.programs)
    manifest = {
        "state": work.settings.state.code,
        "identified": identified,
        "files": files,
        "inputs": made_from,
        "packs": {pack.program_id: [version.version for version in pack.versions] for pack in packs},
        "code_version": code_version(),
    }
    release_id = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]
    for path, data in rendered.items():
        work.releases.write(f"{release_id}/{path}", data)
    body = json.dumps({"release_id": release_id, **manifest}, indent=1, sort_keys=True)
    work.releases.write(f"{release_id}/manifest.json", body.encode())
    return release_id


def pseudonymise(frame: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """`staff_id` → `educator_key` (HMAC-SHA-256, 32 hex digits), each distinct id hashed once. Grain unchanged."""
    ids = frame["staff_id"].unique().drop_nulls().sort()
    keys = [hmac.digest(key, staff_id.encode(), "sha256").hex()[:32] for staff_id in ids]
    names = pl.DataFrame({"staff_id": ids, "educator_key": pl.Series(keys, dtype=pl.String)})
    return frame.join(names, on="staff_id", how="left", maintain_order="left").select(
        "educator_key", pl.exclude("educator_key", "staff_id")
    )
