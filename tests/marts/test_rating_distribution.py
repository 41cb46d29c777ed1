"""`rating_distribution`: teachers by band, the unrated under the district's own system, and the growth gap; by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest


def rated(staff: str, level: str, **more: Any) -> dict[str, Any]:
    plain = {"lea_id": "L1", "school_year": 2026, "rating_system": "sys", "status": "final"}
    return plain | {"staff_id": staff, "rating_level": level} | more


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """A and B top-rated, C low, D not rated; P is a principal and not counted.

    Growth and observation: A 3 bands apart (index 2.0 is level 5, observation 2), B 2 apart, C has no growth.
    """
    distribution: pl.DataFrame = small.marts(
        roster=[*(small.post(name) for name in "ABCD"), small.post("P", staff_classification="principal")],
        districts=[{"lea_id": "L1", "name": "One", "rating_system": "sys"}],
        evaluation=[
            rated("A", "High", growth_index=2.0, observation_average=2.0),
            rated("B", "High", growth_index=1.99, observation_average=2.0),
            rated("C", "Low", observation_average=2.0),
            rated("P", "High"),
        ],
        rating_systems=small.system,
    )["rating_distribution"]
    return distribution


def test_bands_and_the_unrated(made: pl.DataFrame) -> None:
    assert made.select("rating_system", "band", "teachers", "share").rows() == [
        ("sys", 2, 1, 0.25),
        ("sys", 5, 2, 0.5),
        ("sys", None, 1, 0.25),
    ]


def test_top_share_and_growth_gap_stand_on_each_row(made: pl.DataFrame) -> None:
    """Two of three rated are top; of the two with both scores one is three levels apart, the limit itself."""
    for row in made.select("is_top_share", "growth_gap_share", "growth_gap_known", "systems").rows():
        assert row == (0.666667, 0.5, 2, 1)


def test_without_scores_there_is_no_share_of_gaps(small: Any) -> None:
    made = small.marts(roster=[small.post("A")])["rating_distribution"]
    columns = ("rating_system", "band", "is_top_share", "growth_gap_share", "growth_gap_known", "systems")
    assert made.select(columns).rows() == [("none", None, None, None, 0, 0)]
