"""Payroll lines of one year: monthly base pay by the schedule, benefits, role and program pay, extras, reversals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.demo import calibration as cal
from rung.demo.adoptions import Pay, adoptions
from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.events import accepted
from rung.demo.funds import base_funds, extra_funds, program_funds
from rung.demo.history import HIGH_POVERTY, Year
from rung.demo.staff import LANES, Dates, running

BASE, BENEFIT = "010", "210"
PAYDAYS = {1: (4,), 2: (5, 10), 4: (3, 6, 8, 10)}  # months counted from July = 0
REVERSAL_SHARE, UNPAID_ROLE, PAID_WITHOUT_ROLE = 0.004, 0.03, 0.002


@dataclass(frozen=True)
class Lines:
    """Payroll lines: `position` indexes `Staff`; `code` one pay code for all of them; cents may be negative."""

    position: Ints
    date: Dates
    code: str
    fund: Ints
    cents: Ints
    hours: Floats


def pay_lines(year: Year) -> list[Lines]:
    """All lines of the year, month by month within each code."""
    months = month_ends(year.staff.year)
    base = _base(year, months)
    return [*base, *_reversals(year, base[0]), *_role_pay(year, months), *_program_pay(year, months)]


def month_ends(year: int) -> Dates:
    """Last days of July to June."""
    first = (np.arange(12) + (year - 1 - 1970) * 12 + 7).astype("datetime64[M]")
    return np.asarray(first.astype("datetime64[D]") - 1)


def _base(year: Year, months: Dates) -> list[Lines]:
    """Base pay over the months of the stay, to the cent, from one fund or two; benefits beside it."""
    state, staff = year.state, year.staff
    lane, step = _paid_lane_and_step(year)
    factor = np.array([cal.LANES[name] for name in LANES])[lane]
    salary = cal.salary(state.wage_level()[staff.positions.lea], staff.year, factor, step)
    present, window = staff.present_days()
    portion = staff.positions.fte * present / window
    annual = np.floor(salary * 100 * portion + 0.5).astype(np.int64)
    benefit = np.floor((annual * cal.BENEFIT_RATE + cal.BENEFIT_FLAT * 100 * portion) + 0.5).astype(np.int64)
    from_month, to_month = _months(staff.begin, staff.end, staff.window_begin, months)
    first_fund, second_fund, split = base_funds(state, staff)
    count = to_month - from_month + 1
    position = np.concatenate([np.flatnonzero((from_month <= m) & (m <= to_month)) for m in range(12)])
    month = np.concatenate([np.full(int(((from_month <= m) & (m <= to_month)).sum()), m) for m in range(12)])
    last = month == to_month[position]
    whole, rest = (annual // count)[position], (annual % count)[position]
    cents = whole + np.where(last, rest, 0)
    in_second = np.where(split[position], cents * 2 // 5, 0)
    both = np.flatnonzero(split[position])
    benefit_cents = (benefit // count)[position] + np.where(last, (benefit % count)[position], 0)
    hours = np.full(len(position), np.nan)
    return [
        Lines(position, months[month], BASE, first_fund[position], cents - in_second, hours),
        Lines(position[both], months[month[both]], BASE, second_fund[position[both]], in_second[both], hours[both]),
        Lines(position, months[month], BENEFIT, first_fund[position], benefit_cents, hours),
    ]


def _paid_lane_and_step(year: Year) -> tuple[Ints, Ints]:
    """Lane and step that base pay follows: a ladder's upper rungs are paid above the roster's in poor schools."""
    staff, lane, step = year.staff, year.staff.lane, year.staff.step
    poor = staff.schools.poverty[staff.positions.school] >= HIGH_POVERTY
    rung = year.history.rung[staff.person - year.history.first]
    for name, program in adoptions().programs.items():
        if program.ladder and program.runs(staff.year):
            up = running(year.state, staff.positions.lea, name, staff.year) & staff.teaching & poor
            up &= rung >= program.ladder.base_from
            step = np.where(up, np.minimum(step + program.ladder.base_steps, cal.STEPS), step)
            lane = np.where(up & (lane < LANES.index("DOC")), lane + 1, lane)
    return lane, step


def _months(begin: Dates, end: Dates, window_begin: Dates, months: Dates) -> tuple[Ints, Ints]:
    """First and last pay month (0-11) of each stay: twelve for who was there before, and to its end for who leaves."""
    start = np.where(begin < window_begin, months[0], begin)
    from_month = np.searchsorted(months, start).astype(np.int64)
    stop = np.where(np.isnat(end) | (end > months[-2]), months[-1], end)
    to_month = np.searchsorted(months, stop).astype(np.int64)
    summer = ~np.isnat(end) & (end >= months[9])  # who serves the year out is paid through June
    to_month = np.where(summer, 11, np.minimum(to_month, 11))
    return np.minimum(from_month, 11), np.maximum(to_month, np.minimum(from_month, 11))


def _reversals(year: Year, base: Lines) -> list[Lines]:
    """A few base lines are taken back on the 15th of the month after and paid again on the 20th."""
    draw = year.state.rng.uniform("reversal", year.staff.person[base.position], base.date.astype(np.int64))
    june = base.date >= np.datetime64(f"{year.staff.year}-06-01")
    at = np.flatnonzero((draw < REVERSAL_SHARE / 12) & ~june & (base.cents > 0))
    rows = []
    for days, sign in ((15, -1), (20, 1)):
        rows.append(
            Lines(base.position[at], base.date[at] + days, BASE, base.fund[at], sign * base.cents[at], base.hours[at])
        )
    return rows


def _role_pay(year: Year, months: Dates) -> list[Lines]:
    """Each role's pay to its holders; a few are not paid, and a few are paid who hold none."""
    staff, rng, rows = year.staff, year.state.rng, []
    for number, (program, role) in enumerate(staff.roles):
        here = running(year.state, staff.positions.lea, program, staff.year) & staff.teaching
        holds = (staff.role == number) & (rng.uniform("unpaid", staff.person, staff.year) >= UNPAID_ROLE)
        strays = here & (staff.role < 0) & (rng.uniform(f"stray {role.code}", staff.person, staff.year) < 0.0004)
        rows += _paid(year, months, program, role.pay, np.asarray(holds | strays))
    return rows


