"""Program terms and load knobs as small frames, for joins."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.reference import ProgramAdoption
from contracts.resolved.leaders import Adopted, LevelTerms, OwnRoles, PositionUnits, ProgramRoles, Programs
from contracts.resolved.others import Rosters
from transforms.adoption import reaches


def program_frame(programs: Sequence[ProgramTerms]) -> dy.LazyFrame[Programs]:
    """One row per program: `program_id`, `place` (packs' order), `leader`, `has_roles`, `certifies`, `travels`,
    `rating_system` (null: the district's own, or none)."""
    return pl.LazyFrame(
        {
            "program_id": [program.program_id for program in programs],
            "place": [program.place for program in programs],
            "leader": [program.leader for program in programs],
            "has_roles": [bool(program.roles) for program in programs],
            "certifies": [program.certifies for program in programs],
            "travels": [program.travels for program in programs],
            "rating_system": [program.rating_system for program in programs],
        },
        schema={"program_id": pl.String, "place": pl.Int32, "rating_system": pl.String}
        | dict.fromkeys(("leader", "has_roles", "certifies", "travels"), pl.Boolean),
    ).pipe(Programs.cast)


def level_frame(programs: Sequence[ProgramTerms]) -> dy.LazyFrame[LevelTerms]:
    """One row per level of which its pack says whether it leads: `program_id`, `level`, `leads`."""
    leads_rows = [(program.program_id, level, leads) for program in programs for level, leads in program.leads.items()]
    schema = {"program_id": pl.String, "level": pl.String, "leads": pl.Boolean}
    return pl.LazyFrame(leads_rows, schema=schema, orient="row").pipe(LevelTerms.cast)


def role_frame(programs: Sequence[ProgramTerms]) -> dy.LazyFrame[ProgramRoles]:
    """One row per program x own role: `program_id`, `role_code`, `place`."""
    pairs = [(program.program_id, role, program.place) for program in programs for role in program.roles]
    return pl.LazyFrame(
        pairs, schema={"program_id": pl.String, "role_code": pl.String, "place": pl.Int32}, orient="row"
    ).pipe(ProgramRoles.cast)


def unit_frame(programs: Sequence[ProgramTerms]) -> dy.LazyFrame[PositionUnits]:
    """One row per program x role that is worth position units (M05): `program_id`, `role_code`, `role_units`."""
    pairs = [
        (program.program_id, role, worth) for program in programs for role, worth in program.position_units.items()
    ]
    return pl.LazyFrame(
        pairs, schema={"program_id": pl.String, "role_code": pl.String, "role_units": pl.Float64}, orient="row"
    ).pipe(PositionUnits.cast)


def with_loads(lea_frame: pl.LazyFrame, parameters: MetricParameters) -> pl.LazyFrame:
    """Add `average_load` and `marginal_load` of the row's LEA: its own where configured, else the state's."""
    own = parameters.district_loads
    schema = {"lea_id": pl.String, "average_load": pl.Float64, "marginal_load": pl.Float64}
    rows = [(lea_id, loads.average, loads.marginal) for lea_id, loads in sorted(own.items())]
    return lea_frame.join(pl.LazyFrame(rows, schema=schema, orient="row"), on="lea_id", how="left").with_columns(
        pl.col("average_load").fill_null(parameters.loads.average),
        pl.col("marginal_load").fill_null(parameters.loads.marginal),
    )


def in_force(program_adoption: dy.LazyFrame[ProgramAdoption], rosters: dy.LazyFrame[Rosters]) -> dy.LazyFrame[Adopted]:
    """One row per lea_id x program_id x school_year on the roster with the program in force on 30 June of the year.

    `adopted_from` is the earliest from_year that still reaches the year.
    """
    return (
        rosters.join(program_adoption.select("lea_id", "program_id", "from_year", "to_year"), on="lea_id")
        .filter(reaches())
        .group_by("lea_id", "program_id", "school_year")
        .agg(pl.col("from_year").min().alias("adopted_from"))
        .pipe(Adopted.cast)
    )


def own_roles(adopted: dy.LazyFrame[Adopted], role_lf: dy.LazyFrame[ProgramRoles]) -> dy.LazyFrame[OwnRoles]:
    """One row per lea_id x school_year x role_code that a program in force owns: `program_id`, the first by place."""
    return (
        adopted.select("lea_id", "school_year", "program_id")
        .join(role_lf, on="program_id")
        .sort("lea_id", "school_year", "role_code", "place")
        .unique(["lea_id", "school_year", "role_code"], keep="first", maintain_order=True)
        .drop("place")
        .pipe(OwnRoles.cast)
    )
