"""Contract of the mart `access`: leaders and their pay by school poverty (M22, M23)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Access(dy.Schema):
    """One row per lea_id (null: the state) x school_year x poverty_quartile (of schools statewide; 0: poverty is not
    known). State rows are sums of the districts': leave them out of sums over districts.
    """

    lea_id = c.lea_or_state.optional()
    school_year = c.school_year.required()
    poverty_quartile = c.poverty_quartile.required()
    students = c.students.required()
    teachers = c.teachers.required()
    leaders = c.leaders.required()
    other_leaders = c.other_leaders.required()
    students_per_leader = c.students_per_leader.optional()
    leaders_per_100_teachers = c.leaders_per_100_teachers.optional()
    leader_pay = c.leader_pay.required()
    leader_pay_per_student = c.leader_pay_per_student.optional()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "school_year", "poverty_quartile").is_unique()
