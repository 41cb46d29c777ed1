"""What readers may have seen: the cells of every release that became current, kept with the release that adds to it.

`disclosure/memory/<release_id>.parquet` in the lake holds the decisions of a release and of all before it. A release
counts once the ledger knows it, so that a run that stopped before has published and remembered nothing.
"""

from __future__ import annotations

import io

import polars as pl

from rung.lake.ledger import Ledger
from rung.lake.place import Place

# One file for all releases, as it was kept before each release had its own.
OLD_MEMORY = "disclosure/memory.parquet"


def remembered(lake: Place, ledger: Ledger, until: str | None = None) -> pl.DataFrame | None:
    """What the releases known to the ledger showed, cell by cell; None before the first.

    `until`: those before this release only, to make it once more as it was.
    """
    order = list(dict.fromkeys(reversed(ledger.releases())))
    if until in order:
        order = order[: order.index(until)]
    if not order:
        return None
    for key in (_key(order[-1]), OLD_MEMORY):
        try:
            return pl.read_parquet(io.BytesIO(lake.read(key)))
        except FileNotFoundError:
            continue
    return None


def remember(lake: Place, release_id: str, new: pl.DataFrame, before: pl.DataFrame | None) -> None:
    """Write the memory of a release: its decisions, and the last ones about cells that it no longer has."""
    kept = new if before is None else pl.concat([new, before.join(new, on="name", how="anti").select(new.columns)])
    buffer = io.BytesIO()
    kept.sort("name").write_parquet(buffer, compression="zstd")
    lake.write(_key(release_id), buffer.getvalue())


def _key(release_id: str) -> str:
    return f"disclosure/memory/{release_id}.parquet"
