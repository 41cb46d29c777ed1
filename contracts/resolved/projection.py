"""What a program's past and its funding say of its future (M07, M16, M17); dollars are unrounded."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class BaseYears(dy.Schema):
    """One row per LEA x program at work in the LEA's latest year on file."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    first_year = r.first_year.required()
    base_year = r.base_year.required()


class FutureYears(BaseYears):
    """A program's base year and the years projected from it, one row each."""

    future_year = c.future_year.required()


class AwardPay(dy.Schema):
    """One row per LEA x program x award: program pay of the LEA's latest year of pay on money that ends."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    award_id = c.award_id.key()
    base_year = r.base_year.required()
    cents = r.cents.required()
    award_end = c.award_end.optional()


class RecurringRevenue(dy.Schema):
    """One row per LEA x program x future year for which recurring revenue was reported."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    future_year = c.future_year.key()
    recurring = r.recurring.required()


class Revenue(dy.Schema):
    """One row per LEA x program x future year: what comes in."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    future_year = c.future_year.key()
    recurring = r.recurring.optional()
    ending_grants = r.ending_grants.required()
    all_grants = r.all_grants.required()


class StateYears(dy.Schema):
    """One row per person x program x LEA x year with a level: the automaton state that the cohort model counts."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    level = c.level.required()
    leads = r.leads.required()
    state = r.automaton_state.required()


class StateMoves(dy.Schema):
    """One row per LEA x program x state before x state after; a null state is from outside or to outside."""

    lea_id = c.lea_id.required()
    program_id = c.program_id.required()
    from_state = r.from_state.optional()
    to_state = r.to_state.optional()
    count = r.moves.required()


class ScheduleSteps(dy.Schema):
    """One row per LEA x program with leaders on a salary schedule in the base year."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    step_now = r.step_now.required()
    step_entry = r.step_entry.optional()
    step_growth = r.step_growth.optional()
    step_last = r.step_last.required()


class StepRises(dy.Schema):
    """One row per cell of a salary schedule."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    salary_lane = c.salary_lane.key()
    salary_step = c.salary_step.key()
    rise_millionths = r.rise_millionths.required()
    last_step = r.last_step.required()


class CostPaths(dy.Schema):
    """One row per LEA x program x scenario x future year; year 0 is the base year as it was."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    scenario = c.scenario.key()
    future_year = c.future_year.key()
    expected = r.expected.optional()
    p10 = r.p10.optional()
    p50 = r.p50.optional()
    p90 = r.p90.optional()
    persons = c.projected_persons.optional()
    cost_status = c.metric_status.required()


class FundedPaths(CostPaths):
    """Cost paths beside what comes in."""

    recurring = r.recurring.optional()
    ending_grants = r.ending_grants.optional()
    revenue = r.revenue.optional()
    revenue_status = c.metric_status.required()


class Runway(dy.Schema):
    """One row per LEA x program, at its base year (M17)."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    runway_years = c.runway_years.optional()
    money_ends_year = c.money_ends_year.optional()
    runway_years_status = c.metric_status.required()
    money_ends_year_status = c.metric_status.required()
