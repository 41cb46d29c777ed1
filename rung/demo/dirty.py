"""Spoils a written landing: rows by the row spoils in turn, whole files by the file spoils; lists every one of them.

Rosters are spoiled on rows that are put in beside the real ones, so that nobody else's rows lose their person.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from rung.demo.counter_rng import CounterRng
from rung.demo.file_damage import damage
from rung.demo.spoiled_file import Page
from rung.demo.spoils import FILE_SPOILS, ROW_SPOILS, FileSpoil, RowSpoil

LISTED = {
    "lea_id": pl.String,
    "school_year": pl.Int16,
    "extract": pl.String,
    "source_file": pl.String,
    "source_row": pl.UInt32,
    "spoil": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
}
FILES_PER_SPOIL = 6  # at most one file in so many is damaged whole, however high the share
HEADER_LINES = 1
LOOK_AHEAD = 200  # rows that are looked at for one that a spoil fits
STRIDE = 7  # from file to file the spoils begin elsewhere, so that small files meet all of them
Listing = list[tuple[str, int, str, str, int | None, str, str, str]]


def spoil_landing(rng: CounterRng, landing: Path, share: float) -> pl.DataFrame:
    """Spoils `share` of the rows of every file (and of the files, each file spoil at least once where there are files
    enough) and returns one row per spoiled row; `source_row` is null where the whole file is meant."""
    paths = sorted(landing.glob("*/*/*/*.csv"))
    whole = _files_to_damage(rng, paths, share)
    listing: Listing = []
    for number, path in enumerate(paths):
        lea_id, year, extract = path.parts[-4:-1]
        if path in whole:
            spoil = whole[path]
            damage(spoil.name, path)
            listing.append((lea_id, int(year), extract, path.name, None, spoil.name, spoil.rule_id, spoil.outcome))
        else:
            for row, done in _spoil_rows(rng, path, extract, share, number):
                listing.append((lea_id, int(year), extract, path.name, row, done.name, done.rule_id, done.outcome))
    return pl.DataFrame(listing, schema=LISTED, orient="row").sort(list(LISTED), nulls_last=True)


def _files_to_damage(rng: CounterRng, paths: list[Path], share: float) -> dict[Path, FileSpoil]:
    """Files in a random order, each given the next file spoil that fits its extract."""
    wanted = max(len(FILE_SPOILS), int(share * len(paths)))
    wanted = min(wanted, len(paths) // FILES_PER_SPOIL)
    order = np.argsort(rng.uniform("damage", np.arange(len(paths))))
    free = [paths[i] for i in order.tolist()]
    chosen: dict[Path, FileSpoil] = {}
    for number in range(wanted):
        spoil = FILE_SPOILS[number % len(FILE_SPOILS)]
        fitting = (path for path in free if path.parts[-2] in spoil.extracts and path not in chosen)
        path = next(fitting, None)
        if path is not None:
            chosen[path] = spoil
    return chosen


def _spoil_rows(rng: CounterRng, path: Path, extract: str, share: float, number: int) -> list[tuple[int, RowSpoil]]:
    """Spoils a file's rows in place; the lines of the file that were spoiled, counted from 1, header included."""
    page = Page(path, beside=extract == "roster")
    spoils = ROW_SPOILS[extract]
    left = int(share * page.height)
    order = np.argsort(rng.uniform("spoil", number, np.arange(page.height)))
    candidates = deque(order.tolist())
    first = number * STRIDE
    for turn in range(first, first + 2 * (left + len(spoils))):
        spoil = spoils[turn % len(spoils)]
        row = next((row for row in islice(candidates, LOOK_AHEAD) if page.fits(spoil, row)), None)
        if row is not None and spoil.rows <= left:
            candidates.remove(row)
            left -= page.spoil(spoil, row)
    page.save()
    return [(row + HEADER_LINES + 1, spoil) for row, spoil in sorted(page.done, key=lambda done: done[0])]
