"""Results kept by content: a frame lies in the lake under the hash of its stage, its code and what it was made from.

What is there is read, never made again: an unchanged input costs no work, whatever else changed. Names say what a
result was made from, so that nothing is ever out of date; files that no run asks for any more may be removed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from rung.lake.parquet import write_parquet
from rung.lake.place import Place

FOLDER = "results"


def content_id(**made_from: Any) -> str:
    """The name of what is made from these: equal inputs, equal name."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()[:20]


def kept_frames(
    lake: Place,
    stage: str,
    ids: Mapping[str, str],
    order: Sequence[str],
    make: Callable[[Sequence[str]], Mapping[str, pl.DataFrame]],
) -> dict[str, pl.DataFrame]:
    """A stage's frames by name, each sorted by `order`, their key.

    `ids`: the content id of each. `make` gets the names of those that the lake lacks, and returns a frame for each.
    """
    keys = {name: f"{FOLDER}/{stage}/{content}.parquet" for name, content in ids.items()}
    lacking = [name for name, key in keys.items() if lake.tag(key) is None]
    if lacking:
        made = make(lacking)
        for name in lacking:
            write_parquet(lake, keys[name], made[name], order)
    return {name: pl.read_parquet(io.BytesIO(lake.read(key))) for name, key in keys.items()}
