"""`leadership_activity`: done on time against due, and whether it helped, never in one row."""

from __future__ import annotations

from datetime import date
from typing import Any


def event(kind: str, day: str, outcome: str | None = "completed", **more: Any) -> dict[str, Any]:
    plain = {
        "staff_id": "E",
        "lea_id": "L1",
        "school_year": 2026,
        "event_date": day,
        "event_type": kind,
        "outcome": outcome,
    }
    return plain | more


def test_observations_of_november(small: Any) -> None:
    """The seed's question: did the evaluator observe the number due in November? Three of four."""
    days = ("2025-11-03", "2025-11-14", "2025-11-28")
    due = [event("observation", day) for day in days] + [event("observation", "2025-11-30", "scheduled")]
    made = small.marts(roster=[small.post("E")], leadership=[*due, event("observation", "2025-12-01")])[
        "leadership_activity"
    ]
    assert made.select("month", "done", "required", "rate").rows() == [
        (date(2025, 11, 1), 3, 4, 0.75),
        (date(2025, 12, 1), 1, 1, 1.0),
    ]
    assert made["school_id"].to_list() == ["S1", "S1"]


def test_outcome_is_a_level_or_more_and_needs_both_scores(small: Any) -> None:
    scored = [
        event("observation", "2026-02-02", score_before=2, score_after=3),
        event("coaching_session", "2026-02-03", score_before=2, score_after=2.5),
        event("observation", "2026-02-04", score_before=2),
    ]
    made = small.marts(roster=[small.post("E")], leadership=scored)["leadership_activity"]
    rows = {
        measure: (kind, done, required)
        for measure, kind, done, required in made.select("measure", "kind", "done", "required").rows()
    }
    assert rows == {
        "observation": ("output", 2, 2),
        "coaching_session": ("output", 1, 1),
        "focus_improved": ("outcome", 1, 2),
    }


def test_other_events_and_other_ends_are_neither_done_nor_due(small: Any) -> None:
    others = [
        event("nomination", "2026-02-02"),
        event("observation", "2026-02-02", "declined"),
        event("observation", "2026-02-02", None),
    ]
    assert small.marts(roster=[small.post("E")], leadership=others)["leadership_activity"].height == 0


def test_an_event_of_somebody_on_no_roster_keeps_its_place(small: Any) -> None:
    made = small.marts(
        leadership=[event("team_meeting", "2026-02-02"), event("team_meeting", "2026-02-03", school_id="S7")]
    )
    assert made["leadership_activity"].select("school_id", "done").rows() == [("S7", 1), (None, 1)]
