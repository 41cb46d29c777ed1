"""`rung programs --plan FILE` against the marts of two full runs, one with the pack in force and one with the edit."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.core.project import PROGRAMS
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.marts.build import run_marts

KEY = ["lea_id", "school_year"]
EDITS = {
    "a cut is moved": ("texas_tia", "observation_average, at_least: 3.9", "observation_average, at_least: 4.2"),
    "an amount is changed": ("maryland_nbct", "amount: 10000", "amount: 11000"),
    "a rule asks for more years": ("dc_lift", "cases: HE, n: 2", "cases: HE, n: 3"),
}


def answer(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned")
    answer("demo", str(folder), "--leas", "3", "--educators", "60", "--years", "4")
    answer("intake", "-c", str(folder / "rung.toml"), "--json")
    return folder / "rung.toml"


def edited(folder: Path, program_id: str, old: str, new: str) -> Path:
    text = (PROGRAMS / f"{program_id}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = folder / f"{program_id}.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def marts(config: Path, program_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The program's rows of designation and program_comparison, by a full run over all marts."""
    work = open_workspace(config)
    folder = f"marts/{run_marts(work, load_reference(work.reference), Progress(quiet=True)).inputs_id}"
    frames = [
        pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/{name}.parquet")))
        for name in ("designation", "program_comparison")
    ]
    here = pl.col("program_id") == program_id
    return frames[0].filter(here), frames[1].filter(here)


def kept_designations(config: Path) -> set[str]:
    return {path.name for path in (config.parent / "lake/results/designation").iterdir()}


def counted(rows: pl.DataFrame) -> dict[tuple[int, str], int]:
    held = rows.filter(pl.col("level").is_not_null()).group_by("school_year", "level").len()
    return {(year, level): n for year, level, n in held.iter_rows()}


@pytest.mark.parametrize(
    "edit", [name if name == "a cut is moved" else pytest.param(name, marks=pytest.mark.slow) for name in EDITS]
)
def test_a_plan_is_the_difference_of_two_runs(config: Path, tmp_path: Path, edit: str) -> None:
    program_id, old, new = EDITS[edit]
    path = edited(tmp_path, program_id, old, new)
    plan = json.loads(answer("programs", "--plan", str(path), "-c", str(config), "--json"))
    was, was_cost = marts(config, program_id)
    after = config.with_name("after.toml")
    after.write_text(f'{config.read_text()}\n[overlay]\nprograms = "{tmp_path}"\n', encoding="utf-8")
    planned = kept_designations(config)
    will, will_cost = marts(after, program_id)
    assert kept_designations(config) == planned, "a run after the merge finds the plan's rows done"

    assert {(r["school_year"], r["level"]): r["before"] for r in plan["levels"] if r["before"]} == counted(was)
    assert {(r["school_year"], r["level"]): r["after"] for r in plan["levels"] if r["after"]} == counted(will)
    both = was.join(will, on=["staff_id", *KEY], how="full", coalesce=True, suffix="_after")
    moved = both.filter(pl.col("level").ne_missing(pl.col("level_after")))
    moves = moved.group_by(*KEY, "level", "level_after").len().rows()
    assert {
        (r["lea_id"], r["school_year"], r["level_before"], r["level_after"], r["persons"]) for r in plan["moves"]
    } == set(moves)
    same = both.filter(pl.col("level").eq_missing(pl.col("level_after")))
    awards = same.filter(pl.col("amount").ne_missing(pl.col("amount_after"))).group_by(KEY).len().rows()
    assert {(r["lea_id"], r["school_year"], r["persons"]) for r in plan["awards"]} == set(awards)
    assert moves or awards, "the edit has to move somebody, or it proves nothing"
    for side, cost in (("before", was_cost), ("after", will_cost)):
        mine = {(r["lea_id"], r["school_year"]): (r[f"designees_{side}"], r[f"cost_{side}"]) for r in plan["districts"]}
        assert mine == {
            (r["lea_id"], r["school_year"]): (r["designees"], None if r["cost"] is None else str(r["cost"]))
            for r in cost.to_dicts()
        }


