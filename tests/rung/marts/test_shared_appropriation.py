"""A pack that shares an appropriation: what one district sends changes what educators of another are paid."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import run_marts
from tests import small_state as small
from tests.overlay_state import PROGRAM

SHARED = """
knobs:
  appropriation: {meaning: Dollars of a year, source: the state's own, provenance: unknown}
pay:
  - {levels: leader, amount: 1000, pro_rata_to: {knob: appropriation}, source: the state's own, provenance: assumption}
"""
OWN = '[overlay]\nprograms = "programs"\n[programs.top_rated]\nappropriation = 3000\n'


def amounts(work: Workspace) -> tuple[bytes, dict[str, set[str]]]:
    """The designation mart, and the amounts of 2026 by district."""
    reference = load_reference(work.reference)
    run_intake(work, reference, Progress(quiet=True))
    receipt = run_marts(work, reference, Progress(quiet=True))
    data = work.lake.read(f"marts/{receipt.inputs_id}/designation.parquet")
    own = (pl.col("program_id") == "top_rated") & (pl.col("school_year") == 2026) & (pl.col("level") == "leader")
    rows = pl.read_parquet(data).filter(own)
    return data, {lea: {str(x) for x in rows.filter(pl.col("lea_id") == lea)["amount"]} for lea in LEAS}


NEW = ("0300", "0400")
LEAS = (*small.LEAS, *NEW)


@pytest.mark.slow
def test_a_district_sends_again_and_the_share_of_the_others_changes(tmp_path: Path) -> None:
    config = small.write_state(tmp_path)
    config.write_text(small.CONFIG + OWN)
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "top_rated.yaml").write_text(PROGRAM + SHARED)
    lines = {
        "districts": [f"{lea},Ash,dcps_impact" for lea in NEW],
        "schools": [f"{lea}0{n},{year},{lea},School {n},400,40" for lea in NEW for year in small.YEARS for n in (1, 2)],
        "program_adoption": [f"{lea},top_rated,2025," for lea in LEAS],
    }
    for name, rows in lines.items():
        table = tmp_path / "reference" / f"{name}.csv"
        table.write_text(table.read_text() + "\n".join(rows) + "\n")
    for lea in NEW:
        for year in small.YEARS:
            small.drop(tmp_path, lea, year, "roster", small.csv(small.ROSTER, small.roster(lea, year)))
            small.drop(tmp_path, lea, year, "evaluation", small.csv(small.EVALUATION, small.evaluation(lea, year)))
    work = open_workspace(config)
    # 3,000 dollars for eight leaders, of whom each would have 1,000
    assert amounts(work)[1] == {lea: {"375.00"} for lea in LEAS}

    for year in small.YEARS:  # for six
        rows = [row.replace(",HE,", ",E,") for row in small.evaluation("0400", year)]
        small.drop(tmp_path, "0400", year, "evaluation", small.csv(small.EVALUATION, rows))
    incremental, paid = amounts(work)
    assert paid == {"0100": {"500.00"}, "0200": {"500.00"}, "0300": {"500.00"}, "0400": set()}
    shutil.rmtree(tmp_path / "lake" / "results")
    shutil.rmtree(tmp_path / "lake" / "marts")
    assert amounts(work)[0] == incremental
