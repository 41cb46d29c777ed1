"""`top_rated_reach`: students of top-rated teachers by poverty of their schools; counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl


def made_of(small: Any) -> pl.DataFrame:
    """A (top, 30 students) and B (20) at S1, poor; C (top, two stays in one position: 50 and 48) at S2, rich.
    D is top and nobody counts the students; P is a principal with 5."""
    roster = [
        small.post("A", students_taught=30),
        small.post("B", students_taught=20),
        small.post("C", school_id="S2", students_taught=50, end_date="2025-12-31"),
        small.post("C", school_id="S2", students_taught=48, begin_date="2026-01-01"),
        small.post("D"),
        small.post("P", staff_classification="principal", students_taught=5),
    ]
    rating = {"lea_id": "L1", "school_year": 2026, "rating_system": "sys", "status": "final"}
    levels = {"A": "High", "B": "Low", "C": "High", "D": "High", "P": "High"}
    schools = [
        {"school_id": name, "school_year": 2026, "lea_id": "L1", "name": name, "poverty_percent": poverty}
        for name, poverty in (("S1", 80), ("S2", 10))
    ]
    reach: pl.DataFrame = small.marts(
        roster=roster,
        schools=schools,
        evaluation=[rating | {"staff_id": who, "rating_level": level} for who, level in levels.items()],
        rating_systems=small.system,
    )["top_rated_reach"]
    return reach


def test_students_by_quartile_and_in_all(small: Any) -> None:
    """Of two schools the richer is in quartile 1, the poorer in 3. In all, 80 of 100 students are with top-rated."""
    columns = ("poverty_quartile", "teachers", "top_rated", "students", "students_of_top_rated", "share")
    assert made_of(small).select(columns).rows() == [
        (1, 1, 1, 50, 50, 1.0),
        (3, 2, 1, 50, 30, 0.6),
        (None, 3, 2, 100, 80, 0.8),
    ]


def test_students_each(small: Any) -> None:
    columns = ("poverty_quartile", "students_per_top_rated", "students_per_other")
    assert made_of(small).select(columns).rows() == [(1, 50.0, None), (3, 30.0, 20.0), (None, 40.0, 20.0)]


def test_where_nobody_counts_students_there_is_no_share(small: Any) -> None:
    made = small.marts(roster=[small.post("A")])["top_rated_reach"]
    assert made.select("teachers", "students", "share").unique().rows() == [(0, 0, None)]
