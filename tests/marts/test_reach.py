"""`reach`: Tennessee's trainers of 2013 and 2012, students once, and cost by teacher trained."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.policy.terms import ProgramTerms


def event(staff: str, kind: str, **more: Any) -> dict[str, Any]:
    plain = {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": 2026,
        "event_date": "2025-11-03",
        "event_type": kind,
        "outcome": "completed",
    }
    return plain | more


@pytest.mark.parametrize(
    ("coaches", "sizes", "each"),
    [
        # RULES 2.8: 700 leaders trained more than 30,000 peers; in 2012, 205 trained more than 11,000
        (700, [43] * 600 + [42] * 100, 42.9),
        (205, [54] * 135 + [53] * 70, 53.7),
    ],
)
def test_tennessee(small: Any, coaches: int, sizes: list[int], each: float) -> None:
    names = [f"T{n:03d}" for n in range(coaches)]
    made = small.marts(
        [small.holds(name, "core_coach") for name in names],
        roster=[small.post(name) for name in names],
        leadership=[event(name, "training_delivered", quantity=size) for name, size in zip(names, sizes, strict=True)],
    )["reach"]
    row = made.row(0, named=True)
    assert row["teachers_trained"] == sum(sizes)
    assert round(row["trained_per_trainer"], 1) == each


def test_a_person_trained_twice_counts_once_and_scheduled_training_not_at_all(small: Any) -> None:
    named = [event("A", "training_delivered", counterpart_staff_id=who) for who in ("X", "Y", "X")]
    made = small.marts(
        [small.holds("A", "x")],
        roster=[small.post("A")],
        leadership=[*named, event("A", "training_delivered", counterpart_staff_id="Z", outcome="scheduled")],
    )["reach"]
    assert made.select("teachers_trained", "trainers").row(0) == (2, 1)


def test_students_of_leaders_and_their_teams_count_once(small: Any) -> None:
    """A leads B; both are leaders of the program. A's position is on two stays: its students are not added twice."""
    posts = [
        small.post("A", students_taught=30, end_date="2025-12-31"),
        small.post("A", students_taught=28, begin_date="2026-01-01"),
        small.post("B", students_taught=20, supervisor_staff_id="A"),
        small.post("C", students_taught=25, supervisor_staff_id="A"),
        small.post("D", students_taught=99),
    ]
    made = small.marts([small.holds("A", "x"), small.holds("B", "x")], roster=posts)["reach"]
    assert made["students_reached"].to_list() == [75]


def test_students_are_null_where_nobody_counts_them(small: Any) -> None:
    made = small.marts([small.holds("A", "x")], roster=[small.post("A")])["reach"]
    assert made.select("students_reached", "teachers_trained", "trained_per_trainer").row(0) == (None, 0, None)


def test_roles_stand_apart_and_the_rest_is_none(small: Any) -> None:
    programs = [ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",))]
    posts = [small.post("A", role_code="ROLE"), small.post("B"), small.post("C", role_code="OTHER")]
    made = small.marts([small.holds(name, "x") for name in "ABC"], programs, roster=posts)["reach"]
    assert dict(made.select("role_code", "leaders").rows()) == {"ROLE": 1, "none": 2}


def test_cost_by_teacher_trained_is_the_groups_part_of_m03(small: Any) -> None:
    made = small.marts(
        [small.holds("A", "x"), small.holds("B", "x")],
        roster=[small.post("A"), small.post("B")],
        leadership=[event("A", "training_delivered", quantity=8)],
        program_finance=[
            {"lea_id": "L1", "program_id": "p", "school_year": 2026, "kind": "training", "amount": "100.00"}
        ],
    )["reach"]
    assert made["cost_per_teacher_trained"].to_list() == [Decimal("12.50")]
