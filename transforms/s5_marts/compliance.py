"""Mart `compliance`: each program's caps, floors, spending, span and pay rules, measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dataframely as dy
import polars as pl

from contracts.marts.compliance import Compliance
from contracts.policy.terms import ComplianceCheck, ProgramTerms
from contracts.resolved import MartFacts
from contracts.resolved.findings import Measured
from contracts.vocabulary import ADOPTED_BEFORE
from transforms.money import rate
from transforms.s4_sustain.limits import pay_outside, share_of_teachers, spent_share, team_outside

RESULT = ["lea_id", "program_id", "school_year", "rule_id", "school_id", "value", "bound", "passes"]
Measure = Callable[[ComplianceCheck, str, MartFacts], dy.LazyFrame[Measured]]


def build_compliance(programs: Sequence[ProgramTerms], facts: MartFacts) -> dy.LazyFrame[Compliance]:
    """One row per lea_id x program_id x school_year x rule_id x school_id (null for LEA-wide rules) (MARTS 3).

    Shares and spending: `value` against `limit`. Teams and pay bands: `value` counts leaders outside the bounds,
    limit 0. `adopted_before_program`: an adopted year (`value`) before the first that a source gives the program
    (`limit`); no designation comes of it, and it never passes (MARTS 5.S2). `facts`: designation, leaders, lea_years,
    role_pay, role_years, pay, schools, adopted. `passes` is null where the value cannot be measured.
    """
    measured = [
        _with_passes(MEASURES[check.kind](check, program.program_id, facts), check, program.program_id)
        for program in programs
        for check in program.compliance
    ]
    adopted = facts["adopted"].select("lea_id", "program_id", "school_year")
    measured += [_before_program(program, adopted) for program in programs if program.first_year is not None]
    if not measured:
        return Compliance.create_empty(lazy=True)
    return (
        pl.concat(measured, how="vertical_relaxed")
        .join(adopted, on=["lea_id", "program_id", "school_year"], how="semi")
        .pipe(Compliance.cast)
    )


def _before_program(program: ProgramTerms, adopted: pl.LazyFrame) -> pl.LazyFrame:
    """Adopted years that the program's sourced first year excludes, one failing row each."""
    first = pl.lit(program.first_year, pl.Float64)
    year = pl.col("school_year").cast(pl.Float64)
    return adopted.filter((pl.col("program_id") == program.program_id) & (year < first)).select(
        *("lea_id", "program_id", "school_year"),
        rule_id=pl.lit(ADOPTED_BEFORE),
        school_id=pl.lit(None, pl.String),
        value=year,
        bound=first,
        passes=pl.lit(False),
    )


def _with_passes(values: dy.LazyFrame[Measured], check: ComplianceCheck, program_id: str) -> pl.LazyFrame:
    """Values (lea_id, school_year, school_id, value) with limit and verdict; compared unrounded."""
    limit = 0.0 if check.kind in ("team_within", "pay_within") else check.limit
    at_most = check.kind in ("share_at_most", "team_within", "pay_within")
    value = pl.col("value")
    passes = value <= limit if at_most else value >= limit
    return values.select(
        "lea_id",
        pl.lit(program_id).alias("program_id"),
        "school_year",
        pl.lit(check.rule_id).alias("rule_id"),
        pl.col("school_id").cast(pl.String),
        rate(value).alias("value"),
        pl.lit(limit, pl.Float64).alias("bound"),
        passes.alias("passes") if limit is not None else pl.lit(None, pl.Boolean).alias("passes"),
    ).select(RESULT)


MEASURES: dict[str, Measure] = {
    "share_at_least": share_of_teachers,
    "share_at_most": share_of_teachers,
    "spend_at_least": spent_share,
    "team_within": team_outside,
    "pay_within": lambda check, program_id, facts: (
        pay_outside(check, program_id, facts)
        .group_by("lea_id", "school_year", pl.lit(None, pl.String).alias("school_id"))
        .agg(pl.col("is_outside").sum().cast(pl.Float64).alias("value"))
        .pipe(Measured.cast)
    ),
}
