"""Real district-years of ten states: our suppression leaves nothing to recover, a naive one does (issue 8, 1)."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml
from transforms.s6_disclose.suppress import suppress

from contracts.policy.disclosure import DisclosurePolicy

CATEGORIES = ["count_not_evaluated", "count_suppressed"] + [f"count_level{n}" for n in range(1, 5)]


def state_years(path: Path) -> pl.DataFrame:
    """Rows with every category counted; the group is their sum."""
    counts = pl.read_csv(path, infer_schema=False).with_columns(
        pl.col(CATEGORIES).cast(pl.Float64, strict=False).cast(pl.Int64)
    )
    return counts.drop_nulls(CATEGORIES).with_columns(total=pl.sum_horizontal(CATEGORIES)).filter(pl.col("total") > 0)


def problem(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`Cells` and `Relations` of district x category with their totals and the state's row, per state-year."""
    districts = rows.select("state", "year", district="localid", **{c: c for c in [*CATEGORIES, "total"]})
    states = districts.group_by("state", "year").agg(pl.col([*CATEGORIES, "total"]).sum(), district=pl.lit("(state)"))
    long = (
        pl.concat([districts, states], how="diagonal")
        .unpivot([*CATEGORIES, "total"], index=["state", "year", "district"], variable_name="category")
        .sort("state", "year", "district", "category")
        .with_row_index("cell")
    )
    keys = ["state", "year", "district"]
    total = pl.col("category") == "total"
    cells = long.select(
        "cell",
        name=pl.concat_str([*keys, "category"], separator="|"),
        unit=pl.lit("persons"),
        value="value",
        persons="value",
        is_part=~total,
        residual=pl.lit(False),
        group=pl.struct(keys).rank("dense").cast(pl.UInt32) - 1,
        group_persons=pl.col("value").filter(total).first().over(keys),
        largest=pl.lit(None, pl.Int64),
        two_largest=pl.lit(None, pl.Int64),
        forced=pl.lit(None, pl.String),
        empty_everywhere=pl.col("value").max().over("state", "year", "category") == 0,
        floor=pl.lit(0, pl.Int64),
        known_low=pl.lit(None, pl.Int64),
        known_high=pl.lit(None, pl.Int64),
        last_exact=pl.lit(None, pl.Int64),
    )
    across = long.select(*keys, "cell", by=pl.concat_str([pl.lit("row"), *keys], separator="|"), whole=total)
    down = long.select(
        *keys,
        "cell",
        by=pl.concat_str([pl.lit("column"), "state", "year", "category"], separator="|"),
        whole=pl.col("district") == "(state)",
    )
    relations = pl.concat([across, down]).select(
        (pl.col("by").rank("dense") - 1).cast(pl.UInt32).alias("relation"),
        "cell",
        pl.when("whole").then(-1).otherwise(1).cast(pl.Int8).alias("coefficient"),
        (pl.struct("state", "year").rank("dense") - 1).cast(pl.UInt32).alias("table"),
    )
    return cells, relations


@pytest.fixture(scope="module")
def policy() -> DisclosurePolicy:
    root = Path(__file__).parents[2]
    return DisclosurePolicy.model_validate(yaml.safe_load((root / "programs/disclosure.yaml").read_text()))


SMALLER = [("RI", None), ("CT", None), ("FL", None), ("MA", None), ("OH", None), ("ID", None)]


@pytest.mark.parametrize(("state", "year"), SMALLER)
def test_our_policy_leaves_nothing_to_recover_and_primary_alone_does(
    shared_data: Path, policy: DisclosurePolicy, state: str, year: str | None
) -> None:
    wanted = (pl.col("state") == state) & (pl.col("year") == year if year else pl.lit(True))
    rows = state_years(shared_data / "evaluation_db/evaluationDB.csv").filter(wanted)
    assert len(rows) > 50
    cells, relations = problem(rows)
    done = suppress(cells, relations, policy)
    assert (done.chosen.recovered, done.chosen.too_narrow) == (0, 0)
    assert done.primary.recovered > 50, "primary suppression alone must be seen to fail"
    assert done.primary.cells < done.chosen.cells < done.shown
    assert_nothing_wrong(cells, done.decisions)
    assert by_subtraction(relations, done.decisions) == set()


@pytest.mark.slow
def test_the_largest_state_year(shared_data: Path, policy: DisclosurePolicy) -> None:
    """Michigan 2014: 893 districts in one table."""
    rows = state_years(shared_data / "evaluation_db/evaluationDB.csv")
    done = suppress(*problem(rows.filter((pl.col("state") == "MI") & (pl.col("year") == "2014"))), policy)
    assert (done.chosen.recovered, done.chosen.too_narrow) == (0, 0)
    assert done.primary.recovered > 50


@pytest.mark.slow
@pytest.mark.parametrize(("state", "recovered"), [("NJ", 931), ("IN", 843)])
def test_larger_states_beside_the_greedy_choice(
    shared_data: Path, policy: DisclosurePolicy, state: str, recovered: int
) -> None:
    rows = state_years(shared_data / "evaluation_db/evaluationDB.csv").filter(pl.col("state") == state)
    done = suppress(*problem(rows), policy, compare=True)
    assert done.primary.recovered == recovered
    assert (done.chosen.recovered, done.chosen.too_narrow) == (0, 0)
    assert done.greedy is not None
    assert done.chosen.persons <= done.greedy.persons


def test_known_counts_of_a_small_state(shared_data: Path, policy: DisclosurePolicy) -> None:
    """Connecticut, by figures: what primary suppression alone gives away, and what the choices cost."""
    rows = state_years(shared_data / "evaluation_db/evaluationDB.csv").filter(pl.col("state") == "CT")
    done = suppress(*problem(rows), policy, compare=True)
    assert (done.primary.cells, done.primary.recovered, done.primary.too_narrow) == (298, 101, 13)
    assert done.greedy is not None
    assert done.chosen.cells <= done.greedy.cells
    assert done.chosen.persons <= done.greedy.persons


def assert_nothing_wrong(cells: pl.DataFrame, decisions: pl.DataFrame) -> None:
    """What is published is true: exact where it says so, inside its band otherwise, nothing where it is suppressed."""
    joined = decisions.join(cells.select("cell", true="value"), on="cell")
    assert len(joined) == len(cells)
    published, banded, gone = (joined.filter(pl.col("mask") == m) for m in ("published", "banded", "suppressed"))
    assert published.filter(
        (pl.col("shown_low") != pl.col("true")) | (pl.col("shown_high") != pl.col("true"))
    ).is_empty()
    assert banded.filter(~pl.col("true").is_between("shown_low", "shown_high")).is_empty()
    assert gone.filter(pl.col("shown_low").is_not_null() | pl.col("shown_high").is_not_null()).is_empty()
    assert published.filter(pl.col("true").is_between(1, 9)).is_empty()


def by_subtraction(relations: pl.DataFrame, decisions: pl.DataFrame) -> set[int]:
    """An attack that owes nothing to the engine: subtract the published parts from the total, again and again."""
    unknown = set(decisions.filter(pl.col("mask") != "published")["cell"])
    suppressed = set(decisions.filter(pl.col("mask") == "suppressed")["cell"])
    rows: dict[int, list[int]] = {}
    for relation, cell in relations.select("relation", "cell").iter_rows():
        rows.setdefault(relation, []).append(cell)
    found: set[int] = set()
    while True:
        alone = {open_[0] for cells in rows.values() if len(open_ := [c for c in cells if c in unknown]) == 1}
        if not alone:
            return found & suppressed
        found |= alone
        unknown -= alone
