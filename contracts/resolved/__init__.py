"""Frames that stages hand on, by name: what stage 2 resolves, what stage 4 makes of it, what the marts read.

Each is a contract (columns and types) in a module of its subject; a stage's run.py makes its frames keep to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import dataframely as dy
import polars as pl

from contracts.marts.designation import Designation
from contracts.marts.educator_year import EducatorYear
from contracts.marts.leadership_activity import LeadershipActivity
from contracts.marts.leadership_role import LeadershipRole
from contracts.marts.supervision_span import SupervisionSpan
from contracts.reference import Schools
from contracts.resolved.costs import CostByStream, Costs, ProgramKeys, ProgramRows, RoleBasedShare, TeacherCompensation
from contracts.resolved.leaders import (
    Adopted,
    CertificatesAndRoles,
    DesigneesAndRoles,
    LeaderPay,
    Leaders,
    LeadershipEvents,
    LeaderYears,
)
from contracts.resolved.others import Rosters
from contracts.resolved.pay import BasePay, PayTotals, ResolvedPay
from contracts.resolved.projection import FundedPaths, Runway
from contracts.resolved.ratings import Ratings
from contracts.resolved.roles import PricedPositions, RolePay, RoleYears
from contracts.resolved.service import Assignments, LeaYears, RecordYears

Frames = dict[str, pl.LazyFrame]
Materialize = Callable[[Frames], Frames]
"""Collects frames that several later steps share, so that each is computed once."""


class Service(TypedDict):
    """Stage 2: what rosters say of each educator."""

    assignments: dy.LazyFrame[Assignments]
    lea_years: dy.LazyFrame[LeaYears]
    record_years: dy.LazyFrame[RecordYears]
    role_years: dy.LazyFrame[RoleYears]


class Paid(TypedDict):
    """Stage 2: what each educator is paid."""

    pay: dy.LazyFrame[ResolvedPay]
    pay_totals: dy.LazyFrame[PayTotals]


class Resolved(Service, Paid):
    """Stage 2: one truth per educator, LEA and year; which district-years have a roster, of the whole state."""

    ratings: dy.LazyFrame[Ratings]
    leadership: dy.LazyFrame[LeadershipEvents]
    rosters: dy.LazyFrame[Rosters]


class Led(Resolved):
    """Stage 4, first part: who leads, and what leading is paid."""

    adopted: dy.LazyFrame[Adopted]
    leaders: dy.LazyFrame[Leaders]
    other_leaders: dy.LazyFrame[Leaders]
    leader_years: dy.LazyFrame[LeaderYears]
    other_leader_years: dy.LazyFrame[LeaderYears]
    base_pay: dy.LazyFrame[BasePay]
    leader_pay: dy.LazyFrame[LeaderPay]
    role_pay: dy.LazyFrame[RolePay]


class Sustained(Led):
    """Stage 4: what leadership costs, who pays for it, and how that goes on."""

    keys: dy.LazyFrame[ProgramKeys]
    positions: dy.LazyFrame[PricedPositions]
    costs: dy.LazyFrame[Costs]
    teacher_compensation: dy.LazyFrame[TeacherCompensation]
    role_based: dy.LazyFrame[RoleBasedShare]
    cost_by_stream: dy.LazyFrame[CostByStream]
    projection: dy.LazyFrame[FundedPaths]
    shocks: dy.LazyFrame[FundedPaths]
    runway: dy.LazyFrame[Runway]


class MartFacts(Sustained):
    """Stage 5: what rules over several marts read."""

    designation: dy.LazyFrame[Designation]
    schools: dy.LazyFrame[Schools]
    educator_year: dy.LazyFrame[EducatorYear]
    leadership_role: dy.LazyFrame[LeadershipRole]


class DistrictRows(TypedDict):
    """What rows about the whole state are made from: the rows of all its districts."""

    educator_year: dy.LazyFrame[EducatorYear]
    leaders: dy.LazyFrame[Leaders]
    leader_pay: dy.LazyFrame[LeaderPay]
    program_rows: dy.LazyFrame[ProgramRows]


class Unused(TypedDict):
    """Stage 5: designees and certificates beside the roles that they led to."""

    designees: dy.LazyFrame[DesigneesAndRoles]
    certified: dy.LazyFrame[CertificatesAndRoles]


class QuestionFacts(MartFacts, Unused):
    """Stage 5: what the marts of a legislature's questions read."""

    supervision_span: dy.LazyFrame[SupervisionSpan]
    leadership_activity: dy.LazyFrame[LeadershipActivity]
