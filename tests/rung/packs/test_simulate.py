"""`rung simulate`: packs over a history that never adopted them, beside those that did."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import RungError
from rung.packs.golden_cases import Case, read_case
from rung.packs.load import load_packs
from rung.packs.simulate import (
    Simulation,
    read_crosswalk,
    simulate,
    simulation_text,
    why_empty,
    with_crosswalk,
    write_simulation,
)

CASES = Path(__file__).resolve().parents[2] / "golden" / "packs"
PACKS = load_packs()
CROSSWALK = "from_system,from_level,to_system,to_level\n" + "".join(
    f"dcps_impact,{old},denver_leap,{new}\n" for old, new in [("HE", "Distinguished"), ("E", "Effective")]
)


@pytest.fixture
def lift() -> Case:
    return read_case(CASES / "dc_lift__rules_vectors")


def crosswalk(folder: Path, text: str = CROSSWALK) -> pl.DataFrame:
    path = folder / "crosswalk.csv"
    path.write_text(text, encoding="utf-8")
    return read_crosswalk(path)


def run(case: Case, *programs: str, **options: object) -> Simulation:
    return simulate(case.tables, PACKS, programs, **options)  # type: ignore[arg-type]


def test_an_adopted_program_simulates_to_its_real_rows_and_is_marked_adopted(lift: Case) -> None:
    result = run(lift, "dc_lift")
    assert result.designation.height == lift.expected.height
    assert result.comparison["adopted"].all()
    ten = result.comparison.filter(pl.col("school_year") == 2013).row(0, named=True)
    assert ten["designees"] == 1  # in 2013 only T10 stands at advanced, the first rung of tier 1
    assert ten["share_of_teachers"] == pytest.approx(0.1)


def test_programs_side_by_side_over_one_history(lift: Case) -> None:
    result = run(lift, "dc_lift", "green_dot", "iowa_tlc", years=(2014, 2015))
    assert set(result.comparison["program_id"]) <= {"dc_lift", "green_dot", "iowa_tlc"}
    assert set(result.comparison["school_year"]) == {2014, 2015}
    simulated = result.comparison.filter(pl.col("program_id") != "dc_lift")
    assert not simulated["adopted"].any()
    persons = result.levels.filter((pl.col("program_id") == "dc_lift") & (pl.col("school_year") == 2014))[
        "persons"
    ].sum()
    assert persons == 10


def test_without_a_crosswalk_ratings_of_another_system_count_nowhere(lift: Case) -> None:
    roles = lift.tables["roster"].with_columns(role_code=pl.lit("TL"))
    case = Case(lift.name, lift.program_id, dict(lift.tables) | {"roster": roles}, {}, lift.expected)
    result = run(case, "denver_tlc")
    assert result.designation.is_empty() and result.comparison.is_empty()
    assert "nobody was rated under the rating system of denver_tlc" in why_empty(result)
    assert result.unread == ("denver_tlc",)
    assert "declare a crosswalk" in simulation_text(result)


def test_a_declared_crosswalk_counts_and_is_counted(lift: Case, tmp_path: Path) -> None:
    roles = lift.tables["roster"].with_columns(role_code=pl.lit("TL"))
    case = Case(lift.name, lift.program_id, dict(lift.tables) | {"roster": roles}, {}, lift.expected)
    result = run(case, "denver_tlc", crosswalk=crosswalk(tmp_path))
    assert result.unread == ()
    earned = result.designation.filter(pl.col("level") == "team_lead")
    assert earned["school_year"].min() == 2015  # the first year with a rating two years before
    rated = lift.tables["evaluation"].filter(pl.col("rating_level").is_in(["HE", "E"])).collect().height
    assert result.crosswalked["ratings"].sum() == rated
    assert f"declared crosswalk: {rated}" in simulation_text(result)


def test_a_rating_of_the_own_system_is_never_overruled_by_a_crosswalk(lift: Case, tmp_path: Path) -> None:
    own = lift.tables["evaluation"].with_columns(
        rating_system=pl.lit("denver_leap"), rating_level=pl.lit("Approaching")
    )
    both = pl.concat([lift.tables["evaluation"], own])
    out, moved = with_crosswalk(both, crosswalk(tmp_path))
    assert moved.is_empty()
    assert out.collect().height == both.collect().height


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from_system,from_level\na,b\n", "column to_system, to_level is missing"),
        ("from_system,from_level,to_system,to_level\na,b,c,\n", "four values"),
        ("from_system,from_level,to_system,to_level\na,b,c,d\na,b,c,e\n", "one label"),
    ],
)
def test_a_wrong_crosswalk_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RungError, match=said):
        crosswalk(tmp_path, text)


def test_unknown_programs_and_districts_are_refused_and_frames_written(lift: Case, tmp_path: Path) -> None:
    with pytest.raises(RungError, match="there are: dc_lift"):
        run(lift, "nowhere")
    with pytest.raises(RungError, match="no accepted roster"):
        run(lift, "dc_lift", lea_id="L99")
    paths = write_simulation(run(lift, "dc_lift", lea_id="L1"), tmp_path / "out")
    assert [path.name for path in paths] == ["program_comparison.parquet", "levels.parquet", "crosswalked.parquet"]
    assert "staff_id" not in {name for path in paths for name in pl.read_parquet_schema(path)}
