"""Dimensions of the star that BI tools join the marts with. Only `dim_educator` has persons, under their keys."""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts import columns as c
from contracts.reference import Districts, Schools


class DimDistrict(Districts):
    """One row per LEA."""


class DimSchool(Schools):
    """One row per school x school year."""


class DimYear(dy.Schema):
    """One row per school year that a mart has."""

    school_year = c.school_year.key()
    label = dy.String(nullable=False, description="The year as people write it: 2025-26.")


class DimProgram(dy.Schema):
    """One row per program pack."""

    program_id = c.program_id.key()
    title = dy.String(nullable=False, description="The program's name.")
    summary = dy.String(nullable=False, description="What the program is, in a sentence.")
    visibility = c.visibility.required()


class DimLevel(dy.Schema):
    """One row per program x level, lowest rank first."""

    program_id = c.program_id.key()
    level = c.level.key()
    title = dy.String(nullable=False, description="The level's name.")
    rank = dy.Int32(nullable=False, description="Place on the program's ladder, 1 lowest.")
    state_tier = c.state_tier.required()


class DimEducator(dy.Schema):
    """One row per educator: first and last year on file, and the LEA and school of record of the last."""

    staff_id = c.staff_id.key()
    first_year = dy.Int16(nullable=False, description="First school year on file.", metadata={"unit": "ending year"})
    last_year = dy.Int16(nullable=False, description="Last school year on file.", metadata={"unit": "ending year"})
    lea_id = c.lea_id.required()
    school_id = c.school_id.required()
    staff_classification = c.staff_classification.required()


@dataclass(frozen=True)
class Dimension:
    """A dimension. `side`: the folder of the release that it lies in."""

    schema: type[dy.Schema]
    key: tuple[str, ...]
    side: str = "public"
    person_level: bool = False


DIMENSIONS: dict[str, Dimension] = {
    "dim_district": Dimension(DimDistrict, ("lea_id",)),
    "dim_school": Dimension(DimSchool, ("school_id", "school_year")),
    "dim_year": Dimension(DimYear, ("school_year",)),
    "dim_program": Dimension(DimProgram, ("program_id",)),
    "dim_level": Dimension(DimLevel, ("program_id", "level")),
    "dim_educator": Dimension(DimEducator, ("staff_id",), side="restricted", person_level=True),
}
