"""`school_leadership`: leaders gained, kept and lost by a school, its activity and its vacant roles; by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest


def event(outcome: str, date: str) -> dict[str, Any]:
    return {
        "staff_id": "A",
        "lea_id": "L1",
        "school_year": 2026,
        "event_date": date,
        "event_type": "team_meeting",
        "outcome": outcome,
    }


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """2025 at S1: A and B lead, both with ROLE; C teaches at S2. 2026 at S1: A still leads, with ROLE, D is new;
    B has moved to S2 and leads there, without the role. A meets twice (December, June) of three times."""
    roster = [
        *(small.post(who, 2025, role_code="ROLE") for who in "AB"),
        small.post("C", 2025, school_id="S2"),
        small.post("A", role_code="ROLE"),
        small.post("D"),
        small.post("B", school_id="S2"),
        small.post("C", school_id="S2"),
    ]
    designation = [small.holds(who, "x", year) for who, year in (("A", 2025), ("B", 2025))]
    designation += [small.holds(who, "x") for who in "ABD"]
    rating = {"lea_id": "L1", "school_year": 2026, "rating_system": "sys", "status": "final", "rating_level": "High"}
    school_leadership: pl.DataFrame = small.marts(
        designation,
        roster=roster,
        leadership=[
            event("completed", "2025-12-03"),
            event("completed", "2026-06-03"),
            event("scheduled", "2026-06-09"),
        ],
        evaluation=[rating | {"staff_id": who, "evaluator_staff_id": "P"} for who in "AD"],
        rating_systems=small.system,
    )["school_leadership"]
    return school_leadership


CHANGES = ("leaders", "gained", "kept", "lost", "roles_vacant")


@pytest.mark.parametrize(
    ("school", "year", "expected"),
    [
        ("S1", 2025, (2, None, None, None, None)),  # nothing is on file before
        ("S1", 2026, (2, 1, 1, 1, 1)),
        ("S2", 2026, (1, 1, 0, 0, 0)),
    ],
)
def test_leaders_and_roles(made: pl.DataFrame, school: str, year: int, expected: tuple[Any, ...]) -> None:
    rows = made.filter((pl.col("school_id") == school) & (pl.col("school_year") == year))
    assert rows.select(CHANGES).rows() == [expected]


def test_activity_of_the_school_year_and_the_span(made: pl.DataFrame) -> None:
    rows = made.filter((pl.col("school_id") == "S1") & (pl.col("school_year") == 2026))
    assert rows.select("activity_done", "activity_due", "span_median").rows() == [(2, 3, 2.0)]


def test_last_years_leaders_are_kept_or_lost(made: pl.DataFrame) -> None:
    """kept + gained are this year's leaders, kept + lost were last year's."""
    known = made.filter(pl.col("gained").is_not_null())
    assert known.filter(pl.col("gained") + pl.col("kept") != pl.col("leaders")).is_empty()
