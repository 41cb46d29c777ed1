"""A made-up state in the shape of the public tables, decided and certified; for tests of the disclosure step."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from contracts.policy.disclosure import DisclosurePolicy
from contracts.public import PUBLIC
from rung.audit.checker import FOLDER, TABLES, check
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.decide import Decided, decide
from transforms.s6_disclose.layout import laid_out
from transforms.s6_disclose.past import Past, nothing_before
from transforms.s6_disclose.shape import shaped

Files = dict[str, bytes]
NO_YEARS = pl.DataFrame(schema={"program_id": pl.String, "school_year": pl.Int16})


@cache
def policy() -> DisclosurePolicy:
    path = Path(__file__).parents[1] / "programs/disclosure.yaml"
    return DisclosurePolicy.model_validate(yaml.safe_load(path.read_text()))


def levels(counts: dict[str, list[int]], year: int = 2026, names: tuple[str, ...] = ()) -> pl.DataFrame:
    """Blocks of a confidential program: by LEA the holders of each level, the first of no level, and the whole."""
    rows = []
    for lea, holders in counts.items():
        parts = names or ("none", *(f"l{n}" for n in range(1, len(holders))))
        told = [*zip(parts, holders, strict=True), ("all", sum(holders))]
        rows += [{"lea_id": lea, "part": part, "value": n, "group": sum(holders)} for part, n in told]
    frame = pl.DataFrame(rows).with_columns(program_id=pl.lit("p"), school_year=pl.lit(year))
    return shaped(frame, "public_designation", sensitive=True, confidential=True)


def streams(amounts: dict[str, dict[str, tuple[int, int]]], confidential: bool = False) -> pl.DataFrame:
    """Blocks of money: by LEA and stream (dollars, persons paid), with the whole."""
    rows = []
    for lea, parts in amounts.items():
        for name, (dollars, persons) in {
            **parts,
            "all": tuple(map(sum, zip(*parts.values(), strict=True))),  # type: ignore[dict-item]
        }.items():
            rows.append({"lea_id": lea, "part": name, "value": dollars * 100, "persons": persons})
    frame = pl.DataFrame(rows).with_columns(program_id=pl.lit("p"), school_year=pl.lit(2026), cut=pl.lit("stream"))
    return shaped(frame, "public_money", unit="cents", sensitive=True, confidential=confidential)


def decided(blocks: pl.DataFrame, award: int = 0, past: Past | None = None) -> Decided:
    awards = pl.DataFrame({"program_id": ["p"], "school_year": [2026], "award": [award]}).cast(
        {"school_year": pl.Int16}
    )
    return decide(pl.concat([blocks, of_state(blocks)]), policy(), NO_YEARS, awards, past or nothing_before())


def files_of(made: Decided) -> Files:
    """Public tables and certificates, as a release has them."""
    files: Files = {}
    for name in TABLES:
        files[f"public/{name}/{name}.parquet"] = parquet(laid_out(made.rows, name))
    public = dict(files)
    frames = {"cells": made.cells, "relations": made.relations, "movements": made.movements, "proofs": made.proofs}
    files |= {f"{FOLDER}/{name}.parquet": parquet(frame) for name, frame in frames.items()}
    width = policy().width
    told = {
        "tables": {path: sha(data) for path, data in public.items()},
        "certificates": {path: sha(data) for path, data in files.items() if path not in public},
        "width": {"persons": width.persons, "money_share": width.money_share, "dollars": width.dollars},
    }
    return files | {f"{FOLDER}/certificates.json": json.dumps(told).encode()}


def changed(files: Files, path: str, change: Callable[[pl.DataFrame], pl.DataFrame], *, certified: bool) -> Files:
    """A file with a fault; `certified`: with its new hash certified, so that only its content tells."""
    frame = change(pl.read_parquet(io.BytesIO(files[path])))
    new = {**files, path: parquet(frame)}
    if certified:
        told = json.loads(files[f"{FOLDER}/certificates.json"])
        kind = "tables" if path.startswith("public/") else "certificates"
        told[kind][path] = sha(new[path])
        new[f"{FOLDER}/certificates.json"] = json.dumps(told).encode()
    return new


def holds(files: Files) -> bool:
    return check(lambda path: files[path]).holds


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def masks(made: Decided, table: str = "public_designation") -> dict[tuple[str, str], str]:
    """(LEA or `state`, part) -> mask of a table with one program, year and cut."""
    rows = made.rows.filter((pl.col("table") == table) & (pl.col("grain") != "leaf"))
    places = rows["lea_id"].fill_null("state")
    return dict(zip(zip(places, rows["part"], strict=True), rows["mask"], strict=True))


__all__ = ["PUBLIC"]
