"""The bench measures what it says: each process its own memory, the floor every row, the ratios by their definition."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks.bench import ratios_of, run_bench
from benchmarks.floor import read_and_write
from benchmarks.measure import Step, bytes_under, timed
from benchmarks.resubmission import drop_again
from benchmarks.state import prepared
from benchmarks.table import WORDS
from rung.core.errors import RungError
from rung.demo import plan

TINY = plan.Scale(leas=3, educators=90, years=2)


@pytest.fixture(autouse=True)
def tiny_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plan.SCALES, "tiny", TINY)


def quiet(_text: str) -> None:
    pass


def test_peak_memory_is_that_of_the_process_alone(tmp_path: Path) -> None:
    big = timed([sys.executable, "-c", "b = bytearray(200_000_000); b[::4096] = b'x' * len(b[::4096])"], tmp_path)
    small = timed([sys.executable, "-c", "pass"], tmp_path)
    assert big.peak_bytes > 200_000_000
    assert small.peak_bytes < 40_000_000
    assert small.seconds > 0


def test_memory_of_processes_at_the_same_time_is_added_up(tmp_path: Path) -> None:
    one = "import time; b = bytearray(150_000_000); b[::4096] = b'x' * len(b[::4096]); time.sleep(3)"
    two = f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {one!r}]); {one}; c.wait()"
    assert timed([sys.executable, "-c", two], tmp_path).peak_bytes > 300_000_000


def test_a_command_that_fails_says_why_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RungError, match=r"ended with 3: so it is$"):
        timed([sys.executable, "-c", "import sys; sys.stderr.write('a\\nso it is\\n'); sys.exit(3)"], tmp_path)


def test_state_is_generated_once_and_worked_on_elsewhere(tmp_path: Path) -> None:
    first = prepared("tiny", tmp_path, quiet)
    before = {path: path.stat().st_mtime_ns for path in first.landing.rglob("*.csv")}
    again = prepared("tiny", tmp_path, quiet)
    assert {path: path.stat().st_mtime_ns for path in again.landing.rglob("*.csv")} == before
    assert again.rows == first.rows
    lines = sum(len(path.read_text().splitlines()) - 1 for path in first.landing.glob("*/*/payroll/*.csv"))
    assert first.rows["payroll"] == lines
    assert not again.work.is_relative_to(again.landing.parent)


def test_the_floor_writes_every_row_typed(tmp_path: Path) -> None:
    state = prepared("tiny", tmp_path, quiet)
    read_and_write(state.landing, tmp_path / "floor")
    for extract, rows in state.rows.items():
        frame = pl.read_parquet(tmp_path / "floor" / f"{extract}.parquet")
        assert frame.height == rows
        assert frame["staff_id"].dtype == pl.String
    pay = pl.read_parquet(tmp_path / "floor" / "payroll.parquet")
    assert (pay["pay_date"].dtype, pay["amount"].dtype) == (pl.Date, pl.Float64)


def test_the_resubmission_is_one_line_shorter(tmp_path: Path) -> None:
    state = prepared("tiny", tmp_path, quiet)
    again = drop_again(state)
    original = state.landing / again.relative_to(state.work / "extra")
    assert original.read_bytes().startswith(again.read_bytes())
    assert len(original.read_text().splitlines()) == len(again.read_text().splitlines()) + 1


def test_ratios_are_what_section_11_asks() -> None:
    def step(name: str, seconds: float, gate: float | None = None) -> Step:
        return Step(name, seconds, seconds, 2_000_000_000, parts={} if gate is None else {"gate": gate})

    steps = {s.name: s for s in (step("floor", 2), step("run", 10, 4), step("resubmission", 1), step("again", 0.5))}
    ratios = ratios_of(steps, {"payroll": 1_000_000})
    assert ratios["run_over_floor"] == 5
    assert ratios["run_without_gate_over_floor"] == 3
    assert ratios["microseconds_per_pay_line"] == 10
    assert ratios["resubmission_over_run"] == 0.1
    assert ratios["nothing_new_seconds"] == 0.5
    assert ratios["peak_gigabytes"] == 2
    assert ratios["run_over_floor_processor"] == 5
    assert ratios["marts_over_duckdb"] is None
    peers = {"same_marts": step("same_marts", 1), "duckdb": step("duckdb", 2), "pandas": step("pandas", 40)}
    ratios = ratios_of({**steps, **peers}, {"payroll": 1})
    assert (ratios["marts_over_duckdb"], ratios["run_over_pandas"]) == (0.5, 0.25)
    both = {"all_marts": step("all_marts", 1), "all_marts_duckdb": step("all_marts_duckdb", 4)}
    ratios = ratios_of({**steps, **both}, {"payroll": 1})
    assert (ratios["all_marts_over_duckdb"], ratios["all_marts_over_duckdb_peak"]) == (0.25, 1)
    released = {"release": step("release", 8), "release again": step("release again", 1)}
    assert ratios_of({**steps, **released}, {"payroll": 1})["release_again_over_release"] == 0.125
    assert ratios["release_again_over_release"] is None
    assert ratios["resubmission_intake_and_marts_over_floor"] is None
    read = {"roster": {"read": 1, "all": 4}, "payroll": {"read": 1, "all": 20}}
    again = {
        "intake again": step("intake again", 1),
        "marts again": Step("marts again", 4, 4, 1, read_again=read),
    }
    ratios = ratios_of({"floor": steps["floor"], **again}, {"payroll": 1})
    assert ratios["resubmission_intake_and_marts_over_floor"] == 2.5
    assert ratios["resubmission_intake_and_marts_over_floor_processor"] == 2.5
    assert (ratios["resubmission_person_years_of_others"], ratios["resubmission_pay_lines_of_others"]) == (0.25, 0.05)
    assert set(ratios) == set(WORDS)
    assert ratios_of({**steps, "run": step("run", 10)}, {"payroll": 1})["run_without_gate_over_floor"] is None


def test_bytes_under_counts_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"123")
    (tmp_path / "d").write_bytes(b"12")
    assert bytes_under(tmp_path / "a", tmp_path / "d", tmp_path / "nowhere") == 5


@pytest.mark.slow
def test_a_whole_bench_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_bench("tiny", tmp_path, as_json=True)
    said = json.loads(capsys.readouterr().out)
    names = {"floor", "intake", "marts", "release", "again", "resubmission", "run", "same_marts", "duckdb", "pandas"}
    names |= {"all_marts", "all_marts_duckdb"}
    assert names == {step["name"] for step in said["steps"]}
    steps = {step["name"]: step for step in said["steps"]}
    assert steps["intake"]["bytes_written"] > 0
    assert steps["again"]["parts"].get("marts", 0) < steps["run"]["parts"]["marts"]
    assert said["ratios"]["run_over_floor"] > 0
