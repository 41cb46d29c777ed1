"""A small random state as plain rows, and what a reader counts from them by hand: no frame, no engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
YEARS = range(2022, 2027)
SCHOOLS = {"S1": ("L1", 10.0), "S2": ("L1", 80.0), "S3": ("L2", 40.0), "S4": ("L2", None), "S5": ("L2", 90.0)}
UNREPORTED = ("L2", 2025)  # a district's year without a roster
OWNER = {"L1": "p", "L2": None}  # whose role ROLE is, by program in force
POSTS = ("assistant_principal", "principal", "instructional_coach")


@dataclass
class RandomState:
    """Rows by table; posts by (person, year): the first is of most FTE-days."""

    seed: int
    posts: dict[tuple[str, int], list[Row]] = field(default_factory=dict)
    designation: list[Row] = field(default_factory=list)
    evaluation: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    def record(self, person: str, year: int) -> Row | None:
        """The post of record."""
        return self.posts.get((person, year), [None])[0]  # type: ignore[list-item]

    def is_teacher(self, person: str, year: int) -> bool:
        return any(row["staff_classification"] == "teacher" for row in self.posts.get((person, year), []))

    def holds_role(self, person: str, year: int, lea_id: str | None = None) -> bool:
        """Rows last all year, so a role on one of them is held for every day."""
        rows = self.posts.get((person, year), [])
        return any(row.get("role_code") and lea_id in (None, row["lea_id"]) for row in rows)

    def programs_led(self, person: str, year: int) -> set[str]:
        """Programs of which the person has a level that leads, or the own role where it is in force; teachers only."""
        if not self.is_teacher(person, year):
            return set()
        by_level = {
            row["program_id"]
            for row in self.designation
            if (row["staff_id"], row["school_year"]) == (person, year) and row["level"] and row["state_tier"] >= 2
        }
        return by_level | {owner for lea, owner in OWNER.items() if owner and self.holds_role(person, year, lea)}

    def leads(self, person: str, year: int) -> bool:
        return bool(self.programs_led(person, year))

    def people(self, year: int) -> Iterator[tuple[str, Row]]:
        """Everybody on a roster of the year, with the post of record."""
        for (person, of), rows in sorted(self.posts.items()):
            if of == year:
                yield person, rows[0]

    def rating(self, person: str, year: int, lea_id: str) -> Row | None:
        rows = [r for r in self.evaluation if (r["staff_id"], r["school_year"], r["lea_id"]) == (person, year, lea_id)]
        return rows[0] if rows else None

    def band(self, person: str, year: int) -> int | None:
        post = self.record(person, year)
        rating = self.rating(person, year, post["lea_id"]) if post else None
        return {"High": 5, "Low": 2}[rating["rating_level"]] if rating else None


def random_state(small: Any, seed: int, persons: int = 45) -> RandomState:
    """People who come, stay, move, are promoted, leave and return; levels, roles, ratings and events by lot."""
    draw = random.Random(seed)
    state = RandomState(seed)
    for number in range(persons):
        person, experience = f"P{number:02d}", draw.choice([0, 0, 1, 4])
        school, kind = draw.choice(list(SCHOOLS)), "teacher"
        begin = draw.choice([2022, 2022, 2023, 2024])
        for year in range(begin, 2027):
            if year > begin:
                experience += 1
                if draw.random() < 0.12:
                    break  # gone, for good
                if draw.random() < 0.1:
                    continue  # a year away
                school = draw.choice(list(SCHOOLS)) if draw.random() < 0.25 else school
                kind = draw.choice(POSTS) if draw.random() < 0.12 else kind
            _year(small, state, draw, person, year, school, kind, experience)
    return state


def _year(
    small: Any, state: RandomState, draw: random.Random, who: str, year: int, school: str, kind: str, experience: int
) -> None:
    """Posts, level, rating and events of a person's year."""

    def post(at: str, share: float, classification: str) -> Row:
        lea = SCHOOLS[at][0]
        more = {"lea_id": lea, "school_id": at, "staff_classification": classification, "years_experience": experience}
        more |= {"full_time_equivalency": share, "students_taught": draw.choice([None, 20, 35])}
        made: Row = small.post(who, year, **more)
        return made | ({"role_code": "ROLE"} if draw.random() < 0.2 else {})

    posts = [post(school, 1.0, kind)]
    if draw.random() < 0.2:  # two schools, perhaps of two districts
        other = draw.choice([name for name in SCHOOLS if name != school])
        posts = [posts[0] | {"full_time_equivalency": 0.6}, post(other, 0.4, "teacher")]
    posts = [row for row in posts if (row["lea_id"], year) != UNREPORTED]
    if not posts:
        return
    state.posts[who, year] = posts
    lea = posts[0]["lea_id"]
    for program in ("p", "q"):
        if draw.random() < 0.25:
            level = draw.choice([None, "x", "y"])
            tier = {None: 0, "x": 1, "y": 2}[level]
            state.designation.append(
                small.holds(who, level, year, lea_id=lea, program_id=program) | {"state_tier": tier}
            )
    if draw.random() < 0.7:
        rating = {"staff_id": who, "lea_id": lea, "school_year": year, "rating_system": "sys", "status": "final"}
        scores = {
            "growth_index": draw.choice([None, -3.0, 0.0, 2.5]),
            "observation_average": draw.choice([1.4, 3, 4.6]),
        }
        state.evaluation.append(rating | scores | {"rating_level": draw.choice(["High", "Low"])})
    for day in range(draw.choice([0, 0, 1, 4])):
        event = {"staff_id": who, "lea_id": lea, "school_year": year, "event_date": f"{year}-02-{day + 1:02d}"}
        kind_of = draw.choice(["coaching_session", "observation", "course_completed", "training_delivered"])
        before, after = draw.choice([None, 2]), draw.choice([None, 2, 3])
        event |= {"event_type": kind_of, "outcome": draw.choice(["completed", "scheduled", None])}
        event |= {"counterpart_staff_id": draw.choice([None, "P00", "P01", "P02"])}
        event |= {"score_before": before, "score_after": after, "quantity": draw.choice([None, 1.5, 10])}
        state.events.append(event)
