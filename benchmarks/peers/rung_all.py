"""All restricted marts by Rung's own transforms, as `rung marts` makes them, but from the same inputs as the SQL.

Run as `python -m benchmarks.peers.rung_all CONFIG INPUTS OUT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.peers import ALL_MARTS
from benchmarks.peers.rung_peer import gather
from contracts.extracts import AcceptedPayroll
from contracts.marts import MARTS as RESTRICTED
from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.resolved.findings import RuleCounts
from contracts.tables import as_tables
from rung.lake.accepted import accepted_tables
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.packs.load import packs_of
from transforms.s2_resolve.pay import sum_payroll
from transforms.s2_resolve.run import resolve
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.data_quality import build_data_quality
from transforms.s5_marts.run import build_marts

# What is drawn by lot is not compared, so it is not drawn: SQL does not draw it either.
NO_PATHS = 0


def build(config: Path, inputs: Path, out: Path) -> None:
    """Reads what was accepted and the inputs, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    work = open_workspace(config)
    reference = load_reference(work.reference)
    tables = accepted_tables(work.lake, work.ledger.in_force(None)) | {n: f.lazy() for n, f in reference.tables.items()}
    tables["pay_sums"] = sum_payroll(AcceptedPayroll.cast(tables["payroll"]))  # from the lines, as the peers do
    terms = [pack.terms() for pack in packs_of(work.settings)]
    parameters = MetricParameters.model_validate(work.settings.metrics)
    few = parameters.projection.model_copy(update={"paths": NO_PATHS})
    parameters = parameters.model_copy(update={"projection": few})
    designation = Designation.cast(pl.read_parquet(inputs / "designation.parquet").lazy())
    read = as_tables(tables)
    facts = sustain(resolve(read, gather), read, designation, terms, parameters, gather)
    lazy = build_marts(facts, read, designation, terms, parameters, gather)
    counts = RuleCounts.cast(pl.scan_parquet(inputs / "rule_counts.parquet"))
    lazy["data_quality"] = build_data_quality(counts, read["calendar"]).sort(RESTRICTED["data_quality"].order)
    for name in ALL_MARTS:
        lazy[name].collect(engine="streaming").write_parquet(out / f"{name}.parquet")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
