"""The disclosure policy (data: `programs/disclosure.yaml`) and the frames of the engine (DISCLOSURE 3 to 6).

A cell is one number: a count of persons or a sum of cents. A relation is a linear identity between cells that a reader
can write down (a total and its parts, a state and its districts): the sum of coefficient x value is zero.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import dataframely as dy
from pydantic import Field

from contracts.strict import Strict

UNITS = ("persons", "cents")
# Rules that hide a cell for its own sake (`withdrawn`: it was shown, and a stricter policy shows it no more), and
# `complementary`: for the sake of another.
RULES = (
    "few_persons",
    "sensitive_zero",
    "uniform",
    "one_off",
    "small_group",
    "dominance",
    "money_tells_level",
    "not_released",
    "not_available",
    "withdrawn",
    "complementary",
)
MASKS = ("published", "rounded", "suppressed")
# What the public may read. The rule itself stays in the restricted log: "uniform" or "sensitive_zero" beside an empty
# cell would say what the cell holds.
PUBLIC_REASONS = ("protects_persons", "not_released", "not_available")
VisibilityClass = Literal["registry", "open_role", "confidential"]
OPENNESS: tuple[VisibilityClass, ...] = ("confidential", "open_role", "registry")  # from the tightest on


class Dominance(Strict):
    """A sum of money is hidden when its largest contributor, or its two largest, have more than this share."""

    largest_share: float = Field(gt=0, le=1)
    two_largest_share: float = Field(gt=0, le=1)


class Width(Strict):
    """How wide the interval around a hidden cell must stay, given everything published and whole numbers.

    Persons are whole persons; money is a share of the cell's value, and never less than `dollars`.
    """

    persons: int = Field(ge=3, le=10)
    money_share: float = Field(gt=0, le=1)
    dollars: int = Field(ge=1)


class Release(Strict):
    """When a program's statistics may be published: each school year from this month and day on.

    `years_later` counts from the ending year: 0, 11, 1 publishes 2026 on 1 November 2026.
    """

    years_later: int = Field(ge=0)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def opens(self, school_year: int) -> dt.date:
        """First day on which the year may be published."""
        return dt.date(school_year + self.years_later, self.month, self.day)


class DisclosurePolicy(Strict):
    """DISCLOSURE 3 as data. Every number's meaning stands beside it in `programs/disclosure.yaml`."""

    version: str
    minimum_persons: int = Field(ge=6, description="k: fewest persons in a public cell; the floor is 6")
    zero_shown_from: int = Field(ge=6, description="a zero is shown in groups of this many persons or more")
    levels_shown_from: int = Field(ge=6, description="levels of a confidential program are shown from this many on")
    uniform: bool
    one_off: bool
    dominance: Dominance
    width: Width
    rounded_figures: int = Field(ge=1, le=6, description="figures of confidential pay and of years to come")
    late: Literal["round", "wait"] = Field(description="what becomes of a district-year that comes alone")
    release_after: Release
    release_after_program: dict[str, Release] = Field(default_factory=dict)
    visibility: dict[str, VisibilityClass] = Field(default_factory=dict, description="tightened by the state")

    def opens(self, program_id: str | None, school_year: int) -> dt.date:
        """First day on which a program's year may be published (None: what belongs to no program)."""
        rule = self.release_after if program_id is None else self.release_after_program.get(program_id)
        return (rule or self.release_after).opens(school_year)


class Cells(dy.Schema):
    """One row per number that takes part in protection; `cell` counts from 0 without gaps.

    `low` and `high` bound what a reader believes of it before looking at any relation. A cell that is not published
    and needs no width (the persons between two tables) is `latent`: it keeps a relation exact.
    """

    cell = dy.Int64(primary_key=True, description="Dense number of the cell.")
    name = dy.String(nullable=False, description="table|program|year|cut|part|place: the same in every release.")
    unit = dy.String(nullable=False, check=lambda col: col.is_in(list(UNITS)), description="persons or cents.")
    value = dy.Int64(nullable=False, description="The true value.")
    persons = dy.Int64(nullable=True, description="Persons behind it; null where none are (a budget line).")
    mask = dy.String(nullable=False, check=lambda col: col.is_in([*MASKS, "latent"]), description="What is shown.")
    rule = dy.String(nullable=True, check=lambda col: col.is_in(list(RULES)), description="The rule that hid it.")
    low = dy.Int64(nullable=False, description="Smallest value anyone would believe.")
    high = dy.Int64(nullable=False, description="Largest value anyone would believe.")
    need = dy.Int64(nullable=False, description="Width that must stay open around it; 0: none.")
    rank = dy.Int64(nullable=False, description="What hiding it for another's sake costs; below 0: never.")


class DisclosureLog(dy.Schema):
    """One row per cell that takes part in protection: what is shown and why. Restricted: it has the true values."""

    name = dy.String(primary_key=True, description="table|program|year|cut|part|grain|lea|school.")
    unit = dy.String(nullable=False, description="persons or cents.")
    value = dy.Int64(nullable=False, description="The true value.")
    persons = dy.Int64(nullable=True, description="Persons behind it; null where none are.")
    mask = dy.String(nullable=False, description="published, rounded, suppressed; latent: never published.")
    rule = dy.String(nullable=True, description="The rule that hid it.")
    low = dy.Int64(nullable=False, description="Smallest value that a reader can believe.")
    high = dy.Int64(nullable=False, description="Largest value that a reader can believe.")
    need = dy.Int64(nullable=False, description="Width that stays open around it.")


class Relations(dy.Schema):
    """One row per relation x cell: the sum over a relation of coefficient x value is zero."""

    relation = dy.Int64(primary_key=True, description="Dense number of the relation.")
    cell = dy.Int64(primary_key=True, description="The cell.")
    coefficient = dy.Int64(nullable=False, description="1 or -1.")
    name = dy.String(nullable=False, description="What it says; derived: found by fingerprints, not declared.")


class Certificates(dy.Schema):
    """One row per movement x cell: a whole-number change of hidden cells that keeps every relation."""

    movement = dy.Int64(primary_key=True, description="Dense number of the movement.")
    cell = dy.Int64(primary_key=True, description="A cell that it changes.")
    change = dy.Int64(nullable=False, description="By how much.")


class Proofs(dy.Schema):
    """One row per hidden cell: the two movements that differ in it by its width or more; null: no movement."""

    cell = dy.Int64(primary_key=True, description="The hidden cell.")
    up = dy.Int64(nullable=True, description="Movement to a larger value.")
    down = dy.Int64(nullable=True, description="Movement to a smaller value.")
