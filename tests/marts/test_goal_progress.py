"""`goal_progress`: goals up and down, their distance, and whether they were declared before the start; by hand."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.marts import MARTS
from contracts.vocabulary import GOAL_MEASURES


def goal(**more: Any) -> dict[str, Any]:
    plain = {
        "lea_id": "L1",
        "program_id": "p",
        "measure": "coverage.coverage",
        "by_year": 2027,
        "purpose": "a leader in each school",
        "baseline": 0.0,
        "target": 0.5,
        "declared_on": "2024-06-30",
    }
    return plain | more


def made_of(small: Any, **more: Any) -> dict[str, Any]:
    """One of two schools has a leader in 2026; p began in 2025, that is on 1 July 2024."""
    made = small.marts(
        [small.holds("A", "x")],
        roster=[small.post("A"), small.post("B", school_id="S2")],
        program_adoption=[{"lea_id": "L1", "program_id": "p", "from_year": 2025, "phase": "pilot"}],
        program_goals=[goal(**more)],
    )["goal_progress"]
    (row,) = made.to_dicts()
    return dict(row)


@pytest.mark.parametrize(
    ("baseline", "target", "distance", "reached"),
    [
        (0.0, 0.5, 0.0, True),  # at the target
        (0.0, 0.500001, 0.000001, False),
        (None, 0.499999, -0.000001, True),
        (1.0, 0.5, 0.0, True),  # it is to fall: at or below
        (1.0, 0.499999, -0.000001, False),
        (1.0, 0.500001, 0.000001, True),
    ],
)
def test_distance_and_reached(
    small: Any, baseline: float | None, target: float, distance: float, reached: bool
) -> None:
    row = made_of(small, baseline=baseline, target=target)
    assert (row["actual"], row["distance"], row["reached"]) == (0.5, distance, reached)
    assert row["phase"] == "pilot"


@pytest.mark.parametrize(("declared_on", "before"), [("2024-06-30", True), ("2024-07-01", False)])
def test_declared_before_the_first_day_of_the_program(small: Any, declared_on: str, before: bool) -> None:
    assert made_of(small, declared_on=declared_on)["declared_before_start"] is before


def test_a_goal_of_a_program_never_adopted_has_no_value_and_no_start(small: Any) -> None:
    row = made_of(small, program_id="q")
    assert (row["actual"], row["distance"], row["reached"], row["declared_before_start"]) == (None,) * 4


@pytest.mark.parametrize("measure", GOAL_MEASURES)
def test_every_measure_is_a_number_of_a_mart(measure: str) -> None:
    mart, column = measure.split(".")
    assert {"lea_id", "program_id", "school_year", column} <= MARTS[mart].schema.columns().keys()
    assert MARTS[mart].schema.columns()[column].dtype.is_numeric()
