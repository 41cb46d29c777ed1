"""Who sits in which seat in each year: leaving, coming, moving school or district, taking a year off, moving up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rung.demo import calibration as cal
from rung.demo.counter_rng import CounterRng, Flags, Ints, match_within, rank_within
from rung.demo.plan import State
from rung.demo.positions import OTHER, TEACHER, Positions

MOVES_UP = 0.7
COMES_BACK = 0.9


@dataclass(frozen=True)
class People:
    """Arrays year x seat (own seats and mirrors). `person` is a number unique in the state.

    `begin_year`: year in which the stay in the seat began; `hire_year`: in which the district hired the person;
    `ends`: the person leaves the seat after the year; `experience`: years taught before it.
    """

    person: Ints
    begin_year: Ints
    hire_year: Ints
    experience: Ints
    ends: Flags
    gone: Flags  # ends, and the person is nowhere in the group the year after


@dataclass
class _Register:
    """What is known of each person of the group, by number from the group's first."""

    first: int
    born_into: Ints  # index of the year in which the person first appears
    start_experience: Ints
    tenure: Ints  # years in the district before the first year, for those who are there in it
    used: int


def settle(state: State, positions: Positions, first_person: int) -> People:
    """Fills the seats for every year of the state."""
    lea, kind = positions.lea[: positions.own], positions.kind[: positions.own]
    register = _first_year(state, positions, first_person)
    rows = [np.arange(positions.own) + first_person]
    for index in range(len(state.years)):
        rows.append(_next_year(state.rng, index, rows, lea, kind, register))
    return _unfold(state, positions, np.stack(rows), register)


def _first_year(state: State, positions: Positions, first_person: int) -> _Register:
    own, rng = positions.own, state.rng
    room = own * (len(state.years) + 2)
    person = first_person + np.arange(own)
    tenure = np.minimum(np.floor(-9.0 * np.log1p(-rng.uniform("tenure", person))), 35).astype(np.int64)
    before = np.where(rng.uniform("came experienced", person) < 0.4, rng.whole("before", 1, 10, person), 0)
    senior = np.where(positions.kind[:own] == TEACHER, 0, 6)
    empty = np.zeros(room - own, dtype=np.int64)
    return _Register(
        first=first_person,
        born_into=np.r_[np.zeros(own, dtype=np.int64), empty],
        start_experience=np.r_[np.minimum(tenure + before + senior, 42), empty],
        tenure=np.r_[tenure, empty],
        used=own,
    )


def _next_year(rng: CounterRng, index: int, rows: list[Ints], lea: Ints, kind: Ints, register: _Register) -> Ints:
    """Seats of year index + 1: leavers out, then promotions, returns, moves, and new hires for what is still open."""
    now = rows[-1]
    young = index - register.born_into[now - register.first] + register.start_experience[now - register.first] < 3
    draw = rng.uniform("leave", now, index)
    away = rng.uniform("year off", now, index) < cal.LEAVE_YEAR_RATE
    out = (draw < cal.LEAVE_RATE - 0.005 + 0.04 * young) | away
    following = np.where(out, -1, now)
    _promote(rng, index, following, lea, kind)
    if index:
        _come_back(rng, index, rows, following, lea, kind)
    _move(following, (rng.uniform("move", now, index) < cal.MOVE_SCHOOL_RATE) & (kind == TEACHER), lea, rng, index)
    group = np.zeros_like(lea)
    _move(following, (rng.uniform("far", now, index) < cal.MOVE_LEA_RATE) & (kind == TEACHER), group, rng, index)
    _hire(rng, index + 1, following, kind, register)
    return following


