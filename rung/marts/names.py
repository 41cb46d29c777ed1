"""Names of a set of marts or of a release, from its own dimensions: no pack and no reference table is read."""

from __future__ import annotations

import io
from collections.abc import Callable

import polars as pl

from rung.lake.reference import district_names
from rung.lake.workspace import Workspace
from rung.packs.names import Names


def names_of_marts(work: Workspace, inputs_id: str) -> Names:
    """Districts, programs and levels by name as they stood when the marts were built."""
    return _names(lambda name: work.lake.read(f"marts/{inputs_id}/{name}.parquet"))


def names_of_release(work: Workspace, release_id: str) -> Names:
    """Districts, programs and levels by name as a release has them."""
    return _names(lambda name: work.releases.read(f"{release_id}/public/{name}/{name}.parquet"))


def _names(read: Callable[[str], bytes]) -> Names:
    districts, programs, levels = (
        pl.read_parquet(io.BytesIO(read(name))) for name in ("dim_district", "dim_program", "dim_level")
    )
    return Names(
        district_names(districts),
        dict(programs.select("program_id", "title").iter_rows()),
        {
            (program, level): title
            for program, level, title in levels.select("program_id", "level", "title").iter_rows()
        },
    )
