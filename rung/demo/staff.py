"""One school year of a group: everybody who has a seat, with dates, experience, lane and step, and leadership role."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rung.demo import calibration as cal
from rung.demo.adoptions import Role, adoptions
from rung.demo.counter_rng import CounterRng, Flags, Floats, Ints
from rung.demo.people import People
from rung.demo.plan import State
from rung.demo.positions import ASSISTANT, OTHER, PRINCIPAL, TEACHER, Positions, Schools

Dates = npt.NDArray[np.datetime64]
LANES = tuple(cal.LANES)
DEGREES = tuple(cal.DEGREE_SHARES)
NO_DATE = np.datetime64("NaT", "D")
MIDYEAR_HIRE, MIDYEAR_EXIT, HALF_YEAR_ROLE, YEARLY_ROLE = 0.06, 0.08, 0.04, 0.88
ROLE_EXPERIENCE, EXPERIENCED_SHARE = 3, 0.75
ROLE_SECOND_HALF = "01-11"


@dataclass(frozen=True)
class Staff:
    """One element per seat with somebody in it (own seats first, then mirrors)."""

    year: int
    positions: Positions
    schools: Schools
    person: Ints
    experience: Ints
    degree: Ints
    lane: Ints
    step: Ints
    begin: Dates
    end: Dates  # NaT while the stay goes on
    gone: Flags
    hired: Dates
    window_begin: Dates
    window_end: Dates
    ability: Floats
    role: Ints  # index into roles, -1 = none
    roles: tuple[tuple[str | None, Role], ...]  # with the program, None = the district's own
    half_year: Flags  # the role began in January

    @property
    def teaching(self) -> Flags:
        """Teachers in their own seat."""
        return np.asarray((self.positions.kind == TEACHER) & (self.positions.mirror < 0))

    def present_days(self) -> tuple[Ints, Ints]:
        """Days of the stay inside the contract window, and days of the window."""
        begin = np.maximum(self.begin, self.window_begin)
        end = np.where(np.isnat(self.end), self.window_end, np.minimum(self.end, self.window_end))
        days = (end - begin).astype(np.int64) + 1
        return np.maximum(days, 0), (self.window_end - self.window_begin).astype(np.int64) + 1


def staff_of_year(state: State, positions: Positions, schools: Schools, people: People, index: int) -> Staff:
    """The group's staff in year `index` of the state."""
    rng, year = state.rng, state.years[index]
    person, experience = people.person[index], people.experience[index]
    begin_year, hire_year, ends = people.begin_year[index], people.hire_year[index], people.ends[index]
    opens, closes = _window(state, positions.lea, np.full(len(person), year))
    begin = _start(state, positions.lea, person, begin_year, hire_year)
    early = ends & people.gone[index] & (begin < opens + 30) & (rng.uniform("exit", person, year) < MIDYEAR_EXIT)
    leaving = np.where(early, opens + rng.whole("exit day", 60, 200, person, year), closes)
    degree = rng.choice("degree", list(cal.DEGREE_SHARES.values()), person)
    ability = rng.normal("ability", person)
    roles = _roles_of(state, np.unique(positions.lea), year)
    role = _assign(state, positions, person, experience, ability, year, roles)
    return Staff(
        year=year,
        positions=positions,
        schools=schools,
        person=person,
        experience=experience,
        degree=degree,
        lane=_lane(rng, positions.kind, person, degree, experience),
        step=np.minimum(experience + 1, cal.STEPS),
        begin=begin,
        end=np.where(ends, leaving, NO_DATE),
        gone=people.gone[index],
        hired=_start(state, positions.lea, person, hire_year, hire_year),
        window_begin=opens,
        window_end=closes,
        ability=ability,
        role=role,
        roles=roles,
        half_year=(role >= 0) & (rng.uniform("half", person, year) < HALF_YEAR_ROLE) & (begin < opens + 30) & ~early,
    )


def day_of(year: Ints, month_day: list[str]) -> Dates:
    """The day MM-DD in the school year that ends in `year`."""
    month = np.array([int(text[:2]) for text in month_day])
    day = np.array([int(text[3:]) for text in month_day])
    calendar_year = np.where(month >= 7, year - 1, year)
    months = (calendar_year - 1970) * 12 + month - 1
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1))


def _window(state: State, lea: Ints, year: Ints) -> tuple[Dates, Dates]:
    opens, closes = state.window()
    pairs, inverse = np.unique(np.stack([lea, year]), axis=1, return_inverse=True)
    inverse = inverse.reshape(-1)
    first = day_of(pairs[1], [opens[i] for i in pairs[0]])
    last = day_of(pairs[1], [closes[i] for i in pairs[0]])
    return first[inverse], last[inverse]


def _start(state: State, lea: Ints, person: Ints, year: Ints, hire_year: Ints) -> Dates:
    """The first day of the contract year, or a day in its middle for some of those hired in it."""
    opens, _ = _window(state, lea, year)
    late = (year == hire_year) & (state.rng.uniform("late", person, year) < MIDYEAR_HIRE)
    return np.asarray(opens + np.where(late, state.rng.whole("late days", 45, 150, person, year), 0))


def _lane(rng: CounterRng, kind: Ints, person: Ints, degree: Ints, experience: Ints) -> Ints:
    more = (experience > 6) & (rng.uniform("credits", person) < 0.4)
    lane = np.array([0, 2, 3, 4])[degree]
    lane = np.where(more & (degree <= 1), lane + 1, lane)
    for special, name in ((PRINCIPAL, "PRIN"), (ASSISTANT, "AP"), (OTHER, "SUP")):
        lane = np.where(kind == special, LANES.index(name), lane)
    return np.asarray(lane)


def _roles_of(state: State, leas: Ints, year: int) -> tuple[tuple[str | None, Role], ...]:
    """Every role that a district of the group has in the year, the districts' own last."""
    names = sorted({name for lea in leas.tolist() for name in state.programs(lea, year)})
    known = adoptions().programs
    named = [(name, role) for name in names for role in known[name].roles if role.from_year <= year]
    return (*named, *((None, role) for role in adoptions().everywhere.roles))


def running(state: State, lea: Ints, program: str | None, year: int) -> Flags:
    """Elements whose district runs the program in the year (all, for the districts' own)."""
    if program is None:
        return np.ones(len(lea), dtype=bool)
    leas = [i for i in np.unique(lea).tolist() if program in state.programs(i, year)]
    return np.isin(lea, leas)


def _assign(
    state: State,
    positions: Positions,
    person: Ints,
    experience: Ints,
    ability: Floats,
    year: int,
    roles: tuple[tuple[str | None, Role], ...],
) -> Ints:
    """At most one role a teacher, the able likelier, mostly the same people from year to year."""
    rng = state.rng
    readiness = cal.normal_probability(-0.5 * ability + 0.866 * rng.normal("role", person))
    may = (positions.kind == TEACHER) & (positions.mirror < 0) & (experience >= ROLE_EXPERIENCE)
    may &= rng.uniform("role year", person, year) < YEARLY_ROLE
    edge = np.zeros(len(person))
    chosen = np.full(len(person), -1)
    for number, (program, role) in enumerate(roles):
        here = running(state, positions.lea, program, year)
        share = role.share / EXPERIENCED_SHARE / YEARLY_ROLE
        chosen[here & may & (readiness >= edge) & (readiness < edge + share)] = number
        edge = np.where(here, edge + share, edge)
    return chosen
