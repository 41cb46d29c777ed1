"""A release: the marts of one set of inputs under a name made from their content, and the pointer to the current one.

Everything of a release is written before anything points at it. `current.json` is replaced whole, and only if nobody
else replaced it meanwhile; the folder `current/` follows it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl

from rung.core.code import code_of, versions_of
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.core.project import code_version
from rung.lake.place import Conflict, Place
from rung.lake.places import make_durable
from rung.lake.pointer import POINTER, current_release, mirrored_release, point_at, pointer_tag
from rung.lake.workspace import Workspace
from rung.marts.build import MartsReceipt
from rung.release.disclosure_terms import Asked, Terms, closed_years, disclosure_terms, load_policy

if TYPE_CHECKING:
    from rung.release.contents import Rendered

# A made-up state has no persons to protect; a real one must bring its own key.
SYNTHETIC_KEY = "synthetic-people-need-no-secret"


WRITERS = 8

# Table, grain, and the shares shown of cells, of cells of k persons or more, and of their sum.
Utility = tuple[str, str, float, float | None, float]


@dataclass(frozen=True)
class Saved:
    """Of a release's `files` those that the release before has too: how many were linked or copied by the storage, and
    their bytes."""

    files: int = 0
    linked: int = 0
    bytes_linked: int = 0


@dataclass(frozen=True)
class ReleaseReceipt:
    """The release that is current now, and whether this run made it."""

    release_id: str
    location: str
    made: bool
    utility: tuple[Utility, ...] = ()
    saved: Saved = Saved()


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
    work: Workspace,
    marts: MartsReceipt,
    progress: Progress,
    *,
    identified: bool = False,
    accept_drift: bool = False,
    today: date | None = None,
    republish: tuple[tuple[str, int], ...] = (),
    why: str = "",
) -> ReleaseReceipt:
    """Publish the marts as the current release; the same marts under the same key and policy are the same release.

    Raises GateFailed when the disclosure audit succeeds, or figures drift beyond the band and nobody accepts it: then
    nothing is written and the last release stays. Raises RungError where the disk has damaged the marts.
    """
    key = educator_key_of(work)
    seen = pointer_tag(work.releases)
    folder = f"marts/{marts.inputs_id}"
    asked = Asked(today or datetime.now(UTC).date(), republish, why)
    made_as = _made_as(work, marts, asked, key, identified=identified)
    note, begun = f"{folder}/released-{made_as}.json", f"{folder}/begun-{made_as}.json"
    if work.lake.tag(begun) is not None:  # its memory holds the day: ended on another one, it is the same release
        asked = replace(asked, today=date.fromisoformat(json.loads(work.lake.read(begun))["day"]))
    known = json.loads(work.lake.read(note))["release_id"] if work.lake.tag(note) is not None else None
    made = known is None or work.releases.tag(f"{known}/manifest.json") is None
    release_id, saved = str(known), Saved()
    if made:
        with progress.stage("release"):
            from rung.lake.damage import forget_damaged_marts
            from rung.marts.gate import check_drift

            terms = disclosure_terms(work, folder, asked.today)
            forget_damaged_marts(work.lake, folder)
            check_drift(work, marts.inputs_id, work.settings.gate.drift_band, accept=accept_drift)
            release_id, saved = _write_release(work, marts, terms, asked, key, known, begun, identified=identified)
            work.lake.write(note, json.dumps({"release_id": release_id}).encode())
    show(work, release_id, seen)
    return ReleaseReceipt(release_id, work.releases.uri(release_id), made, utility_of(work, release_id), saved)


def _made_as(work: Workspace, marts: MartsReceipt, asked: Asked, key: bytes, *, identified: bool) -> str:
    """The hash of all that a release is made from; of its packs, knobs and metrics the marts' own hash knows already.

    Raises as `run_release` does where the disk has damaged the marts, or the policy cannot be read.
    """
    folder, policy = f"marts/{marts.inputs_id}", load_policy(work)
    try:
        closed = closed_years(work, policy, folder, asked.today)
    except pl.exceptions.PolarsError:
        from rung.lake.damage import forget_damaged_marts

        forget_damaged_marts(work.lake, folder)
        raise
    fields = {
        "inputs_id": marts.inputs_id,
        "identified": identified,
        "key": hashlib.sha256(b"fingerprint" + key).hexdigest()[:12],
        "policy": policy.model_dump(mode="json"),
        "closed": closed,
        "republish": asked.republish,
        "code": code_of(__name__),
        "libraries": versions_of("polars", "pyarrow"),
    }
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:12]


def utility_of(work: Workspace, release_id: str) -> tuple[Utility, ...]:
    """What the public can see of a release, by table and grain: shares of cells, of cells of k persons or more (None:
    there is none), and of persons or dollars."""
    rows = json.loads(work.releases.read(f"{release_id}/restricted/disclosure.json"))["utility"]
    return tuple((row["table"], row["grain"], row["shown"], row["of_many"], row["of_value"]) for row in rows)


def show(work: Workspace, release_id: str, seen: str | None) -> None:
    """Make a release the current one: the ledger first, then `current.json`, last the folders `current/` and, where
    asked for, `by_district/`.

    `seen`: the pointer's tag before. A run that died between the steps is mended by the next: the ledger notes a
    release once, and what was recorded is pointed at. Raises Conflict when somebody else moved the pointer meanwhile.
    """
    if pointer_tag(work.releases) != seen:
        raise Conflict(f"{work.releases.uri(POINTER)}: changed by another writer; run again")
    make_durable(work.lake, work.releases)
    work.ledger.record_release(release_id, datetime.now(UTC))
    if current_release(work.releases) != release_id:
        point_at(work.releases, release_id, seen)
    while mirrored_release(work.releases) != (now := current_release(work.releases)):
        work.releases.point("current", str(now))
    if work.settings.storage.by_district:
        from rung.release.district_folders import write_district_folders

        write_district_folders(work, str(now))


def _write_release(
    work: Workspace,
    marts: MartsReceipt,
    terms: Terms,
    asked: Asked,
    key: bytes,
    known: str | None,
    begun: str,
    *,
    identified: bool,
) -> tuple[str, Saved]:
    """Write every file of a release, its memory among them, the manifest last; nothing points at it yet.

    Returns its id and what did not have to be written. `known`: the id under which the same release was made before;
    its files are gone. `begun`: where the lake notes the day, before the first file is written.
    """
    from rung.packs.load import packs_of
    from rung.release import contents
    from rung.release.disclosure import public_side

    folder = f"marts/{marts.inputs_id}"
    made_from = json.loads(work.lake.read(f"{folder}/inputs.json"))
    side, memory = public_side(work, folder, terms, asked, key, known)
    public = contents.public_files(work, folder, side)
    files = contents.restricted_files(work, folder, made_from["marts"], None if identified else key)
    files += [
        *contents.disclosure_files(side, terms, public),
        *(contents.as_rendered(path, data) for path, data in memory.items()),
    ]
    files += [contents.restricted_package(files), *public]
    packs = packs_of(work.settings)
    fields = {
        "state": work.settings.state.code,
        "identified": identified,
        "inputs": made_from,
        "packs": {pack.program_id: [version.version for version in pack.versions] for pack in packs},
        "disclosure": terms.as_json(),
        "code_version": code_version(),
    }
    release_id, manifest = contents.manifest_of(files, fields)
    work.lake.write(begun, json.dumps({"day": asked.today.isoformat()}).encode())
    saved = _write_files(work.releases, release_id, files)
    work.releases.write(f"{release_id}/manifest.json", manifest)
    return release_id, saved


def _write_files(releases: Place, release_id: str, files: Sequence[Rendered]) -> Saved:
    """Write a release's files; those that the current release has too are linked, or copied by the server."""
    current = current_release(releases)
    before: dict[str, str] = {}
    if current is not None:
        manifest = json.loads(releases.read(f"{current}/manifest.json"))
        before = {file["sha256"]: f"{current}/{file['path']}" for file in manifest["files"]}

    def write(file: Rendered) -> bool:
        key, older = f"{release_id}/{file.path}", before.get(file.sha256)
        if older is not None and older != key:
            return releases.write_linked(key, file.data, older)
        releases.write(key, file.data)
        return False

    with ThreadPoolExecutor(WRITERS) as pool:
        linked = list(pool.map(write, files))
    size = sum(len(file.data) for file, was in zip(files, linked, strict=True) if was)
    return Saved(len(files), sum(linked), size)
