"""Real district-years of states: levels of evaluation hidden so that nothing can be worked out, and what it costs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.disclosed import NO_YEARS, decided, files_of, holds, policy
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.cells import with_rules
from transforms.s6_disclose.decide import Decided
from transforms.s6_disclose.shape import shaped

CATEGORIES = ["count_not_evaluated", "count_suppressed"] + [f"count_level{n}" for n in range(1, 5)]


def blocks(path: Path, state: str, year: str | None = None) -> pl.DataFrame:
    """District-years with every category counted, as a confidential program's levels."""
    counts = pl.read_csv(path, infer_schema=False).filter(pl.col("state") == state)
    if year:
        counts = counts.filter(pl.col("year") == year)
    counts = counts.with_columns(pl.col(CATEGORIES).cast(pl.Float64, strict=False).cast(pl.Int64)).drop_nulls(
        CATEGORIES
    )
    counts = counts.with_columns(all=pl.sum_horizontal(CATEGORIES)).filter(pl.col("all") > 0)
    key = ["lea_id", "school_year"]
    one = counts.group_by(lea_id="localid", school_year=pl.col("year").cast(pl.Int16)).agg(
        pl.col([*CATEGORIES, "all"]).sum()
    )
    long = one.unpivot([*CATEGORIES, "all"], index=key, variable_name="part", value_name="value")
    rows = long.join(one.select(*key, group="all"), on=key).with_columns(program_id=pl.lit("p"))
    return shaped(rows, "public_designation", sensitive=True, confidential=True)


def by_subtraction(made: Decided, masks: pl.DataFrame) -> set[int]:
    """An attack that owes nothing to the engine: subtract what is shown from what is shown, again and again."""
    hidden = set(masks.filter(pl.col("mask") == "suppressed")["cell"])
    rows: dict[int, list[int]] = {}
    for relation, cell in made.relations.select("relation", "cell").iter_rows():
        rows.setdefault(relation, []).append(cell)
    open_ = set(masks.filter(pl.col("mask") != "published")["cell"])
    while True:
        alone = {left[0] for cells in rows.values() if len(left := [c for c in cells if c in open_]) == 1}
        if not alone:
            return hidden - open_
        open_ -= alone


@pytest.mark.parametrize("state", ["RI", "CT", "FL", "MA", "OH", "ID"])
def test_nothing_can_be_worked_out_and_primary_alone_gives_much_away(shared_data: Path, state: str) -> None:
    rows = blocks(shared_data / "evaluation_db/evaluationDB.csv", state)
    made = decided(rows)
    assert holds(files_of(made))
    assert by_subtraction(made, made.cells) == set()
    primary = made.cells.with_columns(
        mask=pl.when(pl.col("rule") == "complementary").then(pl.lit("published")).otherwise("mask")
    )
    assert len(by_subtraction(made, primary)) > 5, "primary suppression alone must be seen to fail"


def test_most_teachers_of_a_real_state_stand_in_shown_numbers(shared_data: Path) -> None:
    rows = blocks(shared_data / "evaluation_db/evaluationDB.csv", "CT")
    made = decided(rows)
    parts = made.rows.filter((pl.col("grain") == "lea") & (pl.col("part") != "all") & (pl.col("group") >= 100))
    shown = parts.filter(pl.col("mask") != "suppressed")["value"].sum() / parts["value"].sum()
    assert shown >= 0.9, f"{shown:.3f} of persons in districts of 100 or more"
    ruled = with_rules(pl.concat([rows, of_state(rows)]), policy(), NO_YEARS)
    state = made.rows.filter((pl.col("grain") == "state") & (pl.col("value") >= 10))
    assert state.filter(pl.col("mask") == "suppressed").is_empty()
    assert ruled.filter(pl.col("rule").is_not_null()).height > 100
