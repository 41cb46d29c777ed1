"""States so small that almost everything stands beside a secret: they release, and the checker holds."""

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


def public(root: Path, **size: int) -> dict[str, pl.DataFrame]:
    """The public tables of a state that was just released, checked."""
    write_demo(root, years=3, dirty=0.02, scale=None, **size)
    work = open_workspace(root / "rung.toml")
    run_all(work, Progress(quiet=True))
    release = json.loads(work.releases.read("current.json"))["release_id"]
    result = check(lambda path: work.releases.read(f"{release}/{path}"))
    assert result.holds, result.problems
    names = ("public_ladder_flow", "public_span")
    return {n: pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/public/{n}/{n}.parquet"))) for n in names}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leas", "educators", "seed"),
    [
        (4, 60, 3),  # a level stands beside the moves to it
        (3, 12, 1),  # a confidential district has no evaluators
        (2, 12, 2),
    ],
)
def test_it_releases(leas: int, educators: int, seed: int, tmp_path: Path) -> None:
    flow = public(tmp_path, leas=leas, educators=educators, seed=seed)["public_ladder_flow"]
    assert set(flow["reason"].drop_nulls()) <= {"protects_persons", "not_released"}


@pytest.mark.slow
def test_a_number_of_the_state_that_would_give_its_districts_away_even_rounded_is_hidden(tmp_path: Path) -> None:
    """Ten of thirteen evaluators do not lead, two each in five districts: rounded to 20, ten is the least it could be,
    and then every district's two are certain."""
    span = public(tmp_path, leas=5, educators=60, seed=2)["public_span"]
    state = span.filter((pl.col("measure") == "evaluators_without_leaders") & (pl.col("grain") == "state"))
    assert set(state["mask"]) == {"suppressed"} and state["persons"].null_count() == state.height
