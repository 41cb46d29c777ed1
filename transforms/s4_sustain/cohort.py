"""The cohort model itself (M16): numpy over states and simulated paths, one LEA's program at a time, seeded by its
name.

Each LEA and program has its own random stream, so that one district's data never moves another's percentiles.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.policy.parameters import Projection, Scenario

Floats = npt.NDArray[np.float64]
Draws = dict[tuple[float, float], Floats]
"""Simulated people of one cohort ([years + 1, paths, states]), by attrition factor and growth of designations."""


@dataclass(frozen=True)
class Cohort:
    """One LEA's program at year 0. `moves` [states, states + 1]: yearly shares, the last column is exit.

    `persons` and `entries` (a year) per state; `unit` dollars a person of each state, `fixed` dollars whatever the
    number, `scheduled` the part of `fixed` that the salary schedule pays, `is_leader` the share of a state's persons
    who lead; `steps`: mean schedule step of leaders, of entrants, growth of pay a step.
    """

    name: str
    persons: Floats
    entries: Floats
    moves: Floats
    unit: Floats
    fixed: float
    scheduled: float
    is_leader: Floats
    step_now: float
    step_entry: float
    step_growth: float
    step_last: float


@dataclass(frozen=True)
class Path:
    """Yearly results, year 0 first: expected cost and leaders, and the simulated percentiles (None: not simulated)."""

    expected: Floats
    leaders: Floats
    p10: Floats | None = None
    p50: Floats | None = None
    p90: Floats | None = None


def project(cohort: Cohort, scenario: Scenario, settings: Projection, drawn: Draws | None = None) -> Path:
    """Expected and simulated cost of years 0 .. settings.years. Year 0 is the actual year on every path; without paths
    nothing is simulated.

    `drawn`: people already simulated for this cohort and these settings; gets what is simulated here. Prices move no
    person, so scenarios that differ in prices alone share their people.
    """
    moves = scaled_attrition(cohort.moves, scenario.attrition_factor)
    growth = np.power(1 + scenario.designation_growth, np.arange(1, settings.years + 1), dtype=np.float64)
    people = expected_people(cohort, moves, growth)
    years = np.arange(settings.years + 1)
    prices = (1 + settings.stipend_growth) ** years
    # COLA moves what the schedule pays, nothing else (RULES M16)
    raised = cohort.scheduled * (1 + (scenario.cola or 0.0)) ** years
    fixed = cohort.fixed - cohort.scheduled
    seniority = step_factor(cohort, moves, growth, people)
    expected = (people @ cohort.unit * seniority + fixed) * prices + raised
    leaders = people @ cohort.is_leader
    if not settings.paths:
        return Path(expected, leaders)
    drawn = {} if drawn is None else drawn
    movement = (scenario.attrition_factor, scenario.designation_growth)
    if movement not in drawn:
        drawn[movement] = simulated_people(cohort, moves, growth, settings)
    paths = (drawn[movement] @ cohort.unit * seniority[:, None] + fixed) * prices[:, None] + raised[:, None]
    costs = np.sort(paths, axis=1)
    ranks = [-(-settings.paths * tenths // 10) - 1 for tenths in (1, 5, 9)]
    low, middle, high = (costs[:, rank] for rank in ranks)
    return Path(expected, leaders, low, middle, high)


def scaled_attrition(moves: Floats, factor: float) -> Floats:
    """Exits times `factor`, at most 1; the rest of each row keeps its proportions."""
    exits = np.minimum(moves[:, -1] * factor, 1.0)
    assignments = moves[:, :-1].sum(axis=1)
    scale = np.divide(1 - exits, assignments, out=np.zeros_like(assignments), where=assignments > 0)
    exits = np.where(assignments > 0, exits, 1.0)
    return np.column_stack([moves[:, :-1] * scale[:, None], exits])


def expected_people(cohort: Cohort, moves: Floats, growth: Floats) -> Floats:
    """[years + 1, states]: n(y+1) = n(y) x moves + entries x growth."""
    people = [cohort.persons]
    for rise in growth:
        people.append(people[-1] @ moves[:, :-1] + cohort.entries * rise)
    return np.array(people)


def step_factor(cohort: Cohort, moves: Floats, growth: Floats, people: Floats) -> Floats:
    """What schedule steps do to pay: who stays rises a step a year, who enters starts at the entrants' mean step."""
    step, factors = cohort.step_now, [1.0]
    for year, rise in enumerate(growth):
        arriving = float(cohort.entries @ cohort.is_leader) * rise
        staying = max(float(people[year + 1] @ cohort.is_leader) - arriving, 0.0)
        total = staying + arriving
        if total > 0:
            step = (staying * min(step + 1, cohort.step_last) + arriving * cohort.step_entry) / total
        factors.append((1 + cohort.step_growth) ** (step - cohort.step_now))
    return np.array(factors)


def simulated_people(cohort: Cohort, moves: Floats, growth: Floats, settings: Projection) -> Floats:
    """[years + 1, paths, states]: each person moves by lot (multinomial), entrants arrive by lot (Poisson)."""
    random = np.random.Generator(np.random.PCG64(_seed(cohort.name, settings.seed)))
    people = np.tile(cohort.persons.astype(np.int64), (settings.paths, 1))
    years = [people]
    targets = [np.flatnonzero(row) for row in moves]
    for rise in growth:
        following = random.poisson(cohort.entries * rise, size=people.shape).astype(np.int64)
        for state, ends in enumerate(targets):
            if not people[:, state].any():
                continue
            moved = random.multinomial(people[:, state], moves[state, ends])
            assignments = ends < len(cohort.persons)
            following[:, ends[assignments]] += moved[:, assignments]
        years.append(following)
        people = following
    return np.array(years, dtype=np.float64)


def _seed(name: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big")
