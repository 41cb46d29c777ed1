"""Payroll summed and classified, and what it comes to by person."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class NetPay(dy.Schema):
    """One row per LEA x year x staff x pay code x fund x school (null school kept): net pay and hours."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    staff_id = c.staff_id.required()
    pay_code = c.pay_code.required()
    fund_code = c.fund_code.required()
    school_id = c.school_id.optional()
    cents = r.cents.required()
    hours = r.hours.optional()


class PaySums(NetPay):
    """Net pay as it is summed when payroll is accepted: with how many lines are in each row, and where the first is."""

    lines = r.lines.required()
    submission_id = c.submission_id.required()
    source_file = c.source_file.required()
    source_row = c.source_row.required()


class ResolvedPay(NetPay):
    """Pay sums with what each dollar is (pay type, program, role) and who pays it (stream, award)."""

    pay_type = c.pay_type.required()
    program_id = c.program_id.optional()
    role_code = c.role_code.optional()
    stream = c.stream.required()
    award_id = c.award_id.optional()
    award_end = c.award_end.optional()
    recurring = c.recurring.optional()
    is_soft = r.is_soft.required()
    is_role_pay = r.is_role_pay.required()


class PayTotals(dy.Schema):
    """One row per LEA x year x staff with pay."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    pay_cents = r.pay_cents.required()
    base_cents = r.base_cents.required()
    benefit_cents = r.benefit_cents.required()
    supplement_cents = r.supplement_cents.required()
    role_cents = r.role_cents.required()


class ScheduleValue(dy.Schema):
    """One row per LEA x year x staff on a roster: what the salary schedule pays for the year."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    schedule_fine = r.schedule_fine.required()
    priced = r.priced.required()


class BasePay(dy.Schema):
    """One row per LEA x year x staff with pay: base pay beside the schedule's counterfactual."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    base_cents = r.base_cents.required()
    counterfactual_fine = r.counterfactual_fine.required()
    increment_fine = r.increment_fine.optional()
    increment_status = c.increment_status.required()


class ProgramPay(dy.Schema):
    """One row per LEA x program x year x stream x end of the money x staff: pay on the program's codes."""

    lea_id = c.lea_id.required()
    program_id = c.program_id.required()
    school_year = c.school_year.required()
    stream = c.stream.required()
    ends = r.money_ends.required()
    staff_id = c.staff_id.required()
    cents = r.cents.required()
