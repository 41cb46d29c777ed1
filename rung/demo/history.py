"""What a year leaves behind for the next: last year's scores, and the rung that a person stands on.

The rung is the demo's own simple count, kept so that pay follows careers; what a designation is, the packs decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo.adoptions import Ladder, Who
from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.plan import State
from rung.demo.ratings import Rated
from rung.demo.staff import Staff

HIGH_POVERTY = 60.0


@dataclass
class History:
    """Arrays by person number from the group's first."""

    first: int
    observation: Floats
    growth: Floats
    rung: Ints
    top_run: Ints
    positive_run: Ints

    @classmethod
    def empty(cls, first: int, people: int) -> History:
        def zeros() -> Ints:
            return np.zeros(people, dtype=np.int64)

        return cls(first, np.full(people, np.nan), np.full(people, np.nan), zeros(), zeros(), zeros())

    def climb(self, staff: Staff, rated: Rated, ladder: Ladder, here: Flags) -> None:
        """Runs of top and of positive ratings buy rungs; a year without one breaks them."""
        position = np.flatnonzero(here & staff.teaching)
        who = staff.person[position] - self.first
        newcomer = (self.rung[who] == 0) & (staff.experience[position] >= 2)
        self.rung[who] = np.where(newcomer, 1, self.rung[who])
        self.top_run[who] = np.where(rated.top[position], self.top_run[who] + 1, 0)
        self.positive_run[who] = np.where(rated.positive[position], self.positive_run[who] + 1, 0)
        last = len(ladder.top)
        need_top = np.array([*ladder.top, 99])[self.rung[who]]
        need_positive = np.array([*ladder.positive, 0])[self.rung[who]]
        up = (self.top_run[who] >= need_top) | ((need_positive > 0) & (self.positive_run[who] >= need_positive))
        up &= self.rung[who] < last
        self.rung[who] += up
        self.top_run[who] = np.where(up, 0, self.top_run[who])
        self.positive_run[who] = np.where(up, 0, self.positive_run[who])

    def close(self, staff: Staff, rated: Rated) -> None:
        """Keeps the year's scores for the next."""
        who = staff.person[staff.teaching] - self.first
        self.observation[who] = rated.observation[staff.teaching]
        self.growth[who] = rated.growth[staff.teaching]


@dataclass(frozen=True)
class Year:
    """All that the extracts of one year are written from."""

    state: State
    index: int
    staff: Staff
    rated: Rated
    history: History

    def takes_part(self, program: str | None, key: str, who: Who, here: Flags) -> Flags:
        """Teachers in `here` for whom every condition of `who` holds, `accepted` apart (see `events.py`)."""
        rng, staff, label = self.state.rng, self.staff, program or "district"
        person, year = staff.person, staff.year
        number = person - self.history.first
        yes = here & staff.teaching & (staff.experience >= who.min_experience)
        if who.share is not None:
            yes &= rng.uniform(f"{label}:{'share' if program else key}", person) < who.share
        if who.yearly is not None:
            yes &= rng.uniform(f"{label}:{key}:yearly", person, year) < who.yearly
        if who.once:
            yes &= rng.whole(f"{label}:{key}:once", 0, len(self.state.years) - 1, person) == self.index
        if who.holds_role:
            yes &= self.holds_role_of(program)
        if who.top_rated:
            yes &= self.rated.top
        if who.at is not None:
            yes &= self._school(who.at)
        if who.observation is not None and who.growth is not None:
            good = self.history.observation[number] >= who.observation
            yes &= good & (self.history.growth[number] >= who.growth)
        if who.rung is not None:
            yes &= self.history.rung[number] >= who.rung
        return np.asarray(yes)

    def holds_role_of(self, program: str | None, code: str | None = None) -> Flags:
        """Elements who hold a role of the program (the one of that code, where given)."""
        wanted = [
            number
            for number, (owner, role) in enumerate(self.staff.roles)
            if owner == program and code in (None, role.code)
        ]
        return np.isin(self.staff.role, wanted)

    def _school(self, at: str) -> Flags:
        schools = self.staff.schools
        flag = {
            "partner": schools.partner,
            "low_performing": schools.low_performing,
            "poverty": schools.poverty >= HIGH_POVERTY,
        }[at]
        return np.asarray(flag[self.staff.positions.school])
