"""Educator-years on the way to the marts: record, next year, cells of the matched comparison."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.marts.educator_year import EducatorYear
from contracts.resolved import step_columns as r


class StaffYears(dy.Schema):
    """One row per staff x year: LEA and school of record, classification there, FTE over all LEAs."""

    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    school_id = c.school_id.required()
    staff_classification = c.staff_classification.required()
    is_teacher = c.is_teacher.required()
    years_experience = c.years_experience.optional()
    fte = c.fte.required()


class FollowedYears(StaffYears):
    """Staff-years that know whether their LEA has a roster for the following year."""

    lea_reports_next = r.lea_reports_next.required()


class StaffOutcomes(FollowedYears):
    """Staff-years with what became of the educator."""

    next_year_outcome = c.next_year_outcome.required()


class RatingOfRecord(dy.Schema):
    """One row per LEA x staff x year with a rating: the one that counts."""

    lea_id = c.lea_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    rating_system = c.rating_system.required()
    rating_level = c.rating_level.optional()
    band = c.band.optional()
    is_top = c.is_top.optional()
    rating_reason = c.rating_reason.optional()


class PovertyQuartiles(dy.Schema):
    """One row per school x year."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    poverty_quartile = c.poverty_quartile.required()


class ComparablePeople(EducatorYear):
    """Educator-years with the cell in which like is compared with like."""

    cell_band = r.cell_band.required()
    cell_experience = r.cell_experience.required()
    cell_poverty = r.cell_poverty.required()


class ComparableLeaders(ComparablePeople):
    """Leaders of a program with the cell in which they are compared."""

    program_id = c.program_id.key()


class Comparison(dy.Schema):
    """One row per LEA x program x year: leaders beside like non-leaders (M19, M21)."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    compared = r.compared.required()
    compared_with = r.compared_with.required()
    more_lea = r.more_share.required()
    more_school = r.more_share.required()
    more_teaching = r.more_share.required()
    fewer_leavers = r.fewer_leavers.required()


class UnitCosts(dy.Schema):
    """One row per LEA x year whose schools report their enrolment."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    unit_cost = r.unit_cost.required()
