"""`coach_outcome`: focus areas improved over set, of leaders with enough coachees; counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest


def session(coach: str, coachee: str, before: float | None, after: float | None, **more: Any) -> dict[str, Any]:
    plain = {"lea_id": "L1", "school_year": 2026, "event_date": "2025-11-03", "event_type": "coaching_session"}
    scores = {"score_before": before, "score_after": after}
    return plain | scores | {"staff_id": coach, "counterpart_staff_id": coachee, "outcome": "completed"} | more


def of(coach: str, improved: int, coachees: int = 5) -> list[dict[str, Any]]:
    """Sessions with `coachees` persons, of which the first `improved` rose by exactly one level, the rest by less."""
    return [session(coach, f"X{n}", 2, 3 if n < improved else 2.9) for n in range(coachees)]


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """A, B, C lead and coach five; D leads and coaches four; N coaches five and does not lead."""
    events = [*of("A", 5), *of("B", 0), *of("C", 2), *of("D", 4, 4), *of("N", 5)]
    events.append(session("A", "X0", None, None, event_type="observation"))
    events.append(session("A", "X9", 1, 4, outcome="scheduled"))
    outcome: pl.DataFrame = small.marts(
        [small.holds(who, "x") for who in "ABCD"], roster=[small.post(who) for who in "ABCDN"], leadership=events
    )["coach_outcome"]
    return outcome


def test_only_leaders_with_five_coachees(made: pl.DataFrame) -> None:
    assert made.select("staff_id", "coachees", "focus_set", "focus_improved", "share").rows() == [
        ("A", 5, 5, 5, 1.0),
        ("B", 5, 5, 0, 0.0),
        ("C", 5, 5, 2, 0.4),
    ]


def test_quartiles_by_nearest_rank(made: pl.DataFrame) -> None:
    """Of 0, 0.4, 1: ranks ceil(3/4) = 1 and ceil(9/4) = 3."""
    assert made.select("lea_p25", "lea_median", "lea_p75").unique().rows() == [(0.0, 0.4, 1.0)]


def test_a_leader_of_whom_no_scores_are_known_has_no_share(small: Any) -> None:
    events = [session("A", f"X{n}", 2, None) for n in range(5)]
    made = small.marts([small.holds("A", "x")], roster=[small.post("A")], leadership=events)["coach_outcome"]
    assert made.select("coachees", "focus_set", "share", "lea_median").rows() == [(5, 0, None, None)]
