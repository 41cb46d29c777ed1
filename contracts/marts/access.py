"""Contract of the mart `access`: leaders and their pay by school poverty (M22, M23)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Access(dy.Schema):
    """One row per lea_id x school_year x poverty_quartile (of schools statewide; 0 where poverty is not known)."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    poverty_quartile = c.poverty_quartile.key()
    students = c.students.required()
    teachers = c.teachers.required()
    leaders = c.leaders.required()
    other_leaders = c.other_leaders.required()
    students_per_leader = c.students_per_leader.optional()
    leaders_per_100_teachers = c.leaders_per_100_teachers.optional()
    leader_pay = c.leader_pay.required()
    leader_pay_per_student = c.leader_pay_per_student.optional()
