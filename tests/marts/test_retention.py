"""`retention`: like is compared with like, sizes are told, and no share of the best that leaves is assumed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import LikeComparison, MetricParameters

SCHOOLS = [
    {"school_id": "S1", "school_year": year, "lea_id": "L1", "name": "S1", "enrollment": 12_000, "poverty_percent": 50}
    for year in (2025, 2026)
]
ANY_SIZE = MetricParameters(comparison=LikeComparison(minimum_leaders=1, minimum_others=1))


def rated(staff: str, level: str) -> dict[str, Any]:
    return {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": 2025,
        "rating_system": "sys",
        "rating_level": level,
        "status": "final",
    }


def state(small: Any, groups: list[tuple[str, int, int, str, bool]], **more: Any) -> dict[str, pl.DataFrame]:
    """Groups of (prefix, persons, stayers, rating, leaders): stayers are still there in 2026, the rest are gone."""
    roster, evaluation, designation = [small.post("ZZ")], [], []
    for prefix, persons, stayers, level, leads in groups:
        for n in range(persons):
            name = f"{prefix}{n}"
            roster.append(small.post(name, 2025))
            evaluation.append(rated(name, level))
            if n < stayers:
                roster.append(small.post(name))
            if leads:
                designation.append(small.holds(name, "x", 2025))
    return dict(
        small.marts(
            designation,
            roster=roster,
            evaluation=evaluation,
            rating_systems=small.system,
            schools=SCHOOLS,
            **({"parameters": ANY_SIZE} | more),
        )
    )


def row(marts: dict[str, pl.DataFrame], group: str) -> dict[str, Any]:
    wanted = (pl.col("comparison_group") == group) & (pl.col("school_year") == 2025)
    return marts["retention"].row(by_predicate=wanted, named=True)


def test_leaders_look_better_only_until_compared_with_the_like_of_them(small: Any) -> None:
    """7 of 8 High leaders stay; of others 4 of 4 High, 4 of 16 Low. Raw 0.875 against 0.4; like with like 0.875 − 1."""
    made = state(small, [("L", 8, 7, "High", True), ("H", 4, 4, "High", False), ("O", 16, 4, "Low", False)])
    leaders, others = row(made, "leaders"), row(made, "others")
    assert (leaders["stay_school"], leaders["persons"]) == (7, 8)
    assert (others["stay_school"], others["persons"]) == (8, 20)
    assert (leaders["compared"], leaders["compared_with"]) == (8, 4)
    assert leaders["difference"] == -0.125
    # one leaver more than expected: minus one unit of a district of 10,000 to 50,000 students
    assert leaders["turnover_cost_avoided"] == Decimal("-16450.00")


def test_texas_nine_points(small: Any) -> None:
    """RULES M19 [P49c]: designated teachers stay nine points more: 91 of 100 against 82 of 100."""
    made = state(small, [("L", 100, 91, "High", True), ("H", 100, 82, "High", False)], parameters=MetricParameters())
    assert row(made, "leaders")["difference"] == 0.09


def test_too_few_to_compare_says_so_and_still_tells_how_many(small: Any) -> None:
    made = row(
        state(small, [("L", 3, 3, "High", True), ("H", 3, 1, "High", False)], parameters=MetricParameters()), "leaders"
    )
    assert (made["compared"], made["compared_with"], made["difference"]) == (3, 3, None)
    assert (made["difference_status"], made["turnover_cost_avoided"]) == ("not_enough_data", None)


@pytest.mark.parametrize(("persons", "stayers"), [(30, 10), (30, 26), (5, 5)])
def test_the_two_thirds_of_the_best_are_counted_never_assumed(small: Any, persons: int, stayers: int) -> None:
    """RULES 4.5: "nearly two-thirds of our best teachers leave" is a claim; the mart counts who left."""
    made = row(state(small, [("H", persons, stayers, "High", False), ("O", 4, 0, "Low", False)]), "top_rated")
    assert (made["persons"], made["top_lost"]) == (persons, persons - stayers)


def test_leaders_are_in_top_rated_and_never_among_the_others(small: Any) -> None:
    made = state(small, [("L", 4, 4, "High", True), ("H", 2, 2, "High", False)])
    assert (row(made, "top_rated")["persons"], row(made, "others")["persons"], row(made, "leaders")["persons"]) == (
        6,
        2,
        4,
    )


def test_holders_of_a_role_are_leaders_too(small: Any) -> None:
    roster = [small.post("A", 2025, role_code="ROLE"), small.post("B", 2025), small.post("B")]
    made = small.marts([small.holds("B", "x", 2025)], [small.role_program], roster=roster)
    others = pl.col("comparison_group") == "others"
    assert made["retention"].filter(others & (pl.col("school_year") == 2025)).height == 0


def test_people_whose_next_year_is_unknown_are_compared_with_nobody(small: Any) -> None:
    roster = [small.post("A", 2025), small.post("B", 2025)]
    made = small.marts([small.holds("A", "x", 2025)], roster=roster, parameters=ANY_SIZE)
    leaders = row(made, "leaders")
    assert (leaders["outcome_unknown"], leaders["compared"], leaders["difference_status"]) == (1, 0, "not_enough_data")
