"""Leadership roles by person: days, released time, pay; by school: positions."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class RoleYears(dy.Schema):
    """One row per LEA x staff x year x role on a roster row of the year."""

    lea_id = c.lea_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    role_code = c.role_code.key()
    release_share = c.release_share.optional()
    role_days = r.role_days.required()
    lea_days = r.lea_days.required()
    is_held = r.is_held.required()


class RolePositions(dy.Schema):
    """One row per LEA x staff x year x role x school."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    role_code = c.role_code.key()
    school_id = c.school_id.key()
    fte_microdays = r.fte_microdays.required()
    release_share = c.release_share.optional()
    release_fte = c.release_fte.optional()
    days = c.days.required()


class PricedPositions(RolePositions):
    """Role positions with what covering the released time costs."""

    release_dollars = r.release_dollars.optional()


class RolePay(dy.Schema):
    """One row per LEA x staff x year x role of net role pay; a null role is pay that names only its program."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()
    staff_id = c.staff_id.required()
    role_code = c.role_code.optional()
    cents = r.cents.required()
    paid_program_id = r.paid_program_id.optional()
    hours = r.hours.optional()


class MedianTeacherBase(dy.Schema):
    """One row per LEA x year with teachers' base pay."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    median_base_cents = r.median_base_cents.required()
