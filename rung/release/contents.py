"""What a release consists of: restricted marts under pseudonyms, public marts, decisions, dictionary, manifest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dataframely as dy
import polars as pl

from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.policy.disclosure import DisclosureLog
from contracts.public import PUBLIC
from rung.audit.merkle import ID_LENGTH, root_of, tree_of
from rung.core.pseudonym import educator_key
from rung.lake.parquet import to_parquet
from rung.lake.workspace import Workspace
from rung.release.dictionary import dictionary_markdown, frictionless
from rung.release.disclosure import ask_checker, certificates, decision_log, utility_report
from rung.release.disclosure_terms import Terms
from transforms.s6_disclose.run import PublicSide


@dataclass(frozen=True)
class Rendered:
    """A file of a release, and what the manifest says of it."""

    path: str
    data: bytes
    rows: int | None = None
    columns: tuple[tuple[str, str], ...] = ()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def entry(self) -> dict[str, Any]:
        """The manifest's line: path, bytes, checksum; rows and columns of a table."""
        fields: dict[str, Any] = {"path": self.path, "bytes": len(self.data), "sha256": self.sha256}
        if self.rows is not None:
            fields |= {"rows": self.rows, "columns": [{"name": n, "type": t} for n, t in self.columns]}
        return fields


def table_name(path: str) -> str | None:
    """The mart or dimension that a file of a release is; None for anything else, such as certificates and memory."""
    parts = path.split("/")
    return parts[1] if len(parts) == 3 and parts[2] == f"{parts[1]}.parquet" else None


def restricted_files(work: Workspace, folder: str, names: list[str], key: bytes | None) -> list[Rendered]:
    """The restricted marts; persons under `educator_key`, or under `staff_id` where `key` is None."""
    files = []
    for name in names:
        mart = MARTS[name]
        frame = pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/{name}.parquet")))
        if mart.person_level and key is not None:
            frame = pseudonymise(frame, key)
        files.append(_table("restricted", name, frame, mart.schema, mart.order))
    files += _dimensions(work, folder, "restricted", key)
    summary = work.lake.read(f"{folder}/summary.json")
    return [*files, Rendered("restricted/summary.json", summary)]


def _dimensions(work: Workspace, folder: str, side: str, key: bytes | None = None) -> list[Rendered]:
    files = []
    for name, dimension in DIMENSIONS.items():
        if dimension.side == side:
            frame = pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/{name}.parquet")))
            if dimension.person_level and key is not None:
                frame = pseudonymise(frame, key)
            files.append(_table(side, name, frame, dimension.schema, dimension.key))
    return files


def public_files(work: Workspace, folder: str, side: PublicSide) -> list[Rendered]:
    """The public marts with their data package and dictionary; nothing else ever goes into `public/`."""
    kinds = {name: PUBLIC[name] for name in side.marts}
    tables = [_table("public", name, side.marts[name], kind.schema, kind.key) for name, kind in kinds.items()]
    tables += _dimensions(work, folder, "public")
    package = frictionless("public", {file.path.split("/")[1]: file.entry() for file in tables})
    return [
        *tables,
        Rendered("public/datapackage.json", package),
        Rendered("public/data-dictionary.md", dictionary_markdown("public").encode()),
    ]


def disclosure_files(side: PublicSide, terms: Terms, public: list[Rendered]) -> list[Rendered]:
    """The decision log, the certificates and what the public can see: restricted, as they hold true values and rules.

    Raises GateFailed where the checker does not say that the certificates hold for these public tables.
    """
    tables = {file.path: file.data for file in public if file.rows is not None}
    proof = certificates(side, terms, tables)
    checked = ask_checker(tables | proof)
    log = _table("restricted", "disclosure_log", decision_log(side), DisclosureLog, ("name",))
    return [
        log,
        *(as_rendered(path, data) for path, data in proof.items()),
        Rendered("restricted/disclosure.json", utility_report(side, terms, checked)),
    ]


def restricted_package(files: list[Rendered]) -> Rendered:
    """The restricted side's data package."""
    tables = {name: file.entry() for file in files if (name := table_name(file.path)) is not None}
    return Rendered("restricted/datapackage.json", frictionless("restricted", tables))


def manifest_of(files: list[Rendered], fields: dict[str, Any]) -> tuple[str, bytes]:
    """The release's id, the beginning of its Merkle root (all in it, what it was made from), and its manifest."""
    entries = [file.entry() for file in sorted(files, key=lambda file: file.path)]
    tree = tree_of({entry["path"]: entry["sha256"] for entry in entries})
    root = root_of(tree, json.loads(json.dumps(fields)))
    body = {**fields, "release_id": root[:ID_LENGTH], "root": root, "tree": tree, "files": entries}
    return root[:ID_LENGTH], json.dumps(body, indent=1, sort_keys=True).encode()


def _table(side: str, name: str, frame: pl.DataFrame, schema: type[dy.Schema], order: Sequence[str]) -> Rendered:
    """A table sorted by `order`, in which a person's key stands for the id where the table has it."""
    columns = tuple((column, str(kind)) for column, kind in frame.schema.items())
    order = [column if column in frame.columns else "educator_key" for column in order]
    return Rendered(
        f"{side}/{name}/{name}.parquet", to_parquet(frame, order, released=True, contract=schema), frame.height, columns
    )


def as_rendered(path: str, data: bytes) -> Rendered:
    """A file made elsewhere; of a table the manifest says rows and columns."""
    if not path.endswith(".parquet"):
        return Rendered(path, data)
    frame = pl.read_parquet(io.BytesIO(data))
    return Rendered(path, data, frame.height, tuple((name, str(kind)) for name, kind in frame.schema.items()))


def pseudonymise(frame: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """`staff_id` → `educator_key` (HMAC-SHA-256, 32 hex digits), each distinct id hashed once. Grain unchanged."""
    ids = frame["staff_id"].unique().drop_nulls().sort()
    keys = [educator_key(key, staff_id) for staff_id in ids]
    names = pl.DataFrame({"staff_id": ids, "educator_key": pl.Series(keys, dtype=pl.String)})
    return frame.join(names, on="staff_id", how="left", maintain_order="left").select(
        "educator_key", pl.exclude("educator_key", "staff_id")
    )
