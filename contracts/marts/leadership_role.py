"""Contract of the mart `leadership_role`: role, time and pay of one person (M09, M10, M12)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class LeadershipRole(dy.Schema):
    """One row per staff_id x lea_id x school_id x role_code x school_year.

    `school_id` is null for pay without a role; `role_code` is null where such pay names only its program.
    """

    staff_id = c.staff_id.required()
    lea_id = c.lea_id.required()
    school_id = c.school_id.optional()
    role_code = c.role_code.optional()
    school_year = c.school_year.required()
    program_id = c.program_id.optional()
    days = c.days.required()
    release_share = c.release_share.optional()
    release_fte = c.release_fte.optional()
    release_cost = c.release_cost.optional()
    role_pay = c.role_pay.required()
    hours = c.role_hours.optional()
    pay_per_hour = c.pay_per_hour.optional()
    ratio_to_minimum_wage = c.ratio_to_minimum_wage.optional()
    ratio_to_own_rate = c.ratio_to_own_rate.optional()
    break_even_hours = c.break_even_hours.optional()
    role_without_pay = c.role_without_pay.required()
    pay_without_role = c.pay_without_role.required()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely"s own keys refuse."""
        return pl.struct("staff_id", "lea_id", "school_id", "role_code", "program_id", "school_year").is_unique()
