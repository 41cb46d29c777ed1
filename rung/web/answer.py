"""What the check page runs: files dropped on it → the receipts that `rung check` would write, nothing sent.

Rules, mapping, crosswalk and codes are those that `rung kit` put beside it, of one district.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import polars as pl

from contracts.policy.mapping import DistrictMapping
from contracts.reference import REFERENCES
from rung.core.errors import RungError
from rung.core.settings import Gate, Intake, Overlay, Settings
from rung.intake.checked import Checked, check_drop
from rung.intake.discover import Drop, LandedFile, left_behind
from rung.intake.jobs import ReadFailure, ReadJob, read_job
from rung.lake.place import Entry, Place
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.crosswalk import CROSSWALK
from transforms.s1_conform.decode import Bounds, Refused
from transforms.s1_conform.decode.archive import unpack
from transforms.s1_conform.decode.sniff import sniff
from transforms.s1_conform.tolerant_reader import TolerantDrop
from transforms.s1_conform.values import type_columns

DATA = Path(__file__).parents[2] / "kit.json"


class Here:
    """Reads drops one after the other, in this thread: a browser has no processes."""

    def read(self, jobs: Iterable[ReadJob]) -> Iterator[TolerantDrop | ReadFailure]:
        """One answer per job."""
        return map(read_job, jobs)


class Dropped:
    """The files on the page, as a place that is read."""

    address = "this computer"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def read_whole(self, entry: Entry) -> bytes:
        """The bytes of a file."""
        return self._files[entry.key]


@lru_cache
def own_kit() -> dict[str, Any]:
    """What lies beside the code in a kit: see `rung.web.district`."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def reference_of(kit: Mapping[str, Any]) -> ReferenceTables:
    """The district's codes, mapping and crosswalk; the state has checked the tables."""
    tables = {}
    for name, each in REFERENCES.items():
        rows = kit["tables"].get(name)
        columns = each.schema.columns()
        if rows is None:
            tables[name] = pl.DataFrame(schema={column: spec.dtype for column, spec in columns.items()})
            continue
        text = pl.DataFrame(rows["rows"], schema=dict.fromkeys(rows["columns"], pl.String), orient="row")
        tables[name] = type_columns(text.lazy(), each.schema).select(list(columns)).collect()
    lea_id, mapping, crosswalk = kit["lea_id"], kit["mapping"], kit["crosswalk"]
    return ReferenceTables(
        tables,
        {} if mapping is None else {lea_id: DistrictMapping.model_validate_json(mapping)},
        {} if crosswalk is None else {lea_id: pl.DataFrame(crosswalk, schema=CROSSWALK, orient="row")},
        kit["reference_sha256"],
    )


def settings_of(kit: Mapping[str, Any]) -> Settings:
    """The state's bounds. Its own rules are in the kit's suites already, so that no overlay is named.

    A browser has no disk: however large a drop is, it is read whole.
    """
    return Settings.model_construct(
        root=DATA.parent,
        gate=Gate.model_validate(kit["settings"]["gate"]),
        intake=Intake.model_validate(kit["settings"]["intake"] | {"batch_bytes": sys.maxsize}),
        overlay=Overlay(),
    )


def check(kit: Mapping[str, Any], files: Mapping[str, bytes], extract: str, school_year: int) -> list[Checked]:
    """Judge files as one drop of the district. Raises RungError for a form of file that cannot be read here."""
    for name, data in files.items():
        form = unreadable_here(name, data)
        if form is not None:
            raise RungError(
                f"{name} is {form}, which this page cannot read. It may be right all the same: save it as CSV or XLSX"
                " to check it here, or ask your state to check it with `rung check`."
            )
    place = cast(Place, Dropped(files))
    now = datetime.now(UTC)
    landed = tuple(
        LandedFile(place, Entry(name, len(data), f"{len(data):x}", now), name) for name, data in files.items()
    )
    drop = Drop(kit["lea_id"], school_year, extract, landed)
    return check_drop(drop, reference_of(kit), settings_of(kit), Here(), kit["version"])


def unreadable_here(name: str, data: bytes) -> str | None:
    """What a file is, where only a state's own computer can read it."""
    try:
        members = unpack(data, name, Bounds(), Counter())
    except Refused:
        return None
    for _, plain in members:
        kind = sniff(plain)
        if kind == "parquet":
            return "a Parquet file"
        if kind == "excel" and (b"xl/workbook.bin" in plain or b"opendocument.spreadsheet" in plain[:200]):
            return "a workbook of another kind than .xlsx and .xls"
    return None


def check_as_json(kit: Mapping[str, Any], files: Mapping[str, bytes], extract: str, school_year: int) -> str:
    """`check` for the page: decision, counts and the receipt's files; `error` where it cannot be checked here.

    `ignored`: files that a program left there.
    """
    own = {name: data for name, data in files.items() if not left_behind(name)}
    ignored = sorted(set(files) - set(own))
    if not own:
        return json.dumps(
            {"error": f"{', '.join(ignored)}: left by a program that shows or edits files. Choose yours."}
        )
    try:
        checked = check(kit, own, extract, school_year)
    except RungError as error:
        return json.dumps({"error": str(error)})
    return json.dumps(
        {
            "ignored": ignored,
            "checked": [
                {
                    "extract": each.extract,
                    "state": each.decision.state,
                    "why": each.decision.why,
                    "files": {name: data.decode("utf-8") for name, data in each.files.items()},
                }
                for each in checked
            ],
        }
    )
