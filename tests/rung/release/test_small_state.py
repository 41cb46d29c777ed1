"""A state so small that a level cannot be hidden beside the moves to it: the moves are not published, the rest is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from rung.audit.checker import check
from rung.core.progress import Progress
from rung.demo import write_demo
from rung.lake.workspace import open_workspace
from rung.pipeline import run_all


@pytest.mark.slow
def test_moves_that_would_give_a_level_away_are_withheld_and_the_state_releases(tmp_path: Path) -> None:
    write_demo(tmp_path, leas=4, educators=60, years=3, seed=3, dirty=0.02, scale=None)
    work = open_workspace(tmp_path / "rung.toml")
    run_all(work, Progress(quiet=True))
    release = json.loads(work.releases.read("current.json"))["release_id"]
    result = check(lambda path: work.releases.read(f"{release}/{path}"))
    assert result.holds, result.problems
    flow = pl.read_parquet(
        io.BytesIO(work.releases.read(f"{release}/public/public_ladder_flow/public_ladder_flow.parquet"))
    )
    gone = flow.filter(pl.col("reason") == "not_available")
    assert set(gone["program_id"]) == {"dc_impactplus"} and gone["persons"].null_count() == gone.height
    whole = pl.col("program_id").eq("dc_impactplus") & pl.col("school_year").is_in(gone["school_year"].unique())
    assert flow.filter(whole).height == gone.height


@pytest.mark.slow
def test_a_number_of_the_state_that_would_give_its_districts_away_even_rounded_is_hidden(tmp_path: Path) -> None:
    """Ten of thirteen evaluators do not lead, two each in five districts: rounded to 20, ten is the least it could be,
    and then every district's two are certain."""
    write_demo(tmp_path, leas=5, educators=60, years=3, seed=2, dirty=0.0, scale=None)
    work = open_workspace(tmp_path / "rung.toml")
    run_all(work, Progress(quiet=True))
    release = json.loads(work.releases.read("current.json"))["release_id"]
    assert check(lambda path: work.releases.read(f"{release}/{path}")).holds
    span = pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/public/public_span/public_span.parquet")))
    state = span.filter((pl.col("measure") == "evaluators_without_leaders") & (pl.col("grain") == "state"))
    assert state.filter(pl.col("school_year") == 2024)["reason"].to_list() == ["few_persons"]
