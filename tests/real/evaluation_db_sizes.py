"""Prints time and utility of the disclosure step on real district-years: levels of evaluation of states of six sizes.

Run as `python -m tests.real.evaluation_db_sizes FILE [STATE ...]`, FILE: evaluationDB.csv. Processor seconds of the
decision; shares of cells of k persons or more that stand, and of persons in shown cells, at LEA grain.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import polars as pl

from tests.disclosed import decided, files_of, holds, policy
from tests.real.test_evaluation_db import blocks
from transforms.s6_disclose.utility import utility

STATES = ("RI", "CT", "MA", "ID", "FL", "OH")
HEAD = "| state | district-years | cells in relations | hidden | seconds | state: cells | LEA: cells | LEA: persons |"


def line(path: Path, state: str) -> str:
    """One state's row of the table. Raises AssertionError where the checker refuses."""
    rows = blocks(path, state)
    start = time.process_time()
    made = decided(rows)
    seconds = time.process_time() - start
    assert holds(files_of(made)), state
    places = rows.select("lea_id", "school_year").unique().height
    hidden = made.cells.filter(pl.col("mask") == "suppressed").height
    shown = {row["grain"]: row for row in utility(made.rows, policy().minimum_persons).to_dicts()}
    of_state, lea = shown["state"], shown["lea"]
    shares = f"{of_state['of_many']:.1%} | {lea['of_many']:.1%} | {lea['of_value']:.1%}"
    return f"| {state} | {places:,} | {made.cells.height:,} | {hidden:,} | {seconds:.1f} | {shares} |"


def main(path: str, *states: str) -> None:
    sys.stdout.write(f"{HEAD}\n{'|---' * 8}|\n")
    for state in states or STATES:
        sys.stdout.write(line(Path(path), state) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