def test_the_text_names_the_edit_people_dollars_and_districts_and_no_person(config: Path, tmp_path: Path) -> None:
    path = edited(tmp_path, *EDITS["a cut is moved"])
    text = answer("programs", "--plan", str(path), "-c", str(config))
    assert "3.9 -> 4.2" in text and "exemplary -> recognized" in text and "Demo District 00003 (00003)" in text
    people, dollars = re.findall(r"2026 +Exemplary \(exemplary\) +(\d+) +(\d+) +-(\d+)", text), text
    (now, then, fewer) = (int(n) for n in people[0])
    assert now - then == fewer > 0
    assert re.search(r"2026 +[\d,]+ +[\d,]+ +-[\d,]+", dollars)
    staff = (
        pl.scan_csv(str(config.parent / "landing/*/*/roster/*.csv"), infer_schema=False).select("staff_id").collect()
    )
    whole = text + answer("programs", "--plan", str(path), "-c", str(config), "--json")
    assert not [staff_id for staff_id in staff["staff_id"].unique() if staff_id in whole]


def test_an_edit_that_moves_nobody_says_so(config: Path, tmp_path: Path) -> None:
    path = edited(tmp_path, "texas_tia", "Texas Teacher Incentive Allotment", "Texas allotment")
    assert "nobody moves" in answer("programs", "--plan", str(path), "-c", str(config))
    away = edited(tmp_path, "iowa_tlc", "amount: 5000", "amount: 6000")
    assert "no district runs it" in answer("programs", "--plan", str(away), "-c", str(config))
    place = edited(tmp_path, "maryland_nbct", "place: ", "place: 9")
    assert "beyond this: place differ" in answer("programs", "--plan", str(place), "-c", str(config))


def test_a_new_program_is_told_as_new(config: Path, tmp_path: Path) -> None:
    path = edited(tmp_path, "iowa_tlc", "program_id: iowa_tlc", "program_id: other_tlc")
    new = path.rename(tmp_path / "other_tlc.yaml")
    data: dict[str, Any] = json.loads(answer("programs", "--plan", str(new), "-c", str(config), "--json"))
    assert (data["new"], data["adopted"], data["moves"]) == (True, False, [])


@pytest.mark.parametrize(
    ("old", "new", "line", "mend"),
    [
        ("tier: 2}", "teir: 2}", "levels:", "there are: id, intervals, leads, tier, title"),
        ("when: {role: half}", "when: {role: third}", "- id: half_or_less", "it has none, LEAD, MENTOR, MODEL, half"),
        ("levels: <role>", "levels: CHIEF", "pay:", "there are: none, MODEL, MENTOR, LEAD"),
        ("half: {holds_role", "half: {held_role", "half: {held_role", "there are: all, all_of_last"),
        (
            "provenance: assumption}\nterm",
            "provenance: hearsay}\nterm",
            "visibility:",
            "Input should be 'seed', 'public'",
        ),
    ],
)
def test_errors_name_line_and_mend(config: Path, tmp_path: Path, old: str, new: str, line: str, mend: str) -> None:
    path = edited(tmp_path, "iowa_tlc", old, new)
    with pytest.raises(RungError) as refusal:
        CliRunner().invoke(app, ["programs", "--plan", str(path), "-c", str(config)], catch_exceptions=False)
    found = re.search(r"iowa_tlc\.yaml, line (\d+): ", str(refusal.value))
    assert found and mend in str(refusal.value) and "\n" not in str(refusal.value)
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, text in enumerate(lines, start=1) if line in text)
    assert at <= int(found[1]) <= at + 2


def test_the_file_that_runs_read_is_no_edit(config: Path) -> None:
    with pytest.raises(RungError, match="this is the file that runs read"):
        words = ["programs", "--plan", str(PROGRAMS / "dc_lift.yaml"), "-c", str(config)]
        CliRunner().invoke(app, words, catch_exceptions=False)
