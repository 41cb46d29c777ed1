"""`ladder_flow`: everyone counts once, hazards, and years to a level with leavers kept."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.s5_marts.ladder_flow import build_ladder_flow


def test_flows_and_hazard(small: Any) -> None:
    rows = [small.holds(name, "one", 2025) for name in "ABC"]
    rows += [small.holds("A", "two"), small.holds("B", "one"), small.holds("C", None), small.holds("D", None)]
    made = small.marts(rows)["ladder_flow"].filter(pl.col("school_year") == 2026)
    flows = {(a, b): (n, h) for a, b, n, h in made.select("from_level", "to_level", "persons", "hazard").rows()}
    assert flows == {
        ("one", "two"): (1, pytest.approx(1 / 3, abs=1e-6)),
        ("one", "one"): (1, pytest.approx(1 / 3, abs=1e-6)),
        ("one", None): (1, pytest.approx(1 / 3, abs=1e-6)),
        (None, None): (1, 1.0),
    }


def test_a_row_two_years_ago_is_not_the_year_before(small: Any) -> None:
    made = small.marts([small.holds("A", "one", 2024), small.holds("A", "two", 2026)])["ladder_flow"]
    assert made.filter(pl.col("school_year") == 2026).select("from_level", "to_level").row(0) == (None, "two")


def test_years_to_level_is_the_first_reaching_and_keeps_leavers(small: Any) -> None:
    """A reached `two` after 1 year and left; B after 4, and once more later: median 2.5 by 2026; 1 by 2023."""
    rows = [small.holds("A", "one", 2022), small.holds("A", "two", 2023)]
    rows += [small.holds("B", "one", year) for year in (2022, 2023, 2024, 2025)] + [small.holds("B", "two", 2026)]
    rows += [small.holds("C", "two", 2026)]  # straight in: 0 years
    made = small.marts(rows)["ladder_flow"].filter(pl.col("to_level") == "two")
    medians = dict(made.select("school_year", "median_years_to_level").unique().rows())
    assert medians == {2023: 1.0, 2026: 1.0}  # 2026: the middle of 0, 1, 4


LEVELS = st.sampled_from(["one", "two", "three", None])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.dictionaries(st.tuples(st.sampled_from("ABCDEF"), st.integers(2020, 2026)), LEVELS, min_size=1))
def test_persons_are_designation_rows_and_hazards_sum_to_one(
    make: Any, small: Any, history: dict[tuple[str, int], str | None]
) -> None:
    rows = [small.holds(name, level, year) for (name, year), level in history.items()]
    made = build_ladder_flow(make("designation", rows)).collect()
    assert made["persons"].sum() == len(rows)
    hazards = made.group_by("school_year", "from_level").agg(pl.col("hazard").sum())["hazard"]
    assert all(abs(total - 1) < 5e-6 for total in hazards)
