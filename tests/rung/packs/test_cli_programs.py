"""The commands `rung programs`, `rung explain`, `rung simulate`, as a person types them, over a small demo state."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from rung.cli.main import app
from rung.core.errors import GateFailed, RungError


def said(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("state")
    said("demo", str(folder), "--leas", "3", "--educators", "40", "--years", "3")
    said("intake", "-c", str(folder / "rung.toml"), "--json")
    return str(folder / "rung.toml")


def test_programs_lists_shows_and_draws_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "dc_lift" in said("programs")
    assert "two_highly_effective" in said("programs", "dc_lift", "--draw", "pictures")
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {"dc_lift.svg", "dc_lift.mmd"}
    data = json.loads(said("programs", "texas_tia", "--json"))
    assert data["program_id"] == "texas_tia"
    assert len(json.loads(said("programs", "--json"))["programs"]) == 22
    assert json.loads(said("programs", "--schema"))["title"] == "Pack"


def test_a_wrong_pack_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("program_id: wrong\ncolour: blue\n", encoding="utf-8")
    with pytest.raises(RungError, match=r"wrong\.yaml"):
        CliRunner().invoke(app, ["programs", "--check", str(path)], catch_exceptions=False)


def test_explain_tells_years_evidence_and_rule(config: str) -> None:
    roster = next(Path(config).parent.glob("landing/00001/*/roster/*.csv"))
    rows = pl.read_csv(roster, infer_schema=False)
    teacher = rows.filter(pl.col("staff_classification") == "teacher")["staff_id"][0]
    text = said("explain", teacher, "--program", "dc_lift", "-c", config)
    assert text.startswith("In ") and "(dc_lift) in " in text and "(00001)" in text
    assert "RULES 2.1" in text
    assert "/evaluation/" in text
    data = json.loads(said("explain", teacher, "--program", "dc_lift", "-c", config, "--json"))
    assert data["rows"]
    assert all(row["program_id"] == "dc_lift" for row in data["rows"])


def test_simulate_lays_programs_side_by_side(config: str, tmp_path: Path) -> None:
    words = [
        "simulate",
        "--program",
        "maryland_nbct",
        "--program",
        "texas_tia",
        "--lea",
        "00003",
        "-c",
        config,
    ]
    out = tmp_path / "out"
    data = json.loads(said(*words, "--out", str(out), "--json"))
    assert {row["program_id"] for row in data["program_comparison"]} == {"maryland_nbct", "texas_tia"}
    assert {row["adopted"] for row in data["program_comparison"]} == {True, False}
    assert pl.read_parquet(out / "program_comparison.parquet").height == len(data["program_comparison"])
    # nobody of 00003 was rated under DC's system: no row, exit 1, and the reason
    with pytest.raises(GateFailed, match="nobody was rated under the rating system of dc_lift"):
        alone = ["simulate", "--program", "dc_lift", "--lea", "00003", "-c", config]
        CliRunner().invoke(app, alone, catch_exceptions=False)
    with pytest.raises(RungError, match="--years"):
        CliRunner().invoke(app, [*words, "--years", "soon"], catch_exceptions=False)
