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


class DesignationTables(TypedDict):
    """What stage 3 reads."""

    evaluation: dy.LazyFrame[AcceptedEvaluation]
    roster: dy.LazyFrame[AcceptedRoster]
    leadership: dy.LazyFrame[AcceptedLeadership]
    districts: dy.LazyFrame[ref.Districts]
    schools: dy.LazyFrame[ref.Schools]
    program_adoption: dy.LazyFrame[ref.ProgramAdoption]
    rating_systems: dy.LazyFrame[ref.RatingSystems]


class Tables(DesignationTables):
    """Every table that marts read; an optional one that the state lacks is an empty frame. Payroll is there as its sums
    only."""

    pay_sums: dy.LazyFrame[PaySums]
    pay_codes: dy.LazyFrame[ref.PayCodes]
    funds: dy.LazyFrame[ref.Funds]
    salary_schedules: dy.LazyFrame[ref.SalarySchedules]
    offsets: dy.LazyFrame[ref.Offsets]
    minimum_wage: dy.LazyFrame[ref.MinimumWage]
    program_finance: dy.LazyFrame[ref.ProgramFinance]
    program_goals: dy.LazyFrame[ref.ProgramGoals]
    school_outcomes: dy.LazyFrame[ref.SchoolOutcomes]
    calendar: dy.LazyFrame[ref.Calendar]


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


def designation_tables(frames: Mapping[str, pl.LazyFrame] | Tables) -> DesignationTables:
    """The tables that stage 3 reads, as `as_tables` gives them."""
    named = cast(Mapping[str, pl.LazyFrame], frames)
    return cast(
        DesignationTables, {name: SCHEMAS[name].cast(named[name]) for name in DesignationTables.__annotations__}
    )
