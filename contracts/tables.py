"""The accepted extracts and the reference tables of a state, by name, each a frame of its contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

import dataframely as dy
import polars as pl

from contracts import reference as ref
from contracts.extracts import EXTRACTS, AcceptedEvaluation, AcceptedLeadership, AcceptedRoster
from contracts.reference import REFERENCES
from contracts.resolved.pay import PaySums


class Sent(TypedDict):
    """The accepted extracts, without payroll."""

    evaluation: dy.LazyFrame[AcceptedEvaluation]
    roster: dy.LazyFrame[AcceptedRoster]
    leadership: dy.LazyFrame[AcceptedLeadership]


class DesignationReferences(TypedDict):
    """The reference tables that stage 3 reads."""

    districts: dy.LazyFrame[ref.Districts]
    schools: dy.LazyFrame[ref.Schools]
    program_adoption: dy.LazyFrame[ref.ProgramAdoption]
    rating_systems: dy.LazyFrame[ref.RatingSystems]


class DesignationTables(Sent, DesignationReferences):
    """What stage 3 reads."""


class References(DesignationReferences):
    """Every reference table; an optional one that the state lacks is an empty frame."""

    pay_codes: dy.LazyFrame[ref.PayCodes]
    funds: dy.LazyFrame[ref.Funds]
    salary_schedules: dy.LazyFrame[ref.SalarySchedules]
    offsets: dy.LazyFrame[ref.Offsets]
    minimum_wage: dy.LazyFrame[ref.MinimumWage]
    program_finance: dy.LazyFrame[ref.ProgramFinance]
    program_goals: dy.LazyFrame[ref.ProgramGoals]
    school_outcomes: dy.LazyFrame[ref.SchoolOutcomes]
    calendar: dy.LazyFrame[ref.Calendar]


class Tables(Sent, References):
    """Every table that stages 2 to 5 read. Payroll is there as its sums only."""

    pay_sums: dy.LazyFrame[PaySums]


SCHEMAS: dict[str, type[dy.Schema]] = {
    **{name: extract.accepted for name, extract in EXTRACTS.items()},
    **{name: reference.schema for name, reference in REFERENCES.items()},
}


def as_tables(frames: Mapping[str, pl.LazyFrame]) -> Tables:
    """Each table in exactly its contract's columns and types. Raises KeyError naming a table that is not there.

    A column that is missing or cannot be cast stops the plan that reads it (dataframely's SchemaError, by name).
    """
    read = SCHEMAS | {"pay_sums": PaySums}
    del read["payroll"]
    return cast(Tables, {name: schema.cast(frames[name]) for name, schema in read.items()})


def as_references(frames: Mapping[str, pl.DataFrame]) -> References:
    """Each reference table in exactly its contract's columns and types. Raises KeyError naming an absent one."""
    return cast(References, {name: REFERENCES[name].schema.cast(frames[name].lazy()) for name in REFERENCES})


def designation_tables(frames: Mapping[str, pl.LazyFrame] | Tables) -> DesignationTables:
    """The tables that stage 3 reads, as `as_tables` gives them."""
    named = cast(Mapping[str, pl.LazyFrame], frames)
    return cast(
        DesignationTables, {name: SCHEMAS[name].cast(named[name]) for name in DesignationTables.__annotations__}
    )
