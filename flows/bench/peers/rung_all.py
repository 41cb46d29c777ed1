"""All restricted marts by Rung's own transforms, as `rung marts` makes them, but from the same inputs as the SQL.

Run as `python -m flows.bench.peers.rung_all CONFIG INPUTS OUT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from contracts.knobs import MetricKnobs
from contracts.marts import MARTS as RESTRICTED
from flows.bench.peers import ALL_MARTS
from flows.bench.peers.rung_peer import gather
from flows.marts import accepted_tables
from flows.packs import load_packs
from flows.reference import load_reference
from flows.workspace import PROJECT, open_workspace
from transforms.s4_sustain.facts import resolved_facts
from transforms.s5_marts import build_all
from transforms.s5_marts.data_quality import build_data_quality

# What is drawn by lot is not compared, so it is hardly drawn: SQL does not draw it either.
FEWEST_PATHS = 10


def build(config: Path, inputs: Path, out: Path) -> None:
    """Reads what was accepted and the inputs, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    work = open_workspace(config)
    reference = load_reference(work.reference)
    tables = accepted_tables(work, work.ledger.in_force(None)) | {n: f.lazy() for n, f in reference.tables.items()}
    terms = [pack.terms() for pack in load_packs(PROJECT / "programs", work.settings.programs)]
    knobs = MetricKnobs.model_validate(work.settings.metrics)
    few = knobs.projection.model_copy(update={"paths": FEWEST_PATHS})
    knobs = knobs.model_copy(update={"projection": few})
    designation = pl.read_parquet(inputs / "designation.parquet").lazy()
    lazy = build_all(tables, resolved_facts(tables, gather), designation, terms, knobs, gather)
    counts = pl.scan_parquet(inputs / "rule_counts.parquet")
    lazy["data_quality"] = build_data_quality(counts, tables["calendar"]).sort(RESTRICTED["data_quality"].order)
    frames = pl.collect_all([lazy[name] for name in ALL_MARTS], engine="in-memory")
    for name, frame in zip(ALL_MARTS, frames, strict=True):
        frame.write_parquet(out / f"{name}.parquet")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
