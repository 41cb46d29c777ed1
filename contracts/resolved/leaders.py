"""Programs in force, who leads in them, and what each leader is paid for it."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.extracts import Leadership
from contracts.resolved import step_columns as r


class LeadershipEvents(Leadership):
    """One row per accepted event: what it says, without where it was sent."""

    lea_id = c.lea_id.required()
    school_year = c.school_year.required()


class Programs(dy.Schema):
    """One row per program: its pack's terms."""

    program_id = c.program_id.key()
    place = r.program_rank.required()
    leader = r.is_leader_program.required()
    has_roles = r.has_roles.required()
    certifies = r.certifies.required()
    travels = r.travels.required()
    rating_system = c.rating_system.optional()


class LevelTerms(dy.Schema):
    """One row per level of which its pack says whether its holders lead."""

    program_id = c.program_id.key()
    level = c.level.key()
    leads = r.leads.required()


class ProgramRoles(dy.Schema):
    """One row per program x leadership role of its own."""

    program_id = c.program_id.key()
    role_code = c.role_code.key()
    place = r.program_rank.required()


class PositionUnits(dy.Schema):
    """One row per program x role that is worth position units (M05)."""

    program_id = c.program_id.key()
    role_code = c.role_code.key()
    role_units = r.role_units.required()


class Adopted(dy.Schema):
    """One row per LEA x program x year on the roster with the program in force on 30 June."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    adopted_from = r.adopted_from.required()


class OwnRoles(dy.Schema):
    """One row per LEA x year x role that a program in force owns: the first program that does."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    role_code = c.role_code.key()
    program_id = c.program_id.required()


class OwnRolesHeld(dy.Schema):
    """One row per holder of a role of a program in force, for more than half of the days."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()


class Leaders(dy.Schema):
    """One row per person who leads under a program: at a level that leads, or in one of its own roles."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    level = c.level.optional()
    state_tier = c.state_tier.required()
    place = r.program_rank.required()
    is_teacher = r.is_teacher_leader.required()


class LeaderYears(dy.Schema):
    """One row per staff x year of a teacher leader, whatever the program or role."""

    staff_id = c.staff_id.key()
    school_year = c.school_year.key()


class IncrementTakers(dy.Schema):
    """One row per leader whose base increment counts for the program."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    takes_increment = r.takes_increment.required()


class LeaderPay(dy.Schema):
    """One row per leader of a program: what leading is paid, unloaded (M01)."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    level = c.level.optional()
    state_tier = c.state_tier.required()
    school_id = c.school_id.optional()
    role_cents = r.role_cents.required()
    increment_fine = r.increment_fine.required()
    increment_status = c.increment_status.required()
    base_cents = r.base_cents.optional()
    pay_fine = r.pay_fine.required()


class LeadersInRoles(dy.Schema):
    """One row per leader of a program with the program's own role that they hold longest, else `none`."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    level = c.level.optional()
    role_code = c.role_code.required()


class StudentsReached(dy.Schema):
    """One row per LEA x program x role x year whose leaders or their teams teach counted students."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    role_code = c.role_code.key()
    school_year = c.school_year.key()
    students_reached = r.students_reached.required()


class Stability(dy.Schema):
    """One row per LEA x program x year with designees of the year before on the roster."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    stability = r.stability.required()


class DesigneesAndRoles(dy.Schema):
    """One row per designee of tier 2 or above in a leader program with roles (M32)."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    level = c.level.required()
    has_role = r.has_role.required()


class CertificatesAndRoles(dy.Schema):
    """One row per person first at a level of a program that certifies (M33); null while later years are not on file."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    has_role = r.has_role.optional()
