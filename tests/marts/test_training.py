"""`training`: hours of courses completed by leaders and by other teachers; counted by hand."""

from __future__ import annotations

from typing import Any


def course(staff: str, hours: float | None, outcome: str | None = "completed", **more: Any) -> dict[str, Any]:
    plain = {"lea_id": "L1", "school_year": 2026, "event_date": "2025-11-03", "event_type": "course_completed"}
    return plain | {"staff_id": staff, "quantity": hours, "outcome": outcome} | more


def test_hours_of_leaders_and_others(small: Any) -> None:
    """A leads: 30 + 12.5 hours, one course in another district, one without hours. B: 10; C: failed and scheduled."""
    made = small.marts(
        [small.holds("A", "x")],
        roster=[*(small.post(who) for who in "ABC"), small.post("P", staff_classification="principal")],
        leadership=[
            course("A", 30, "passed"),
            course("A", 12.5, None, lea_id="L2"),
            course("A", None, event_date="2025-11-04"),
            course("B", 10),
            course("C", 50, "failed"),
            course("C", 50, "scheduled", event_date="2025-11-04"),
            course("P", 99),
        ],
    )["training"]
    columns = ("comparison_group", "persons", "hours", "hours_per_person", "courses_without_hours")
    assert made.select(columns).rows() == [("leaders", 1, 42.5, 42.5, 1), ("others", 2, 10.0, 5.0, 0)]


def test_no_course_is_no_hours(small: Any) -> None:
    made = small.marts(roster=[small.post("A")])["training"]
    assert made.select("comparison_group", "persons", "hours").rows() == [("others", 1, 0.0)]
