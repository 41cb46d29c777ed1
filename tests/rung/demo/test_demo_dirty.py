"""The dirty demo: what is listed is what was spoiled, and intake catches it all and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.file_rules import FILE_RULES, REPAIRS, ROW_RULES
from rung.core.rules import row_rules_for
from rung.core.settings import load_settings
from rung.demo.file_damage import DAMAGES
from rung.demo.spoils import FILE_SPOILS, ROW_SPOILS

PLACE = ["lea_id", "school_year", "extract", "source_file", "source_row"]
FILE = ["lea_id", "school_year", "extract"]


@pytest.fixture(scope="module")
def spoiled(dirty_demo: Path) -> pl.DataFrame:
    return pl.read_parquet(dirty_demo / "spoiled.parquet")


@pytest.fixture(scope="module")
def taken_in(dirty_demo: Path) -> Path:
    """The dirty demo after `rung intake`."""
    from rung.core.progress import Progress
    from rung.intake.run import run_intake
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(dirty_demo / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return dirty_demo


@pytest.fixture(scope="module")
def quarantined(taken_in: Path) -> pl.DataFrame:
    frames = [
        pl.read_parquet(path).select(
            "lea_id",
            pl.col("school_year").cast(pl.Int16),
            pl.lit(path.relative_to(taken_in / "lake" / "quarantined").parts[0]).alias("extract"),
            "source_file",
            pl.col("source_row").cast(pl.UInt32),
            "_errors",
        )
        for path in (taken_in / "lake" / "quarantined").rglob("*.parquet")
    ]
    return pl.concat(frames)


@pytest.fixture(scope="module")
def receipts(taken_in: Path) -> dict[tuple[str, int, str], dict[str, Any]]:
    read = (json.loads(path.read_text()) for path in (taken_in / "receipts").rglob("receipt.json"))
    return {(each["lea_id"], each["school_year"], each["extract"]): each for each in read}


def test_there_are_many_ways_and_each_has_a_rule_that_exists(dirty_demo: Path) -> None:
    settings = load_settings(dirty_demo / "rung.toml")
    assert sum(len(spoils) for spoils in ROW_SPOILS.values()) + len(FILE_SPOILS) >= 40
    assert {spoil.name for spoil in FILE_SPOILS} == set(DAMAGES)
    rules = {rule.rule_id: rule for extract in ROW_SPOILS for rule in row_rules_for(extract, 2026, settings)}
    for extract, spoils in ROW_SPOILS.items():
        assert len({spoil.name for spoil in spoils}) == len(spoils)
        for spoil in spoils:
            if spoil.outcome == "dropped":
                assert spoil.rule_id == "duplicate"
            elif spoil.outcome == "repaired":
                assert spoil.rule_id in REPAIRS
            elif spoil.rule_id not in ROW_RULES:
                assert rules[spoil.rule_id].table == extract
                assert rules[spoil.rule_id].severity == {"quarantined": "error", "warned": "warn"}[spoil.outcome]
    for damage in FILE_SPOILS:
        known = damage.rule_id in FILE_RULES or damage.rule_id in REPAIRS
        assert known or rules[damage.rule_id].severity == "fatal", damage.name


def test_every_way_occurs_and_the_share_is_kept(spoiled: pl.DataFrame, dirty_demo: Path) -> None:
    listed = {*spoiled.select("extract", "spoil").unique().iter_rows()}
    assert {(extract, spoil.name) for extract, spoils in ROW_SPOILS.items() for spoil in spoils} <= listed
    assert {spoil.name for spoil in FILE_SPOILS} <= {name for _, name in listed}
    assert not spoiled.filter(pl.col("source_row").is_not_null()).select(PLACE).is_duplicated().any()
    rows = spoiled.filter(pl.col("source_row").is_not_null()).group_by(*FILE).len()
    for lea_id, year, extract, count in rows.iter_rows():
        path = dirty_demo / "landing" / lea_id / str(year) / extract / f"{extract}.csv"
        lines = path.read_text(encoding="utf-8").count("\n")
        assert count <= 0.03 * lines
        assert count >= 0.03 * lines * 0.9 - 2


def test_clean_and_dirty_states_are_the_same_but_for_the_spoils(tmp_path: Path) -> None:
    from rung.demo import write_demo

    size = {"leas": 2, "educators": 100, "years": 2, "seed": 9}
    write_demo(tmp_path / "clean", **size)
    write_demo(tmp_path / "dirty", dirty=0.03, **size)
    spoiled = pl.read_parquet(tmp_path / "dirty" / "spoiled.parquet")
    for path in _whole(tmp_path / "dirty" / "landing", spoiled):
        clean = (tmp_path / "clean" / path.relative_to(tmp_path / "dirty")).read_text().splitlines()
        dirty = path.read_text().splitlines()
        lea_id, year, extract = path.parts[-4:-1]
        of_file = (pl.col("lea_id") == lea_id) & (pl.col("school_year") == int(year)) & (pl.col("extract") == extract)
        bad = {*spoiled.filter(of_file)["source_row"]}
        for number, line in enumerate(dirty, start=1):
            same = number <= len(clean) and line == clean[number - 1]
            twin = number in bad and line in clean  # the original of a twin, and an exact repetition
            assert same != (number in bad) or twin, f"{path}:{number}"


def _whole(landing: Path, spoiled: pl.DataFrame) -> Iterator[Path]:
    damaged = {(a, str(b), c) for a, b, c in spoiled.filter(pl.col("source_row").is_null()).select(FILE).iter_rows()}
    yield from (path for path in landing.glob("*/*/*/*.csv") if path.parts[-4:-1] not in damaged)


def test_every_spoiled_row_is_caught_by_its_rule(spoiled: pl.DataFrame, quarantined: pl.DataFrame) -> None:
    must = spoiled.filter(pl.col("outcome") == "quarantined").join(quarantined, on=PLACE, how="left")
    caught = pl.col("_errors").list.contains(pl.col("rule_id")).fill_null(False)
    missed = must.filter(~caught).group_by("extract", "spoil", "rule_id").agg(pl.len(), pl.col("_errors").first())
    assert missed.height == 0, missed
    assert must.height > 500


def test_no_other_row_is_quarantined(spoiled: pl.DataFrame, quarantined: pl.DataFrame) -> None:
    may = spoiled.filter(pl.col("outcome") == "quarantined")
    whole = spoiled.filter((pl.col("outcome") == "rejected") & pl.col("source_row").is_null())
    stray = quarantined.join(may, on=PLACE, how="anti").join(whole, on=FILE, how="anti")
    assert stray.height == 0, stray


def test_files_meet_their_fate(spoiled: pl.DataFrame, receipts: dict[tuple[str, int, str], dict[str, Any]]) -> None:
    files = spoiled.filter(pl.col("source_row").is_null())
    assert files.height >= len(FILE_SPOILS)
    for lea_id, year, extract, name, rule_id, outcome in files.select(*FILE, "spoil", "rule_id", "outcome").iter_rows():
        receipt = receipts[lea_id, year, extract]
        told = {each["rule_id"] for each in (*receipt["problems"], *receipt["rules"])} | {*receipt["repairs"]}
        assert rule_id in told, (name, receipt["problems"], receipt["repairs"])
        assert (receipt["state"] == "accepted") == (outcome == "repaired"), (name, receipt["state"])


def test_repeated_rows_are_dropped_and_warned_rows_kept(
    spoiled: pl.DataFrame, taken_in: Path, receipts: dict[tuple[str, int, str], dict[str, Any]]
) -> None:
    dropped = spoiled.filter(pl.col("outcome") == "dropped").group_by(FILE).len()
    assert dropped.height > 10
    for lea_id, year, extract, count in dropped.iter_rows():
        assert receipts[lea_id, year, extract]["rows_duplicate"] == count
    accepted = pl.concat(
        pl.read_parquet(path, columns=["lea_id", "school_year", "source_file", "source_row"]).with_columns(
            extract=pl.lit(path.relative_to(taken_in / "lake" / "accepted").parts[0])
        )
        for path in (taken_in / "lake" / "accepted").rglob("*.parquet")
    )
    kept = spoiled.filter(pl.col("outcome").is_in(["warned", "repaired"]) & pl.col("source_row").is_not_null())
    assert kept.height > 50
    assert kept.join(accepted, on=PLACE, how="anti").height == 0
