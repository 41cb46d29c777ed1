"""Leadership events of one year: what the programs ask for, and what role holders and coaches do all year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo.adoptions import Event, adoptions
from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.history import Year
from rung.demo.positions import COACH
from rung.demo.staff import NO_DATE, Dates, running
from rung.demo.supervision import NOBODY, Supervision, counterparts

# what a role holder or a coach does in a year: type, times, share done (the rest stays scheduled)
ACTIVITIES = (
    ("coaching_session", 3, 0.85),
    ("observation", 2, 1.0),
    ("team_meeting", 2, 0.95),
    ("training_delivered", 1, 0.95),
)
ENDS_WELL = ("approved", "passed", "accepted", "completed")


@dataclass(frozen=True)
class EventRows:
    """Rows of one kind of event: seats (indices into `Staff`) and, for each, the columns that vary."""

    position: Ints
    type: str
    code: str | None
    date: Dates
    outcome: list[str]
    outcome_at: Ints
    by: Ints
    counterpart: Ints
    role: bool
    quantity: Floats
    valid_until: Dates
    before: Floats
    after: Floats


def accepted(year: Year, program: str, key: str, here: Flags) -> Flags:
    """Elements for whom that event of the program happened this year and ended well."""
    event = next(event for event in adoptions().programs[program].events if event.key == key)
    outcomes = list(event.outcomes)
    good = [number for number, name in enumerate(outcomes) if name in ENDS_WELL]
    return occurs(year, program, event, here) & np.isin(_outcome(year, program, event, year.staff.person), good)


def occurs(year: Year, program: str, event: Event, here: Flags) -> Flags:
    """Elements for whom the event happens this year."""
    yes = year.takes_part(program, event.key, event.who, here)
    return yes & accepted(year, program, event.who.accepted, here) if event.who.accepted else yes


def event_rows(year: Year, supervision: Supervision) -> list[EventRows]:
    """All events of the year."""
    lea, when = year.staff.positions.lea, year.staff.year
    names = sorted({name for index in np.unique(lea).tolist() for name in year.state.programs(index, when)})
    rows = []
    for name in names:
        here = running(year.state, lea, name, when)
        for event in adoptions().programs[name].events:
            position = np.flatnonzero(occurs(year, name, event, here))
            codes = event.codes or (event.code,)
            for number, code in enumerate(codes):
                if len(event.codes) == 0 or number // event.per_year == year.index:
                    rows.append(_program_event(year, name, event, code, position, supervision))
    return [*rows, *_activities(year)]


def _outcome(year: Year, program: str, event: Event, person: Ints, code: str | None = None) -> Ints:
    label = f"{program}:{code or event.key}:outcome"
    return year.state.rng.choice(label, list(event.outcomes.values()), person, year.staff.year)


def _program_event(
    year: Year, program: str, event: Event, code: str | None, position: Ints, supervision: Supervision
) -> EventRows:
    staff, rng = year.staff, year.state.rng
    person = staff.person[position]
    school = staff.positions.school[position]
    date = _day(year, f"{program}:{event.key}:{code}", person, np.full(len(position), event.month))
    nobody, no_number = np.full(len(position), NOBODY), np.full(len(position), np.nan)
    by = {"principal": supervision.principal[school], "coach": supervision.coach[school]}.get(event.by or "", nobody)
    quantity = no_number
    if event.quantity:
        quantity = rng.whole(f"{program}:{code}:quantity", *event.quantity, person, staff.year).astype(np.float64)
    until: Dates = np.full(len(position), NO_DATE)
    if event.valid_years:
        until = date + 365 * event.valid_years
    return EventRows(
        position=position,
        type=event.type,
        code=code,
        date=date,
        outcome=list(event.outcomes),
        outcome_at=_outcome(year, program, event, person, code if event.codes else None),
        by=by,
        counterpart=nobody,
        role=event.who.holds_role,
        quantity=quantity,
        valid_until=until,
        before=no_number,
        after=no_number,
    )


def _activities(year: Year) -> list[EventRows]:
    """Coaching, observations, meetings and trainings, each time in another month."""
    staff, rng = year.staff, year.state.rng
    actor = np.flatnonzero((staff.role >= 0) | ((staff.positions.kind == COACH) & (staff.positions.mirror < 0)))
    person = staff.person[actor]
    no_number = np.full(len(actor), np.nan)
    rows = []
    for kind, times, done in ACTIVITIES:
        for turn in range(times):
            label = f"{kind}:{turn}"
            before = after = quantity = no_number
            other = np.full(len(actor), NOBODY)
            if kind in ("coaching_session", "observation"):
                other = counterparts(staff, actor, rng.whole(label + ":who", 0, 9_999, person, staff.year))
            else:
                quantity = rng.whole(label + ":people", 3, 25, person, staff.year).astype(np.float64)
            if kind == "observation":
                before = rng.whole(label + ":before", 1, 4, person, staff.year).astype(np.float64)
                after = np.minimum(before + rng.whole(label + ":gain", 0, 1, person, staff.year), 5.0)
            month = (8 + turn * 4 + rng.whole(label + ":month", 0, 1, person, staff.year)) % 12 + 1
            rows.append(
                EventRows(
                    position=actor,
                    type=kind,
                    code=None,
                    date=_day(year, label, person, month),
                    outcome=["completed", "scheduled"],
                    outcome_at=(rng.uniform(label + ":done", person, staff.year) >= done).astype(np.int64),
                    by=np.full(len(actor), NOBODY),
                    counterpart=other,
                    role=True,
                    quantity=quantity,
                    valid_until=np.full(len(actor), NO_DATE),
                    before=before,
                    after=after,
                )
            )
    return rows


def _day(year: Year, label: str, person: Ints, month: Ints) -> Dates:
    """A day of the month, in this school year."""
    when = year.staff.year
    calendar = np.where(month >= 7, when - 1, when)
    first = ((calendar - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(first + year.state.rng.whole(label + ":day", 0, 27, person, when))
