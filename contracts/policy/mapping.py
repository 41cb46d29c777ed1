"""How one district's own columns become canonical ones: `reference/mappings/<lea_id>.yaml`, unknown keys refused.

A layout holds for one extract and some school years. Its `columns` say, for each canonical column, which of the
district's columns it is, or a constant, or a table of values. `ignored` names what is sent and not read, so that a new
column is noticed. `{year}` and `{previous_year}` in a constant stand for the landing folder's school year.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.extracts import EXTRACTS
from contracts.shape import Shape


class MappingPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSource(MappingPart):
    """Where a canonical column's text comes from: a column, several joined, a part of one, or a constant.

    `columns` are joined by `separator`, empty ones left out. `part` is a pattern whose first group is the part of
    `column` that counts. A value that the table `values` lacks becomes `otherwise`; without it, it stays as sent.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    separator: str = " "
    part: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ColumnSource:
        if (self.column is not None) + bool(self.columns) + (self.constant is not None) != 1:
            raise ValueError("give exactly one of `column`, `columns` and `constant`")
        if self.constant is not None and (self.values or self.otherwise is not None):
            raise ValueError("`values` and `otherwise` go with `column`")
        if self.part is not None and (self.column is None or re.compile(self.part).groups < 1):
            raise ValueError("`part` is a pattern with a group and goes with `column`")
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """The district's columns that the source reads."""
        return self.columns if self.column is None else (self.column,)


class SetAside(MappingPart):
    """Rows that are no people: rows whose column is empty are kept out of the extract and counted under `reason`."""

    column_empty: str
    reason: str


class PayLine(MappingPart):
    """A pay line that each row of a position file carries: the district's amount column under a code and a fund."""

    amount: str
    pay_code: str
    fund_code: str


class PayFromPositions(MappingPart):
    """The pay in a wide position file: one payroll row per filled position and line, all on one pay date."""

    pay_date: str
    lines: tuple[PayLine, ...] = Field(min_length=1)


class Layout(MappingPart):
    """How one kind of file is read, for the school years from `from_year` to `to_year`.

    `shape` says what the file cannot say of itself. `widths` restore leading zeros of identifiers, `date_formats`
    (strptime) hold for single columns. `crosswalk`: the district's ids of persons are not the state's, and
    `crosswalks/<lea_id>.csv` says how they resolve; `people_by` names the columns that stand for an id in files
    without one.
    """

    extract: Literal["evaluation", "roster", "payroll", "leadership"]
    from_year: int
    to_year: int | None = None
    columns: dict[str, str | ColumnSource]
    ignored: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    pay: PayFromPositions | None = None
    shape: Shape = Shape()
    widths: dict[str, int] = Field(default_factory=dict)
    date_formats: dict[str, str] = Field(default_factory=dict)
    crosswalk: bool = False
    people_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _canonical(self) -> Layout:
        known = EXTRACTS[self.extract].sent.columns()
        unknown = sorted(set(self.columns) - set(known))
        if unknown:
            raise ValueError(f"`columns` names {', '.join(unknown)}, which the extract {self.extract} does not have")
        unknown = sorted({*self.widths, *self.date_formats, *self.people_by} - set(known))
        if unknown:
            raise ValueError(f"`{unknown[0]}` is not a column of the extract {self.extract}")
        if self.people_by and not self.crosswalk:
            raise ValueError("`people_by` goes with `crosswalk: true`")
        if self.pay is not None and self.extract != "roster":
            raise ValueError("`pay` goes with a roster layout")
        return self

    def source(self, column: str) -> ColumnSource | None:
        """The source of a canonical column, None when the layout does not name it."""
        found = self.columns.get(column)
        return ColumnSource(column=found) if isinstance(found, str) else found

    def holds(self, school_year: int) -> bool:
        return self.from_year <= school_year and (self.to_year is None or school_year <= self.to_year)

    def district_columns(self) -> set[str]:
        """Every column of the district's file that the layout reads or knowingly ignores."""
        sources = [self.source(name) for name in self.columns]
        read = {column for source in sources if source is not None for column in source.read}
        read |= {aside.column_empty for aside in self.set_aside} | set(self.ignored)
        return read | {line.amount for line in (self.pay.lines if self.pay else ())}


class DistrictMapping(MappingPart):
    """All layouts of one district."""

    layouts: tuple[Layout, ...] = Field(min_length=1)

    def layout(self, extract: str, school_year: int) -> Layout | None:
        """The layout in force; the first named wins where two overlap."""
        return next((each for each in self.layouts if each.extract == extract and each.holds(school_year)), None)
