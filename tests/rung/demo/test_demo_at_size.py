"""At twenty districts: the confusion table of a dirty state, and every status of every program in a clean one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from contracts.vocabulary import DESIGNATION_STATUSES
from rung.core.progress import Progress
from rung.demo import write_demo
from rung.demo.adoptions import adoptions
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace

PLACE = ["lea_id", "school_year", "extract", "source_file", "source_row"]


def rows_under(folder: Path, *more: str) -> pl.DataFrame:
    frames = [
        pl.read_parquet(path, columns=[name for name in PLACE if name != "extract"] + list(more)).with_columns(
            extract=pl.lit(path.relative_to(folder).parts[0])
        )
        for path in folder.rglob("*.parquet")
    ]
    return pl.concat(frames).select(*PLACE, *more)


@pytest.mark.slow
def test_confusion_of_twenty_dirty_districts(tmp_path: Path) -> None:
    write_demo(tmp_path / "state", leas=20, educators=300, years=4, seed=11, dirty=0.03)
    work = open_workspace(tmp_path / "state" / "rung.toml")
    receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
    spoiled = pl.read_parquet(tmp_path / "state" / "spoiled.parquet")
    whole = spoiled.filter(pl.col("source_row").is_null() & (pl.col("outcome") == "rejected"))
    held_back = rows_under(tmp_path / "state" / "lake" / "quarantined", "_errors")
    kept = rows_under(tmp_path / "state" / "lake" / "accepted")
    seen = pl.concat([held_back, kept], how="diagonal").join(whole, on=PLACE[:3], how="anti")
    told = seen.join(spoiled.select(*PLACE, "rule_id", "outcome"), on=PLACE, how="full", coalesce=True).filter(
        pl.col("source_row").is_not_null()
    )
    by_its_rule = pl.col("_errors").list.contains(pl.col("rule_id"))
    became = (
        pl.when(by_its_rule.fill_null(False))
        .then(pl.lit("quarantined by its rule"))
        .when(pl.col("_errors").is_not_null())
        .then(pl.lit("quarantined by another"))
        .otherwise(pl.lit("not quarantined"))
    )
    table = told.group_by(pl.col("outcome").fill_null("clean"), became.alias("became")).len().sort("outcome", "became")
    print(table)  # noqa: T201  the table is the proof
    assert {(*row[:2],) for row in table.rows()} == {
        ("clean", "not quarantined"),
        ("dropped", "not quarantined"),
        ("quarantined", "quarantined by its rule"),
        ("repaired", "not quarantined"),
        ("warned", "not quarantined"),
    }
    dropped = spoiled.filter(pl.col("outcome") == "dropped")
    assert kept.join(dropped, on=PLACE, how="semi").height == 0
    assert receipt.rows_read > receipt.rows_accepted + receipt.rows_quarantined >= told.height - dropped.height


@pytest.mark.slow
def test_programs_of_twenty_districts_give_every_status(tmp_path: Path) -> None:
    from rung.marts.build import run_marts

    write_demo(tmp_path / "state", leas=20, educators=200, seed=4)
    work = open_workspace(tmp_path / "state" / "rung.toml")
    reference = load_reference(work.reference)
    receipt = run_intake(work, reference, Progress(quiet=True))
    assert receipt.rows_quarantined == 0
    assert receipt.rows_read == receipt.rows_accepted
    marts = run_marts(work, reference, Progress(quiet=True))
    rows = pl.read_parquet(tmp_path / "state" / "lake" / "marts" / marts.inputs_id / "designation.parquet")
    assert {*rows["status"]} == {*DESIGNATION_STATUSES}
    in_window = {name for name, program in adoptions().programs.items() if program.runs(2026) or program.runs(2024)}
    assert {*rows["program_id"]} == in_window
