"""`rung sunset`: the calendar of last votes, read back by an iCalendar reader of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from icalendar import Calendar

from rung.report.sunset import sunset_calendar

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def award(name: str, vote: date | None) -> dict[str, Any]:
    return {
        "lea_id": "0500",
        "award_id": name,
        "program_id": "p",
        "district": "Oak (0500)",
        "program": "Program P (p)",
        "award_end": None if vote is None else date(2026, 9, 30),
        "last_budget_vote": vote,
        "recurring_amount": Decimal("2200.00"),
        "persons": 2,
    }


def test_each_award_with_an_end_is_an_event_of_one_day() -> None:
    made = Calendar.from_ical(sunset_calendar([award("G-1", date(2026, 6, 30)), award("G-2", None)], NOW))
    (event,) = made.walk("VEVENT")
    assert event.decoded("dtstart") == date(2026, 6, 30)
    assert event.decoded("dtend") == date(2026, 7, 1)
    assert str(event["summary"]) == "Last budget vote to replace G-1 in Oak (0500)"
    assert "2,200.00 dollars a year to 2 persons" in str(event["description"])


def test_the_same_rows_at_the_same_time_are_the_same_bytes() -> None:
    rows = [award("G-1", date(2026, 6, 30))]
    assert sunset_calendar(rows, NOW) == sunset_calendar(rows, NOW)
