"""What a program costs in an LEA and year, step by step; dollars are unrounded."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class ProgramKeys(dy.Schema):
    """One row per LEA x program x year to report on."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()


class ProgramRelease(ProgramKeys):
    """Released time of the holders of a program's own roles (M12)."""

    release_fte = c.release_fte.required()
    release_dollars = r.release_dollars.required()
    release_unknown = r.release_unknown.required()
    release_unpriced = r.release_unpriced.required()


class FinanceSums(ProgramKeys):
    """What `program_finance` reports by kind."""

    training = r.training.optional()
    administration = r.administration.optional()
    recurring_revenue = r.recurring_revenue.optional()


class CodePay(ProgramKeys):
    """Pay on the program's own codes, whoever holds it."""

    code_cents = r.code_cents.required()
    schedule_cents = r.schedule_cents.required()
    benefit_cents = r.benefit_cents.required()
    twice_fine = r.twice_fine.required()


class CostByStream(ProgramKeys):
    """What each funding stream pays of a program's cost (M06)."""

    stream = c.stream.key()
    dollars = r.stream_dollars.required()
    soft_dollars = r.soft_dollars.required()
    other_dollars = r.other_dollars.required()


class OtherByStream(ProgramKeys):
    """What each funding stream pays of a program's release, training and administration."""

    stream = c.stream.key()
    other_dollars = r.other_dollars.required()


class BaseStream(dy.Schema):
    """One row per person with base pay: the stream that pays most of it."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    stream = c.stream.required()
    is_soft = r.is_soft.required()


class ProgramCosts(ProgramKeys):
    """Leaders, M01 and its parts, release, training and administration, M03."""

    leaders = c.leaders.required()
    role_cents = r.role_cents.required()
    increment_fine = r.increment_fine.required()
    pay_fine = r.pay_fine.required()
    unscheduled = r.unscheduled.required()
    leaders_without_increment = c.leaders_without_increment.required()
    depth = r.depth.optional()
    release_fte = c.release_fte.required()
    release_dollars = r.release_dollars.optional()
    release_unknown = r.release_unknown.required()
    release_unpriced = r.release_unpriced.required()
    marginal_load = r.marginal_load.required()
    code_cents = r.code_cents.required()
    schedule_cents = r.schedule_cents.required()
    finance_known = r.finance_known.required()
    has_code_pay = r.has_code_pay.required()
    pay_dollars = r.pay_dollars.required()
    pay_benefit = r.pay_benefit.required()
    overlap = r.overlap.optional()
    training = r.training.optional()
    administration = r.administration.optional()
    recurring_revenue = r.recurring_revenue.optional()
    benefit = r.benefit.required()
    incremental = r.incremental.required()
    cost = r.cost.optional()
    cost_status = c.metric_status.required()


class NetCosts(ProgramCosts):
    """Program costs with documented offsets."""

    in_force = r.in_force.required()
    offset = r.offset.optional()
    offset_status = c.metric_status.required()
    net = r.net.optional()
    net_status = c.metric_status.required()


class Costs(NetCosts):
    """Net costs with the change against the year before (M04)."""

    change = r.change.optional()
    change_status = c.metric_status.required()


class TeacherCompensation(dy.Schema):
    """One row per LEA x year with teachers' pay (the whole of M02)."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    teacher_dollars = r.teacher_dollars.required()


class EntrySalary(dy.Schema):
    """One row per LEA x year with a salary schedule."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    entry_cents = r.entry_cents.required()


class RoleBasedShare(dy.Schema):
    """One row per LEA x year with a salary schedule (M14)."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    role_based = r.role_based.optional()
    above_entry_dollars = r.above_entry_dollars.required()


class ProgramRows(Costs):
    """Costs with all that the mart `sustainability` says of an LEA, program and year, before anything is rounded."""

    other_leaders = c.other_leaders.required()
    teacher_dollars = r.teacher_dollars.optional()
    role_based = r.role_based.optional()
    increment_dollars = r.increment_dollars.required()
    per_leader = r.per_leader.optional()
    pay_share = r.pay_share.optional()
    coverage = r.coverage.optional()
    lea_net = r.lea_net.optional()
    neutral = c.neutral.optional()
    neutral_answer = c.neutral_answer.required()
    neutral_reason = c.neutral_reason.required()
    lea_neutral_answer = c.lea_neutral_answer.required()
    runway_years = c.runway_years.optional()
    money_ends_year = c.money_ends_year.optional()
    incremental_pay_status = c.metric_status.required()
    pay_share_of_compensation_status = c.metric_status.required()
    release_cost_status = c.metric_status.required()
    finance_status = c.metric_status.required()
    program_cost_status = c.metric_status.required()
    cost_per_leader_status = c.metric_status.required()
    offsets_status = c.metric_status.required()
    net_cost_status = c.metric_status.required()
    net_change_status = c.metric_status.required()
    recurring_coverage_status = c.metric_status.required()
    role_based_share_status = c.metric_status.required()
    increment_depth_status = c.metric_status.required()
    runway_years_status = c.metric_status.required()
    money_ends_year_status = c.metric_status.required()
