"""Schools of a group of districts, and the seats in them: a seat is a position that somebody holds each year.

A seat stays what it is over the years; people move between seats (`people.py`). A mirror is a second part-time row of
the person who holds another seat: a split between two schools, or between two districts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo.counter_rng import CounterRng, Flags, Floats, Ints, rank_within
from rung.demo.plan import State

TEACHER, PRINCIPAL, ASSISTANT, COACH, OTHER = range(5)
CLASSIFICATIONS = ("teacher", "principal", "assistant_principal", "instructional_coach", "other")
LEVELS = ("elementary", "middle", "high", "other")
SEATS_PER_SCHOOL = 45
MOST_SCHOOLS = 999
SPLIT_SHARE, ITINERANT_SHARE = 0.02, 0.003


@dataclass(frozen=True)
class Schools:
    """One element per school of the group."""

    lea: Ints  # district index in the state
    school_id: list[str]
    level: Ints
    poverty: Floats
    low_performing: Flags
    partner: Flags
    rural: Flags


@dataclass(frozen=True)
class Positions:
    """One element per seat; `own` seats come first, then the mirrors. `serial` is unique in the state."""

    lea: Ints
    school: Ints  # index into Schools
    kind: Ints
    fte: Floats
    mirror: Ints  # the seat whose holder this is, -1 for an own seat
    serial: Ints
    own: int


def build_schools(state: State, group: range) -> Schools:
    """The schools of the group's districts, `SEATS_PER_SCHOOL` educators each on average."""
    counts = np.array([min(MOST_SCHOOLS, max(1, round(int(state.sizes[i]) / SEATS_PER_SCHOOL))) for i in group])
    lea = np.repeat(np.array(group), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    poverty = np.clip(state.poverty_level()[lea] + 17.0 * state.rng.normal("school poverty", lea, number), 1.5, 99.0)
    poverty = np.round(poverty, 1)
    poorest = np.repeat(np.maximum.reduceat(poverty, np.cumsum(counts) - counts), counts)
    partners = np.array([any(p.partner_list for p in state.programs(i, state.years[0]).values()) for i in group])
    low = state.rng.uniform("low performing", lea, number) < 0.25 * (poverty / 100) ** 2 + 0.01
    return Schools(
        lea=lea,
        school_id=[f"{d + 1:05d}{n + 1:03d}" for d, n in zip(lea.tolist(), number.tolist(), strict=True)],
        level=state.rng.choice("level", [0.55, 0.2, 0.2, 0.05], lea, number),
        poverty=poverty,
        low_performing=np.asarray(low),
        partner=np.asarray(partners[lea - group.start] & ((poverty >= 65.0) | (poverty == poorest))),
        rural=np.asarray(state.rural()[lea]),
    )


def build_positions(state: State, group: range, schools: Schools, first_serial: int) -> Positions:
    """Own seats of the group's districts, then mirrors for the few who split their week."""
    lea = np.repeat(np.array(group), state.sizes[group.start : group.stop])
    school = _spread_over_schools(lea, schools)
    place = rank_within(school, np.arange(len(lea), dtype=np.float64))
    held = np.bincount(school, minlength=len(schools.lea))[school]
    serial = first_serial + np.arange(len(lea))
    kind = _kinds(state.rng, place, held, serial)
    teaching = kind == TEACHER
    part = state.rng.uniform("part time", serial)
    fte = np.where(teaching & (part < 0.03), 0.5, np.where(teaching & (part < 0.06), 0.8, 1.0))
    mirrors = _mirrors(state.rng, lea, school, teaching & (fte == 1.0), serial, schools)
    position, other_school = mirrors
    fte[position] = 0.6
    return Positions(
        lea=np.r_[lea, schools.lea[other_school]],
        school=np.r_[school, other_school],
        kind=np.r_[kind, kind[position]],
        fte=np.r_[fte, np.full(len(position), 0.4)],
        mirror=np.r_[np.full(len(lea), -1), position],
        serial=np.r_[serial, 5_000_000_000 + serial[position]],
        own=len(lea),
    )


def _spread_over_schools(lea: Ints, schools: Schools) -> Ints:
    """Deals a district's seats to its schools in turn."""
    count = np.bincount(schools.lea, minlength=int(lea.max()) + 1)
    first = np.cumsum(count) - count
    return np.asarray(first[lea] + rank_within(lea, np.arange(len(lea), dtype=np.float64)) % count[lea])


def _kinds(rng: CounterRng, place: Ints, held: Ints, serial: Ints) -> Ints:
    """A principal a school, an assistant for each 40 seats, a coach in schools of 12 and more, 9 % other staff."""
    kind = np.where(rng.uniform("other staff", serial) < 0.09, OTHER, TEACHER)
    kind = np.where(place == 0, PRINCIPAL, kind)
    kind = np.where((place >= 1) & (place <= held // 40), ASSISTANT, kind)
    return np.asarray(np.where((place == held // 40 + 1) & (held >= 12), COACH, kind))


def _mirrors(rng: CounterRng, lea: Ints, school: Ints, may: Flags, serial: Ints, schools: Schools) -> tuple[Ints, Ints]:
    """Seats whose holder also works elsewhere, and the school where: the district's next, or any of the group's."""
    draw = rng.uniform("split", serial)
    neighbour = (school + 1) % len(schools.lea)
    inside = may & (draw < SPLIT_SHARE) & (schools.lea[neighbour] == lea) & (neighbour != school)
    anywhere = rng.whole("itinerant school", 0, len(schools.lea) - 1, serial)
    outside = may & (draw >= SPLIT_SHARE) & (draw < SPLIT_SHARE + ITINERANT_SHARE) & (schools.lea[anywhere] != lea)
    position = np.flatnonzero(inside | outside)
    return position, np.where(inside[position], neighbour[position], anywhere[position])
