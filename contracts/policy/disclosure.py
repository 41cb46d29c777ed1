"""The disclosure policy (data: `programs/disclosure.yaml`) and the frames of the suppression engine (RULES section 6).

A cell is one published number: a count of persons or a sum of cents. A relation is a linear identity between cells that
a reader can write down (a total and its parts, a state and its districts): the sum of coefficient x value is zero.
"""

from __future__ import annotations

import datetime as dt

import dataframely as dy
from pydantic import BaseModel, ConfigDict, Field

UNITS = ("persons", "cents")
RULES = (
    "few_persons",
    "uniform",
    "one_off",
    "sensitive_zero",
    "dominance",
    "confidential_pay",
    "not_released",
    "complementary",
)
MASKS = ("published", "banded", "suppressed")
# What the public may read. The rule itself stays in the restricted decision log: "uniform" or "sensitive_zero" beside
# an empty cell would say what the cell holds.
PUBLIC_REASONS = ("protects_persons", "confidential_pay", "not_released", "not_available")


class Strict(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PercentBand(Strict):
    """Top and bottom codes for groups of at least `from_persons` (RULES section 6, Utah method)."""

    from_persons: int = Field(gt=0)
    top: float = Field(gt=50, lt=100)
    bottom: float = Field(gt=0, lt=50)


class Dominance(Strict):
    """A sum of money is hidden when its largest contributor, or its two largest, have more than this share."""

    largest_share: float = Field(gt=0, le=1)
    two_largest_share: float = Field(gt=0, le=1)


class Width(Strict):
    """How wide a hidden cell's feasible interval must stay, given everything published.

    Persons are whole persons; money is a share of the cell's value, and never less than `dollars`.
    """

    persons: int = Field(ge=1)
    money_share: float = Field(gt=0)
    dollars: int = Field(ge=1)


class Release(Strict):
    """When a program's or a rating system's statistics may be published: each school year after this month and day.

    `years_later` counts from the ending year: 0, 11, 1 publishes 2026 on 1 November 2026.
    """

    years_later: int = Field(ge=0)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def opens(self, school_year: int) -> dt.date:
        """First day on which the year may be published."""
        return dt.date(school_year + self.years_later, self.month, self.day)


class Acknowledged(Strict):
    """A cell that an earlier release published and this one would hide: it cannot be taken back, somebody signed."""

    cell: str
    signed_by: str
    why: str


class DisclosurePolicy(Strict):
    """RULES section 6 as data. Every number's meaning stands beside it in `programs/disclosure.yaml`."""

    version: str
    minimum_persons: int = Field(ge=6, description="k: fewest persons in a public cell; the floor is 6")
    uniform: bool
    one_off: bool
    sensitive_zero_below: int = Field(ge=0)
    band_counts_below: int = Field(ge=0)
    band_base: int = Field(ge=2)
    percent_bands: tuple[PercentBand, ...]
    dominance: Dominance
    width: Width
    complementary_width: Width
    minimum_change: int = Field(ge=1, description="a cell restated by fewer persons than this is banded, not restated")
    release_after: Release
    release_after_program: dict[str, Release] = Field(default_factory=dict)
    compare_up_to_cells: int = Field(ge=0, description="larger releases skip the comparison with other choices")
    acknowledged: tuple[Acknowledged, ...] = ()

    def opens(self, program_id: str, school_year: int) -> dt.date:
        """First day on which a program's year may be published."""
        return self.release_after_program.get(program_id, self.release_after).opens(school_year)


class Cells(dy.Schema):
    """One row per number that a release would publish; `cell` counts from 0 without gaps.

    `residual` cells are never shown (persons at no known school): they keep a relation exact, and where a
    primary rule asks for it they are protected like any other cell, as their LEA and its schools would tell them.
    A column `was_hidden` (absent before the first release): hidden in the last one, with this same value; it stays so.
    `known_low`, `known_high`: what the reader already knows from earlier releases; null = nothing beyond `floor`.
    """

    cell = dy.UInt32(primary_key=True, description="Dense number of the cell.")
    name = dy.String(nullable=False, description="mart|measure|key=value|...: the same in every release.")
    unit = dy.String(nullable=False, check=lambda col: col.is_in(list(UNITS)), description="persons or cents.")
    value = dy.Int64(nullable=False, description="The true value.")
    persons = dy.Int64(nullable=False, description="Persons behind the value.")
    is_part = dy.Bool(nullable=False, description="A part of a distribution over its group, not a total.")
    residual = dy.Bool(nullable=False, description="Not published; closes a relation.")
    group = dy.UInt32(nullable=True, description="The distribution that a part belongs to.")
    group_persons = dy.Int64(nullable=True, description="Persons in that group.")
    largest = dy.Int64(nullable=True, description="Largest contributor, cents.")
    two_largest = dy.Int64(nullable=True, description="Two largest contributors together, cents.")
    forced = dy.String(nullable=True, description="A rule that hides the cell whatever its value.")
    empty_everywhere = dy.Bool(nullable=False, description="Nobody in the whole state is in this part; that is public.")
    floor = dy.Int64(nullable=True, description="Smallest value anyone would believe; null = none.")
    known_low = dy.Int64(nullable=True, description="Lower bound already published.")
    known_high = dy.Int64(nullable=True, description="Upper bound already published.")
    last_exact = dy.Int64(nullable=True, description="Last value that an earlier release published exactly.")


class Relations(dy.Schema):
    """One row per relation x cell: the sum over a relation of coefficient x value is zero."""

    relation = dy.UInt32(primary_key=True, description="Dense number of the relation.")
    cell = dy.UInt32(primary_key=True, description="The cell.")
    coefficient = dy.Int8(nullable=False, description="1 or -1.")
    table = dy.UInt32(nullable=False, description="Published table that the relation belongs to (one district's, say).")


class Decisions(dy.Schema):
    """One row per cell: what is shown and why. Restricted: it has the true values."""

    cell = dy.UInt32(primary_key=True, description="The cell.")
    name = dy.String(nullable=False, description="Its name.")
    unit = dy.String(nullable=False, description="persons or cents.")
    value = dy.Int64(nullable=False, description="The true value.")
    mask = dy.String(nullable=False, check=lambda col: col.is_in(list(MASKS)), description="What the public sees.")
    rule = dy.String(nullable=True, check=lambda col: col.is_in(list(RULES)), description="The rule that hid it.")
    shown_low = dy.Int64(nullable=True, description="Lower bound published; equal to shown_high where exact.")
    shown_high = dy.Int64(nullable=True, description="Upper bound published.")
    last_exact = dy.Int64(nullable=True, description="Last value published exactly, this release included.")
