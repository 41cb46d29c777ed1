"""`educator_year`: what became of each, the LEA of record, the rating of record."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest


def other(small: Any, staff: str, year: int = 2026, **more: Any) -> dict[str, Any]:
    return small.post(staff, year, lea_id="L2", school_id="S9", **more)


@pytest.mark.parametrize(
    ("following", "word"),
    [
        ([], "left_state_schools"),
        ([{"staff_classification": "principal"}], "leave_teaching"),
        ([{"lea_id": "L2", "school_id": "S9", "staff_classification": "principal"}], "leave_teaching"),
        ([{"lea_id": "L2", "school_id": "S9"}], "move_lea"),
        ([{"school_id": "S2"}], "move_school"),
        ([{}], "stay_school"),
        # most days at S2: the school of record moves, though S1 is still served
        ([{"full_time_equivalency": 0.2}, {"school_id": "S2", "full_time_equivalency": 0.8}], "move_school"),
    ],
)
def test_next_year(small: Any, following: list[dict[str, Any]], word: str) -> None:
    roster = [
        small.post("A", 2025),
        *[small.post("A", **more) for more in following],
        small.post("Z"),
        other(small, "Y"),
    ]
    made = small.marts(roster=roster)["educator_year"]
    outcomes = dict(made.filter(pl.col("school_year") == 2025).select("staff_id", "next_year_outcome").rows())
    assert outcomes == {"A": word}


def test_the_last_year_and_an_lea_that_did_not_report_are_unknown(small: Any) -> None:
    """L2 has no roster for 2026: its people are unknown, though B shows up in L1."""
    roster = [other(small, "B", 2025), small.post("B"), small.post("A", 2025), small.post("A")]
    made = small.marts(roster=roster)["educator_year"]
    assert made.select("staff_id", "school_year", "next_year_outcome").rows() == [
        ("A", 2025, "stay_school"),
        ("A", 2026, "outcome_unknown"),
        ("B", 2025, "outcome_unknown"),
        ("B", 2026, "outcome_unknown"),
    ]


def test_two_leas_record_fte_and_pay(small: Any) -> None:
    roster = [
        small.post("A", full_time_equivalency=0.4),
        other(small, "A", full_time_equivalency=0.6, years_experience=7),
    ]
    made = small.marts(
        roster=roster, payroll=[small.line("A", "BASE", "1.50"), small.line("A", "BASE", "2.25", lea_id="L2")]
    )
    row = made["educator_year"].row(0, named=True)
    assert (row["lea_id"], row["school_id"], row["fte"], row["years_experience"]) == ("L2", "S9", 1.0, 7.0)
    assert str(row["pay_total"]) == "3.75"


def test_the_rating_is_the_lea_of_records_and_a_usable_one_goes_first(small: Any) -> None:
    def rated(staff: str, level: str | None, status: str = "final", system: str = "sys", **more: Any) -> dict[str, Any]:
        plain = {
            "staff_id": staff,
            "lea_id": "L1",
            "school_year": 2026,
            "rating_system": system,
            "rating_level": level,
            "status": status,
        }
        return plain | more

    made = small.marts(
        roster=[small.post(name) for name in "ABC"],
        rating_systems=small.system,
        evaluation=[
            rated("A", None, "not_rated", system="aaa"),
            rated("A", "High"),
            rated("B", None, "nullified"),
            rated("C", "High", lea_id="L2"),
        ],
    )["educator_year"]
    assert made.select("staff_id", "rating_level", "band", "rating_reason").rows() == [
        ("A", "High", 5, None),
        ("B", None, None, "nullified"),
        ("C", None, None, "absent"),
    ]


def test_pay_of_someone_on_no_roster_makes_no_educator(small: Any) -> None:
    marts = small.marts(payroll=[small.line("GHOST", "BASE", "9.00")])
    assert marts["educator_year"].height == 0
    assert str(marts["compensation"]["amount"].sum()) == "9.00"
