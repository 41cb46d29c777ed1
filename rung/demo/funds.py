"""The districts' funds, and which of them a line is paid from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo.adoptions import Pay
from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.plan import LAST_YEAR, State
from rung.demo.positions import COACH
from rung.demo.staff import Staff

TITLE_I_POVERTY = 40.0
SPLIT_FUNDING = 0.05


@dataclass(frozen=True)
class Fund:
    """A fund that every district has under the same code; `award` is the stem of its award's number."""

    code: str
    stream: str
    recurring: bool
    award: str | None = None
    ends: str | None = None  # last day of the award


FUNDS = (
    Fund("0101", "local_general", True),
    Fund("0111", "state_formula", True),
    Fund("0410", "title_i", True),
    Fund("0411", "title_ii_a", True),
    Fund("0427", "other_federal_formula", True),
    Fund("0450", "competitive_federal", False, "S374A"),
    Fund("0260", "state_grant", True, "SG"),
    Fund("0780", "philanthropic", False, "FDN", f"{LAST_YEAR + 1}-06-30"),
    Fund("0190", "time_limited_levy", False, "LEVY", f"{LAST_YEAR + 2}-12-31"),
)
LOCAL, STATE, TITLE_I, TITLE_II, IDEA, GRANT, STATE_GRANT, GIFT, LEVY = range(len(FUNDS))
# who pays for programs: while the competitive grant runs, and after
WITH_GRANT = {GRANT: 0.45, TITLE_II: 0.20, STATE_GRANT: 0.15, LOCAL: 0.10, GIFT: 0.10}
WITHOUT_GRANT = {LOCAL: 0.45, TITLE_II: 0.25, STATE_GRANT: 0.20, GIFT: 0.10}


def grant_ends(state: State) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Last day of each district's competitive federal award: in the last year of the window, or just after it."""
    inside = state.rng.uniform("grant ends", np.arange(state.leas)) < 0.5
    return np.where(inside, np.datetime64(f"{LAST_YEAR - 1}-09-30"), np.datetime64(f"{LAST_YEAR}-09-30"))


def has_levy(state: State) -> Flags:
    """Districts whose voters have passed a levy for some years."""
    return np.asarray(state.rng.uniform("levy", np.arange(state.leas)) < 0.25)


def base_funds(state: State, staff: Staff) -> tuple[Ints, Ints, Flags]:
    """For each seat its fund, a second fund, and whether two fifths of its base pay come from the second."""
    positions = staff.positions
    draw = state.rng.uniform("base fund", positions.serial)
    poor = staff.schools.poverty[positions.school] >= TITLE_I_POVERTY
    fund = np.where(draw < 0.55, STATE, LOCAL)
    fund = np.where((fund == LOCAL) & (draw > 0.92) & has_levy(state)[positions.lea], LEVY, fund)
    fund = np.where(poor & (draw < 0.12), TITLE_I, fund)
    fund = np.where((draw >= 0.12) & (draw < 0.19), IDEA, fund)
    fund = np.where((positions.kind == COACH) & (draw < 0.6), TITLE_II, fund)
    split = state.rng.uniform("two funds", positions.serial) < SPLIT_FUNDING
    return fund, np.where(fund == LOCAL, STATE, LOCAL), np.asarray(split)


def program_funds(state: State, staff: Staff, position: Ints, date: np.datetime64, draw: Floats) -> Ints:
    """Funds of program and role pay on one payday."""
    running = grant_ends(state)[staff.positions.lea[position]] >= date
    return np.where(running, _pick(WITH_GRANT, draw), _pick(WITHOUT_GRANT, draw))


def extra_funds(staff: Staff, position: Ints, pay: Pay) -> Ints:
    """Funds of the districts' own extras: tutoring in poor schools by Title I, all else local."""
    poor = staff.schools.poverty[staff.positions.school[position]] >= TITLE_I_POVERTY
    return np.where(poor & (pay.pay_type == "hourly"), TITLE_I, LOCAL)


def _pick(shares: dict[int, float], draw: Floats) -> Ints:
    edges = np.cumsum(list(shares.values()))
    return np.array(list(shares))[np.minimum(np.searchsorted(edges, draw, side="right"), len(shares) - 1)]
