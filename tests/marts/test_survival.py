"""`survival`: five new teachers followed for three years, Kaplan-Meier with its interval; counted by hand."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """Cohort of 2023: A to E, all at S1. O has ten years of experience and is of no cohort.

    A stays and leads in 2024. B moves to S2 in 2024 and stays. C teaches in 2024 and is gone in 2025. D is gone in
    2024 and back in 2025 and 2026. E is in the office from 2024 on. F is of the cohort of 2024 and stays.
    """
    where = {
        "A": {2023: "S1", 2024: "S1", 2025: "S1", 2026: "S1"},
        "B": {2023: "S1", 2024: "S2", 2025: "S2", 2026: "S2"},
        "C": {2023: "S1", 2024: "S1"},
        "D": {2023: "S1", 2025: "S1", 2026: "S1"},
        "E": {2023: "S1", 2024: "S1", 2025: "S1", 2026: "S1"},
        "F": {2024: "S1", 2025: "S1", 2026: "S1"},
        "O": {2023: "S1", 2024: "S1", 2025: "S1", 2026: "S1"},
    }
    roster = [
        small.post(
            who,
            year,
            school_id=school,
            years_experience=10 if who == "O" else year - 2023 if who != "F" else year - 2024,
            staff_classification="other" if who == "E" and year > 2023 else "teacher",
        )
        for who, years in where.items()
        for year, school in years.items()
    ]
    survival: pl.DataFrame = small.marts([small.holds("A", "x", 2024)], roster=roster)["survival"]
    return survival


def row(made: pl.DataFrame, cohort: int, after: int, group: str = "all", lea: str | None = "L1") -> dict[str, Any]:
    key = (pl.col("cohort_year") == cohort) & (pl.col("years_after") == after) & (pl.col("comparison_group") == group)
    found: dict[str, Any] = made.filter(key & pl.col("lea_id").eq_missing(lea)).row(0, named=True)
    return found


@pytest.mark.parametrize("lea", ["L1", None])
@pytest.mark.parametrize(
    ("after", "counts"),
    [
        # entered, followed, at the school, in the district, teaching, on a roster
        (1, (5, 5, 3, 4, 3, 4)),
        (2, (5, 5, 3, 4, 3, 4)),
        (3, (5, 5, 3, 4, 3, 4)),
    ],
)
def test_counts_take_back_who_returns(made: pl.DataFrame, lea: str | None, after: int, counts: tuple[int, ...]) -> None:
    """2024: A B C E on a roster, of whom A B C teach and A C E are at S1. 2025 and 2026: A B D E; A D E at S1."""
    names = ("entered", "followed", "in_school", "in_lea", "in_teaching", "in_state")
    found = row(made, 2023, after, lea=lea)
    assert tuple(found[name] for name in names) == counts


@pytest.mark.parametrize(("after", "share", "variance"), [(1, 3 / 5, 2 / (5 * 3)), (2, 2 / 5, 2 / 15 + 1 / (3 * 2))])
def test_kaplan_meier_and_greenwood(made: pl.DataFrame, after: int, share: float, variance: float) -> None:
    """D and E stop in the first year (3 of 5), C in the second (2 of 3 of those); D's return does not undo it."""
    found = row(made, 2023, after)
    reach = math.exp(1.959963984540054 * math.sqrt(variance) / abs(math.log(share)))
    assert found["survival"] == pytest.approx(share, abs=1e-6)
    assert found["survival_low"] == pytest.approx(share**reach, abs=1e-6)
    assert found["survival_high"] == pytest.approx(share ** (1 / reach), abs=1e-6)


def test_nobody_stops_later_and_a_whole_cohort_has_no_interval(made: pl.DataFrame) -> None:
    assert row(made, 2023, 3)["survival"] == 0.4
    whole = row(made, 2024, 1)
    assert (whole["survival"], whole["survival_low"], whole["survival_high"]) == (1.0, None, None)


def test_a_leader_counts_from_the_year_after_leading_began(made: pl.DataFrame) -> None:
    """A led in 2024 (year 1): in year 1 nobody had led before; in year 2 A had, and B C D E are like A."""
    assert made.filter((pl.col("years_after") == 1) & (pl.col("comparison_group") == "leaders")).is_empty()
    assert row(made, 2023, 2, "leaders")["entered"] == 1
    assert row(made, 2023, 2, "others")["entered"] == 4
    assert row(made, 2023, 2, "others")["survival"] == 0.25


def test_others_are_only_those_like_a_leader(small: Any) -> None:
    """A leads and is rated High; B is rated High too, C Low: only B is like A."""
    posts = [small.post(who, year, years_experience=0) for who in "ABC" for year in (2024, 2025)]
    rating = {"lea_id": "L1", "school_year": 2024, "rating_system": "sys", "status": "final"}
    made = small.marts(
        [small.holds("A", "x", 2024)],
        roster=posts,
        evaluation=[
            rating | {"staff_id": who, "rating_level": level}
            for who, level in zip("ABC", ("High", "High", "Low"), strict=True)
        ],
        rating_systems=small.system,
    )["survival"]
    assert dict(made.filter(pl.col("lea_id").is_null()).select("comparison_group", "entered").rows()) == {
        "leaders": 1,
        "others": 1,
        "all": 3,
    }


def test_absent_from_a_district_that_did_not_report_is_lost_from_sight(small: Any) -> None:
    """L1 reports 2024 and 2026 only; B goes to L2 in 2025. A is not known in 2025: neither gone nor at risk."""
    posts = [
        small.post("A", 2024, years_experience=0),
        small.post("B", 2024, years_experience=0),
        small.post("B", 2025, lea_id="L2", school_id="T1", years_experience=1),
        small.post("Z", 2026, years_experience=9),
    ]
    districts = [{"lea_id": "L1", "name": "One"}, {"lea_id": "L2", "name": "Two"}]
    made = small.marts(roster=posts, districts=districts)["survival"]
    first, second = row(made, 2024, 1), row(made, 2024, 2)
    assert (first["entered"], first["followed"], first["in_state"], first["survival"]) == (2, 1, 1, 1.0)
    assert (second["followed"], second["survival"]) == (1, None), "nobody at risk is on file in 2026"


@pytest.mark.parametrize(("experience", "cohorts"), [(1, 1), (1.5, 0), (None, 0)])
def test_a_cohort_has_at_most_one_year_of_experience(small: Any, experience: float | None, cohorts: int) -> None:
    posts = [small.post("A", year, years_experience=experience) for year in (2025, 2026)]
    made = small.marts(roster=posts)["survival"]
    assert made.filter(pl.col("lea_id").is_not_null()).height == cohorts
