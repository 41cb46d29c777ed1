"""Runs the disclosure step over a set of marts under the policy in force, and asks the checker."""

from __future__ import annotations

import hashlib
import io
import json

import polars as pl

from rung.audit.checker import FOLDER, check
from rung.core.code import code_of
from rung.core.errors import GateFailed
from rung.lake.parquet import to_parquet
from rung.lake.results import content_id
from rung.lake.workspace import Workspace
from rung.release.disclosure_terms import Asked, Terms
from rung.release.jj import jj_format
from rung.release.memory import memory_files, newest, plan, records_of
from transforms.s6_disclose.protect import DisclosureBlocked
from transforms.s6_disclose.run import NEEDED, PublicSide, blocks_of, build_public
from transforms.s6_disclose.undeclared import undeclared

CERTIFICATE_ORDER = {
    "cells": ("cell",),
    "relations": ("relation", "cell"),
    "movements": ("movement", "cell"),
    "proofs": ("cell",),
}
NONE_UNDECLARED = "undeclared"  # folder of the lake: for which code, packs and adoption no such identity was found


def public_side(
    work: Workspace, folder: str, terms: Terms, asked: Asked, key: bytes, known: str | None = None
) -> tuple[PublicSide, dict[str, bytes]]:
    """The public tables of a folder of marts, and the memory's files. `key`: names persons in the memory.
    `known`: the release that is made once more; what it published itself is not before it.

    Where what came cannot be protected beside what was published, it waits. Raises GateFailed when that does not help.
    """
    marts = {name: _read(work, f"{folder}/{name}.parquet").lazy() for name in NEEDED}
    closed = pl.DataFrame(terms.closed, schema={"program_id": pl.String, "school_year": pl.Int16}, orient="row")
    _refuse_undeclared(work, marts, terms)
    blocks, records, memory = blocks_of(marts, terms.steps), records_of(marts, key), newest(work, until=known)
    policy = _sha(json.dumps({k: v for k, v in terms.as_json().items() if k != "closed"}, sort_keys=True).encode())
    k, late, day = terms.policy.minimum_persons, terms.policy.late, asked.today.isoformat()
    why = {f"{lea} {year}": asked.why for lea, year in asked.republish}
    for hold in (False, True):
        planned = plan(blocks, records, memory, k, day, late, asked.republish, hold=hold)
        try:
            side = build_public(marts, planned.blocks, terms.policy, closed, planned.past)
        except DisclosureBlocked as error:
            if hold or memory is None:
                raise GateFailed(f"disclosure: {error}; nothing was released") from None
            continue
        return side, memory_files(planned, side, policy, memory, why)
    raise AssertionError("the second plan answers or raises")


def _refuse_undeclared(work: Workspace, marts: dict[str, pl.LazyFrame], terms: Terms) -> None:
    """Raises GateFailed naming an identity of published counts that no declared relation implies.

    What adds up follows from code, packs and adoption: asked once for each, and kept.
    """
    adopted = marts["designation"].select("lea_id", "program_id", "school_year").unique().collect()
    content = content_id(
        code=code_of("transforms.s6_disclose.undeclared"),
        steps=terms.steps.sort(terms.steps.columns).rows(),
        adopted=adopted.sort(adopted.columns).rows(),
    )
    key = f"{NONE_UNDECLARED}/{content}.json"
    if work.lake.tag(key) is None:
        found = undeclared(marts, terms.steps)
        if found:
            first = f"first {found[0]}; nothing was released"
            raise GateFailed(f"disclosure: {len(found)} identities of published counts are not declared, {first}")
        for entry in list(work.lake.entries(NONE_UNDECLARED)):
            work.lake.remove_one(entry.key)
        work.lake.write(key, b"[]")


def certificates(side: PublicSide, terms: Terms, public: dict[str, bytes]) -> dict[str, bytes]:
    """Files of `restricted/certificates/`: cells, relations, movements, proofs, the problem in JJ format, and hashes of
    the public tables (`public`: path -> bytes) and of these files.
    """
    made = side.decided
    frames = {"cells": made.cells, "relations": made.relations, "movements": made.movements, "proofs": made.proofs}
    files = {
        f"{FOLDER}/{name}.parquet": to_parquet(frame, CERTIFICATE_ORDER[name], released=True)
        for name, frame in frames.items()
    }
    files[f"{FOLDER}/problem.jj"] = jj_format(made.cells, made.relations).encode()
    width = terms.policy.width
    manifest = {
        "tables": {path: _sha(data) for path, data in sorted(public.items())},
        "certificates": {path: _sha(data) for path, data in sorted(files.items())},
        "width": {"persons": width.persons, "money_share": width.money_share, "dollars": width.dollars},
    }
    files[f"{FOLDER}/certificates.json"] = json.dumps(manifest, indent=1).encode()
    return files


def ask_checker(files: dict[str, bytes]) -> dict[str, int]:
    """What the checker read. Raises GateFailed with its first words where the release does not hold."""
    result = check(lambda path: files[path])
    if not result.holds:
        raise GateFailed(f"disclosure: the checker refuses: {'; '.join(result.problems[:3])}; nothing was released")
    return result.counts


def decision_log(side: PublicSide) -> pl.DataFrame:
    """The decisions, for the restricted side: mask, rule and value of every cell that takes part."""
    return side.decided.cells.select("name", "unit", "value", "persons", "mask", "rule", "low", "high", "need").sort(
        "name"
    )


def utility_report(side: PublicSide, terms: Terms, checked: dict[str, int]) -> bytes:
    """`restricted/disclosure.json`: what the public sees by table and grain, why the rest is hidden."""
    cells = side.decided.cells.filter(pl.col("mask") != "latent")
    by_rule = cells.group_by("mask", "rule").len("cells").sort("mask", "rule", nulls_last=True)
    fields = {
        "utility": side.utility.to_dicts(),
        "by_rule": by_rule.to_dicts(),
        "derived_relations": list(side.decided.derived),
        "certificates_found_by": side.decided.ways,
        "checked": checked,
        "in_force": terms.as_json(),
    }
    return json.dumps(fields, indent=1).encode()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(work: Workspace, key: str, columns: list[str] | None = None) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(work.lake.read(key)), columns=columns)
