"""`monitors`: the best who are lost, nominees beside those they are taken from, pupils per teacher; all by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest


def school(school_id: str, poverty: float | None, year: int, students: int) -> dict[str, Any]:
    return {
        "school_id": school_id,
        "school_year": year,
        "lea_id": "L1",
        "name": school_id,
        "enrollment": students,
        "poverty_percent": poverty,
    }


def rated(staff: str, level: str) -> dict[str, Any]:
    plain = {"lea_id": "L1", "school_year": 2025, "rating_system": "sys", "status": "final"}
    return plain | {"staff_id": staff, "rating_level": level}


def nominated(staff: str, n: int = 0) -> dict[str, Any]:
    when = {"lea_id": "L1", "school_year": 2025, "event_date": f"2024-10-{n + 1:02}"}
    return when | {"staff_id": staff, "event_type": "nomination"}


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """2025: A, B, C, D top-rated, E not; S1 poor (A, B, E), S2 rich (C, D).

    2026: A stays; B has left, and the roster says why; C has left without a word; D is at the office; E stays.
    A (twice) and E are nominated, and Z, who is no teacher.
    """
    roster = [
        small.post("A", 2025, years_experience=2),
        small.post("B", 2025, years_experience=8, exit_reason="retired"),
        small.post("C", 2025, school_id="S2", years_experience=8),
        small.post("D", 2025, school_id="S2"),
        small.post("E", 2025, years_experience=8),
        small.post("Z", 2025, staff_classification="other"),
        small.post("A"),
        small.post("D", staff_classification="other"),
        small.post("E"),
    ]
    schools = [school("S1", 80, 2025, 60), school("S2", 10, 2025, 40), school("S1", 80, 2026, 90)]
    marts = small.marts(
        roster=roster,
        schools=schools,
        evaluation=[*(rated(name, "High") for name in "ABCD"), rated("E", "Low")],
        rating_systems=small.system,
        leadership=[nominated("A"), nominated("A", 1), nominated("E"), nominated("Z")],
    )
    monitors: pl.DataFrame = marts["monitors"]
    return monitors


def rows(made: pl.DataFrame, monitor: str, year: int = 2025) -> dict[str, tuple[Any, ...]]:
    mine = made.filter((pl.col("monitor") == monitor) & (pl.col("school_year") == year))
    return {cut: tuple(rest) for cut, *rest in mine.select("cut", "counted", "out_of", "value", "compared_with").rows()}


def test_the_best_who_are_lost_by_poverty_and_reason(made: pl.DataFrame) -> None:
    """Two schools: ranks 0, 1 of 2 x 4 div 2 + 1 = quartiles 1 and 3."""
    assert rows(made, "top_lost_by_poverty") == {"1": (1, 2, 0.5, None), "3": (1, 2, 0.5, None)}
    assert rows(made, "top_lost_by_reason") == {"retired": (1, 4, 0.25, None), "not_said": (1, 4, 0.25, None)}


def test_the_best_at_a_post_that_neither_teaches_nor_leads(made: pl.DataFrame) -> None:
    assert rows(made, "top_to_other_post") == {"all": (1, 4, 0.25, None)}


def test_nobody_is_lost_in_a_year_of_which_the_next_is_not_known(made: pl.DataFrame) -> None:
    assert rows(made, "top_lost_by_poverty", 2026) == {}


def test_nominees_beside_those_they_are_taken_from(made: pl.DataFrame) -> None:
    """Three nominated persons; five teachers of record, one of unknown experience."""
    assert rows(made, "nominees_by_experience") == {
        "from 0": (1, 3, 0.333333, 0.2),
        "from 6": (1, 3, 0.333333, 0.6),
        "not_known": (1, 3, 0.333333, 0.2),
    }
    assert rows(made, "nominees_by_poverty") == {
        "1": (0, 3, 0.0, 0.4),
        "3": (2, 3, 0.666667, 0.6),
        "not_known": (1, 3, 0.333333, 0.0),
    }
    assert rows(made, "nominees_by_rating") == {
        "2": (1, 3, 0.333333, 0.2),
        "5": (1, 3, 0.333333, 0.8),
        "not_known": (1, 3, 0.333333, 0.0),
    }
    assert rows(made, "nominees_by_rating", 2026) == {}, "nobody was nominated"


def test_pupils_per_teacher_beside_the_year_before(made: pl.DataFrame) -> None:
    assert rows(made, "pupils_per_teacher") == {"all": (100, 5, 20.0, None)}
    assert rows(made, "pupils_per_teacher", 2026) == {"all": (90, 2, 45.0, 20.0)}
    assert made.filter(pl.col("difference") == 25.0).height == 1
