"""Prints what deciding the public side takes, in processor seconds, at several sizes of one state.

Run as `python -m benchmarks.disclosure_sizes CONFIG [N ...]` after `rung marts`: the decision alone (masks,
complements, certificates) on every Nth district of the newest marts; 1: all of them.
"""

from __future__ import annotations

import io
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from rung.lake.workspace import Workspace, open_workspace
from rung.release.disclosure_terms import disclosure_terms
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.decide import decide
from transforms.s6_disclose.past import nothing_before
from transforms.s6_disclose.run import NEEDED, awards_of, blocks_of

STEPS = (60, 30, 16, 8, 4, 1)
HEAD = "| every | districts | rows | cells in relations | hidden | seconds |"


def folder_of(work: Workspace) -> str:
    """The newest marts. Raises ValueError where there are none."""
    made = {entry.key.rpartition("/")[0]: entry.modified for entry in work.lake.entries("marts")}
    return max(made, key=lambda name: made[name])


def main(config: str, *steps: str) -> None:
    """Prints the table; see the module."""
    work = open_workspace(Path(config))
    folder = folder_of(work)
    terms = disclosure_terms(work, folder, datetime.now(UTC).date())
    marts = {name: pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/{name}.parquet"))).lazy() for name in NEEDED}
    closed = pl.DataFrame(terms.closed, schema={"program_id": pl.String, "school_year": pl.Int16}, orient="row")
    blocks, awards = blocks_of(marts, terms.steps), awards_of(marts["designation"])
    places = blocks["lea_id"].unique().sort().to_list()
    sys.stdout.write(f"{HEAD}\n{'|---' * 6}|\n")
    for step in [int(each) for each in steps] or STEPS:
        some = blocks.filter(pl.col("lea_id").is_in(places[::step]))
        rows = pl.concat([some, of_state(some)])
        start = time.process_time()
        made = decide(rows, terms.policy, closed, awards, nothing_before())
        seconds = time.process_time() - start
        cells = made.relations["cell"].n_unique()
        hidden = made.cells.filter(pl.col("mask") == "suppressed").height
        sys.stdout.write(
            f"| {step} | {len(places[::step])} | {rows.height:,} | {cells:,} | {hidden:,} | {seconds:.1f} |\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
