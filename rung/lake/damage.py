"""What a fault of the disk does to a lake: kept results and sums are made again, accepted rows are named."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable

import polars as pl

from contracts.marts.dimensions import DIMENSIONS
from rung.audit.merkle import tree_of
from rung.core.errors import RungError
from rung.lake.accepted import by_object
from rung.lake.pay_sums import FOLDER as PAY_SUMS
from rung.lake.place import Place
from rung.lake.results import FOLDER as RESULTS
from rung.lake.submissions import Submission


def forget_damaged(lake: Place, in_force: Iterable[Submission]) -> int:
    """Remove the kept results and pay sums that cannot be read; returns how many.

    Asked only when a run has met a file that Polars cannot read: every file is read through. Raises RungError naming
    the accepted rows that cannot be read or are gone: nothing but a copy of them, or their district, has them.
    """
    for key, lost in by_object(in_force).items():
        if not _readable(lake, key):
            where = sorted(f"{each.lea_id}/{each.school_year}/{each.extract}" for each in lost)
            raise RungError(
                f"{lake.uri(key)}: the accepted rows of {', '.join(where)} are damaged or gone; put the file back from "
                f"a backup of the lake, or put the file{'s' * (len(where) > 1)} of "
                f"{'these districts' if len(where) > 1 else 'the district'} into landing/ once more, each into the "
                "folder of that name"
            )
    made = [entry.key for folder in (RESULTS, PAY_SUMS) for entry in lake.entries(folder)]
    damaged = [key for key in made if key.endswith(".parquet") and not _readable(lake, key)]
    for key in damaged:
        lake.remove_one(key)
    return len(damaged)


def forget_damaged_marts(lake: Place, folder: str) -> None:
    """Raises RungError where a folder's marts are not as they were made; the next run then makes them anew."""
    made_from = json.loads(lake.read(f"{folder}/inputs.json"))
    names = [*made_from["marts"], *DIMENSIONS, "program_pay"]
    hashes = {name: hashlib.sha256(lake.read(f"{folder}/{name}.parquet")).hexdigest() for name in names}
    if tree_of(hashes)[""] != made_from["root"]:
        lake.remove_one(f"{folder}/summary.json")
        why = "these marts are not as they were made, by a fault of the disk"
        raise RungError(f"{lake.uri(folder)}: {why}; run again, and they are made anew")


def _readable(lake: Place, key: str) -> bool:
    try:
        pl.read_parquet(io.BytesIO(lake.read(key)))
    except (pl.exceptions.PolarsError, FileNotFoundError):
        return False
    return True
