"""Who leads, evaluates and coaches whom in a school: principals, evaluators, teams, counterparts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo.counter_rng import CounterRng, Ints, match_within, rank_within
from rung.demo.positions import ASSISTANT, COACH, PRINCIPAL
from rung.demo.staff import Staff

TEAM = 5
LEADERS_EVALUATE_SHARE = 0.4  # of districts, where the leaders of teams rate some of their teams
NOBODY = -1


@dataclass(frozen=True)
class Supervision:
    """Person numbers; NOBODY where there is none. By school, and by element of `Staff`."""

    principal: Ints
    coach: Ints
    evaluator: Ints
    supervisor: Ints


def supervision_of(rng: CounterRng, staff: Staff) -> Supervision:
    """The year's posts."""
    positions, schools = staff.positions, len(staff.schools.lea)
    own = positions.mirror < 0
    principal, coach, assistant = (np.full(schools, NOBODY) for _ in range(3))
    for kind, post in ((PRINCIPAL, principal), (COACH, coach), (ASSISTANT, assistant)):
        who = np.flatnonzero(own & (positions.kind == kind))
        post[positions.school[who]] = staff.person[who]
    coach = np.where(coach == NOBODY, principal, coach)
    supervisor = _teams(rng, staff)
    boss, deputy = principal[positions.school], assistant[positions.school]
    evaluator = np.where((deputy != NOBODY) & (rng.uniform("evaluator", positions.serial) < 0.4), deputy, boss)
    led = (supervisor != NOBODY) & (rng.uniform("led", positions.lea) < LEADERS_EVALUATE_SHARE)
    led &= rng.uniform("led here", positions.serial) < 0.5
    return Supervision(principal, coach, np.where(led, supervisor, evaluator), supervisor)


def _teams(rng: CounterRng, staff: Staff) -> Ints:
    """Teachers of a school in teams of TEAM, a leader with a team role each; the rest have no leader."""
    team_roles = [number for number, (_, role) in enumerate(staff.roles) if role.team]
    leads = np.isin(staff.role, team_roles)
    leader, member = np.flatnonzero(leads), np.flatnonzero(staff.teaching & ~leads & (staff.role < 0))
    supervisor = np.full(len(staff.person), NOBODY)
    if not len(leader):
        return supervisor
    school = staff.positions.school
    leader_rank = rank_within(school[leader], rng.words("leader", staff.person[leader], staff.year))
    member_rank = rank_within(school[member], rng.words("member", staff.person[member], staff.year))
    for place in range(TEAM):
        turn = member_rank % TEAM == place
        left, right = match_within(school[leader], leader_rank, school[member[turn]], member_rank[turn] // TEAM)
        supervisor[member[turn][right]] = staff.person[leader[left]]
    return supervisor


def counterparts(staff: Staff, actor: Ints, draw: Ints) -> Ints:
    """For each acting seat a teacher of the same school, another one where there is one; NOBODY in schools without."""
    school = staff.positions.school
    teachers = np.flatnonzero(staff.teaching)
    teachers = teachers[np.argsort(school[teachers], kind="stable")]
    count = np.bincount(school[teachers], minlength=len(staff.schools.lea))
    first = np.cumsum(count) - count
    here, size = school[actor], count[school[actor]]
    pick = first[here] + draw % np.maximum(size, 1)
    again = first[here] + (draw + 1) % np.maximum(size, 1)
    chosen = teachers[np.minimum(pick, len(teachers) - 1)] if len(teachers) else actor
    other = teachers[np.minimum(again, len(teachers) - 1)] if len(teachers) else actor
    chosen = np.where(chosen == actor, other, chosen)
    return np.asarray(np.where((size == 0) | (chosen == actor), NOBODY, staff.person[chosen]))