def _program_pay(year: Year, months: Dates) -> list[Lines]:
    """Pay that hangs on a program but on no role, and the districts' own extras."""
    staff, rows = year.staff, []
    lea = staff.positions.lea
    names = sorted({name for index in np.unique(lea).tolist() for name in year.state.programs(index, staff.year)})
    for name in names:
        here = running(year.state, lea, name, staff.year)
        for pay in adoptions().programs[name].pay:
            who = year.takes_part(name, pay.code, pay.who, here)
            if pay.who.accepted:
                who = who & accepted(year, name, pay.who.accepted, here)
            rows += _paid(year, months, name, pay, who)
    for pay in adoptions().everywhere.pay:
        everybody = np.ones(len(lea), dtype=bool)
        rows += _paid(year, months, None, pay, year.takes_part(None, pay.code, pay.who, everybody))
    return rows


def _paid(year: Year, months: Dates, program: str | None, pay: Pay, who: Flags) -> list[Lines]:
    """`pay.lines` payments to those of `who` who are there on the payday, with the hours that they booked."""
    staff, rng, rows = year.staff, year.state.rng, []
    for turn, month in enumerate(PAYDAYS[pay.lines]):
        date = months[month]
        position = np.flatnonzero(who & (staff.begin <= date) & (np.isnat(staff.end) | (staff.end >= date)))
        person = staff.person[position]
        cents = np.full(len(position), pay.amount * 100 // pay.lines)
        hours = np.full(len(position), np.nan)
        if pay.hours is not None:
            hours = pay.hours * rng.whole(f"hours {pay.code}", 1, 4, person, turn, staff.year) / 2
            if pay.pay_type == "hourly":
                cents = np.floor(cents * hours / pay.hours + 0.5).astype(np.int64)
        draw = rng.uniform(f"fund {pay.code}", person, turn, staff.year)
        fund = program_funds(year.state, staff, position, date, draw) if program else extra_funds(staff, position, pay)
        rows.append(Lines(position, np.full(len(position), date), pay.code, fund, cents, hours))
    return rows