def _promote(rng: CounterRng, index: int, following: Ints, lea: Ints, kind: Ints) -> None:
    """A teacher of the district takes an open coach's or administrator's seat."""
    position = np.arange(len(lea))
    post = (kind != TEACHER) & (kind != OTHER) & (following < 0)
    open_posts = np.flatnonzero(post & (rng.uniform("promote", position, index) < MOVES_UP))
    ready = np.flatnonzero((kind == TEACHER) & (following >= 0))
    post_rank = rank_within(lea[open_posts], rng.words("post", open_posts, index))
    ready_rank = rank_within(lea[ready], rng.words("ready", following[ready], index))
    left, right = match_within(lea[open_posts], post_rank, lea[ready], ready_rank)
    following[open_posts[left]] = following[ready[right]]
    following[ready[right]] = -1


def _come_back(rng: CounterRng, index: int, rows: list[Ints], following: Ints, lea: Ints, kind: Ints) -> None:
    """Teachers who took the year off take open teachers' seats of their district."""
    before = rows[-2]
    off = rng.uniform("year off", before, index - 1) < cal.LEAVE_YEAR_RATE
    back = (kind == TEACHER) & off & (rng.uniform("back", before, index) < COMES_BACK)
    back &= ~np.isin(before, rows[-1]) & ~np.isin(before, following)
    who = np.flatnonzero(back)
    places = np.flatnonzero((kind == TEACHER) & (following < 0))
    left, right = match_within(
        lea[who],
        rank_within(lea[who], rng.words("back order", before[who], index)),
        lea[places],
        rank_within(lea[places], rng.words("place", places, index)),
    )
    following[places[right]] = before[who[left]]


def _move(following: Ints, movers: Flags, among: Ints, rng: CounterRng, index: int) -> None:
    """Movers of the same `among` hand their seats on in a ring."""
    position = np.flatnonzero(movers & (following >= 0))
    order = position[np.lexsort((rng.words("ring", position, index), among[position]))]
    groups = among[order]
    last = np.r_[groups[1:] != groups[:-1], True] if len(order) else np.zeros(0, dtype=bool)
    first = np.flatnonzero(np.r_[True, last[:-1]]) if len(order) else np.zeros(0, dtype=np.int64)
    after = np.arange(len(order)) + 1
    after[last] = first
    following[order[after]] = following[order].copy()


def _hire(rng: CounterRng, index: int, following: Ints, kind: Ints, register: _Register) -> None:
    """New people in every seat still open."""
    positions = np.flatnonzero(following < 0)
    numbers = register.used + np.arange(len(positions))
    register.used += len(positions)
    person = register.first + numbers
    following[positions] = person
    novice = rng.uniform("novice", person) < 0.6
    register.start_experience[numbers] = np.where(novice, 0, rng.whole("hired with", 1, 15, person))
    register.start_experience[numbers] += np.where(kind[positions] == TEACHER, 0, 6)
    register.born_into[numbers] = index


def _unfold(state: State, positions: Positions, person: Ints, register: _Register) -> People:
    """Year x seat arrays, with the mirrors filled from the seats that they mirror."""
    years = np.array(state.years)
    lea = positions.lea[: positions.own]
    begin, hire, experience = (np.zeros((len(years), positions.own), dtype=np.int64) for _ in range(3))
    known_lea, known_hire = np.full(len(register.tenure), -1), -register.tenure
    for index in range(len(years)):
        here = person[index] - register.first
        experience[index] = register.start_experience[here] + index - register.born_into[here]
        if index:
            known_hire[here] = np.where(known_lea[here] == lea, known_hire[here], index)
        known_lea[here] = lea
        hire[index] = known_hire[here]
        stayed = person[index] == person[index - 1] if index else np.zeros(positions.own, dtype=bool)
        begin[index] = np.where(stayed, begin[index - 1], index if index else hire[0])
    mirrored = np.r_[np.arange(positions.own), positions.mirror[positions.own :]]
    return People(
        person=person[:-1, mirrored],
        begin_year=begin[:, mirrored] + years[0],
        hire_year=hire[:, mirrored] + years[0],
        experience=experience[:, mirrored],
        ends=(person[:-1] != person[1:])[:, mirrored],
        gone=np.stack([~np.isin(now, after) for now, after in pairwise(person)])[:, mirrored],
    )
