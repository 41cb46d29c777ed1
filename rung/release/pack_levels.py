"""The packs' levels as the disclosure step reads them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.policy.disclosure import OPENNESS, DisclosurePolicy
from contracts.policy.packs import Level, Pack
from contracts.public import NOBODY
from rung.core.errors import RungError

COLUMNS = {"program_id": pl.String, "level": pl.String, "rank": pl.Int32, "leads": pl.Boolean, "kind": pl.String}


def steps_of(packs: Iterable[Pack], policy: DisclosurePolicy, leader_tier: int) -> pl.DataFrame:
    """One row per program x level, and `none` (rank 0): rank, whether who holds it leads, the program's visibility.

    A level leads where its pack says so, else from state tier `leader_tier` on. Raises RungError where the state's
    policy loosens a class, or names no program.
    """
    rows: list[tuple[str, str, int, bool, str]] = []
    known = set()
    for pack in packs:
        known.add(pack.program_id)
        kind = policy.visibility.get(pack.program_id, pack.visibility.kind)
        if OPENNESS.index(kind) > OPENNESS.index(pack.visibility.kind):
            raise RungError(
                f"disclosure.yaml: visibility.{pack.program_id}: {kind} is looser than the pack's "
                f"{pack.visibility.kind}; a state may only tighten it"
            )
        rows.append((pack.program_id, NOBODY, 0, False, kind))
        rows += [
            (pack.program_id, level.id, rank, pack.leader and _leads(level, leader_tier), kind)
            for rank, level in enumerate(pack.levels, start=1)
        ]
    for program in sorted(set(policy.visibility) - known):
        raise RungError(f"disclosure.yaml: visibility.{program} names no program")
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _leads(level: Level, leader_tier: int) -> bool:
    return level.leads if level.leads is not None else level.tier >= leader_tier
