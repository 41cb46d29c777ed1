"""`unused_designation`: designees and certificates without a role, and the finding; counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from contracts.policy.terms import ProgramTerms

PROGRAMS = [
    ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",)),
    ProgramTerms(program_id="q", place=2, leader=True, certifies=True),
]


def event(staff: str, outcome: str) -> dict[str, Any]:
    when = {"lea_id": "L1", "school_year": 2026, "event_date": "2025-11-03", "event_type": "team_meeting"}
    return when | {"staff_id": staff, "outcome": outcome}


def certified(small: Any, staff: str, year: int, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = small.holds(staff, "certificate", year, program_id="q", state_tier=1, **more)
    return row


@pytest.fixture(scope="module")
def made(small: Any) -> dict[str, pl.DataFrame]:
    """p expects roles. A holds ROLE, B another role, C led a meeting, D has only one scheduled, E is of tier 1.

    q certifies: 2024 B and D (B gets a role in 2026, two years later), 2025 E (not all years on file yet).
    """
    roster = [
        small.post("A", role_code="ROLE"),
        small.post("B", role_code="OTHER"),
        *(small.post(who) for who in "CDE"),
        *(small.post(who, 2024) for who in "BD"),
        small.post("E", 2025),
    ]
    designation = [
        *(small.holds(who, "lead") for who in "ABCD"),
        small.holds("E", "first", state_tier=1),
        *(certified(small, who, year) for who in "BD" for year in (2024, 2025)),
        certified(small, "E", 2025),
    ]
    made: dict[str, pl.DataFrame] = small.marts(
        designation, PROGRAMS, roster=roster, leadership=[event("C", "completed"), event("D", "scheduled")]
    )
    return made


def test_designees_without_role_or_event(made: dict[str, pl.DataFrame]) -> None:
    rows = made["unused_designation"].filter(pl.col("program_id") == "p")
    assert rows.select("school_year", "designees", "without_role", "share").rows() == [(2026, 4, 1, 0.25)]


def test_each_is_a_finding(made: dict[str, pl.DataFrame]) -> None:
    found = made["exceptions"].filter(pl.col("kind") == "designation_without_role")
    assert found.select("staff_id", "program_id", "evidence").rows() == [
        ("D", "p", "Holds lead; no leadership role and no leadership event in the year.")
    ]


def test_certificates_that_led_to_no_role(made: dict[str, pl.DataFrame]) -> None:
    """A certificate counts once, in its first year; until two years are over nothing is said of it."""
    rows = made["unused_designation"].filter(pl.col("program_id") == "q")
    columns = ("school_year", "designees", "certificates", "certificates_without_role", "share_without_role")
    assert rows.select(columns).rows() == [(2024, 0, 2, 1, 0.5), (2025, 0, 1, None, None)]


def test_a_role_after_three_years_comes_too_late(small: Any) -> None:
    roster = [small.post("A", year, role_code="ROLE" if year == 2026 else None) for year in range(2023, 2027)]
    made = small.marts([certified(small, "A", 2023)], PROGRAMS, roster=roster)["unused_designation"]
    assert made.select("certificates", "certificates_without_role").rows() == [(1, 1)]


def test_a_program_without_roles_expects_none(small: Any) -> None:
    made = small.marts([small.holds("A", "lead")], roster=[small.post("A")])
    assert made["unused_designation"].is_empty()
    assert "designation_without_role" not in made["exceptions"]["kind"].to_list()
