"""`rung pull edfi`: what changed behind an Ed-Fi API since the last pull, as one drop in the landing.

What was seen lies in the lake (`edfi/<lea_id>/<school_year>/<extract>.json.gz`): the change version and each record by
its id. A pull brings it up to date, writes the interchange of all of it, and drops that if it is another one than last.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rung.core.errors import RungError
from rung.intake.edfi_api import EdfiApi
from rung.intake.edfi_xml import WRITERS, interchange
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace

Records = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Pulled:
    """What a pull did. `key`: the drop in the landing; None where nothing changed. `whole`: everything was asked for:
    it was the first pull, was told to, or the API keeps no changes since the last."""

    lea_id: str
    school_year: int
    extract: str
    version: int | None
    whole: bool
    changed: int
    deleted: int
    records: int
    key: str | None


@dataclass
class Seen:
    """What earlier pulls saw: change version, hash of the last drop, records by resource and id."""

    version: int | None = None
    sha256: str = ""
    records: dict[str, Records] = field(default_factory=dict)


def connect(work: Workspace, lea_id: str) -> EdfiApi:
    """The API under the district's key. Raises RungError where address or key is not configured."""
    settings = work.settings.edfi
    if settings.url is None:
        raise RungError("no Ed-Fi API is configured: set `edfi.url` in rung.toml")
    keys = settings.keys
    if lea_id not in keys:
        raise RungError(f"no key for {lea_id}: add it to RUNG_EDFI__KEYS, a JSON object of lea_id to key:secret")
    key, _, secret = keys[lea_id].get_secret_value().partition(":")
    return EdfiApi(settings.url, key, secret)


def pull(
    work: Workspace,
    reference: ReferenceTables,
    api: EdfiApi,
    lea_id: str,
    school_year: int,
    extract: str,
    *,
    full: bool = False,
) -> Pulled:
    """Bring what was seen up to date and drop it if it changed. Raises RungError; then nothing is dropped."""
    if extract not in WRITERS:
        raise RungError(f"{extract}: an Ed-Fi API has no such extract for Rung; one of {', '.join(WRITERS)}")
    if lea_id not in reference.tables["districts"]["lea_id"].to_list():
        raise RungError(f"{lea_id}: no district of reference/districts.csv")
    place = f"edfi/{lea_id}/{school_year}/{extract}.json.gz"
    seen = _read(work, place)
    newest = api.newest_version()
    # An API that was set up anew counts from the start again: what was seen of the old one says nothing.
    whole = full or newest is None or seen.version is None or newest < seen.version
    since = None if whole else seen.version
    records = {} if whole else seen.records
    changed = deleted = 0
    for resource in WRITERS[extract]:
        known = records.setdefault(resource, {})
        path = f"{_namespace(work, extract)}/{resource}"
        if since is not None and newest is not None:
            gone = list(api.deleted(path, since, newest))
            deleted += sum(known.pop(each, None) is not None for each in gone)
        for record in api.records(path, since, newest if since is not None else None):
            known[str(record["id"])] = record
            changed += 1
    written = interchange(extract, {name: _of_year(name, each.values(), school_year) for name, each in records.items()})
    sha256 = hashlib.sha256(written).hexdigest()
    key = None
    if sha256 != seen.sha256:
        key = f"{lea_id}/{school_year}/{extract}/edfi-{sha256[:12] if newest is None else newest}.xml"
        work.landing[0].write(key, written)
    _write(work, place, Seen(newest, sha256, records))
    count = sum(len(each) for each in records.values())
    return Pulled(lea_id, school_year, extract, newest, whole, changed, deleted, count, key)


def _namespace(work: Workspace, extract: str) -> str:
    return work.settings.edfi.evaluation_namespace if extract == "evaluation" else "ed-fi"


def _of_year(resource: str, records: Iterable[dict[str, Any]], school_year: int) -> list[dict[str, Any]]:
    """The ratings of a school year; of other resources everything (their days say when they hold)."""
    if resource != "performanceEvaluationRatings":
        return list(records)
    return [r for r in records if int(r["performanceEvaluationReference"]["schoolYear"]) == school_year]


def _read(work: Workspace, place: str) -> Seen:
    try:
        data = json.loads(gzip.decompress(work.lake.read(place)))
    except FileNotFoundError:
        return Seen()
    return Seen(**data)


def _write(work: Workspace, place: str, seen: Seen) -> None:
    data = json.dumps(seen.__dict__, sort_keys=True).encode()
    work.lake.write(place, gzip.compress(data, mtime=0))
