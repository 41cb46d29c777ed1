"""The peers' marts by Rung's own transforms. Run as `python -m benchmarks.peers.rung_peer CONFIG OUT`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedPayroll
from contracts.marts.designation import Designation
from contracts.resolved.leaders import LeaderYears
from contracts.tables import Tables, as_tables, designation_tables
from rung.core.project import PROGRAMS
from rung.lake.accepted import accepted_tables
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.packs.load import load_packs
from transforms.s2_resolve.pay import sum_payroll
from transforms.s2_resolve.run import resolve
from transforms.s3_designate.run import build_designation
from transforms.s4_sustain.base_pay import base_pay
from transforms.s5_marts.compensation import build_compensation
from transforms.s5_marts.educator_year import build_educator_year
from transforms.s5_marts.ladder_flow import build_ladder_flow

LADDER = "dc_lift"


def build(config: Path, out: Path) -> None:
    """Reads what was accepted, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    work = open_workspace(config)
    reference = load_reference(work.reference)
    tables = accepted_tables(work.lake, work.ledger.in_force(None)) | {n: f.lazy() for n, f in reference.tables.items()}
    tables["pay_sums"] = sum_payroll(AcceptedPayroll.cast(tables["payroll"]))  # from the lines, as the peers do
    packs = [pack for pack in load_packs(PROGRAMS, {}) if pack.program_id == LADDER]
    levels = gather({"designation": build_designation(packs=packs, **designation_tables(tables))})
    marts = _marts(as_tables(tables), Designation.cast(levels["designation"]))
    for (name, lazy), frame in zip(marts.items(), pl.collect_all(list(marts.values())), strict=True):
        frame.sort(lazy.collect_schema().names()).write_parquet(out / f"{name}.parquet")


def _marts(tables: Tables, designation: dy.LazyFrame[Designation]) -> dict[str, pl.LazyFrame]:
    facts = resolve(tables, gather)
    nobody = LeaderYears.create_empty(lazy=True)
    base = base_pay(facts["pay_totals"], facts["assignments"], tables["salary_schedules"])
    educators = build_educator_year(
        facts["record_years"],
        facts["lea_years"],
        facts["ratings"],
        tables["districts"],
        facts["pay_totals"],
        nobody,
        nobody,
        facts["rosters"],
    )
    return {
        "educator_year": educators.drop("is_leader", "is_other_leader"),
        "compensation": build_compensation(facts["pay"], base),
        "ladder": designation.select("lea_id", "staff_id", "school_year", "level"),
        "ladder_flow": build_ladder_flow(designation).drop("program_id", "median_years_to_level"),
    }


def gather(frames: Mapping[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """Materialise frames that several marts share, all at once."""
    collected = pl.collect_all(list(frames.values()), engine="streaming")
    return {name: frame.lazy() for name, frame in zip(frames, collected, strict=True)}


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
