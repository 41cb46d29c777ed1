"""How one district's own columns become canonical ones: `reference/mappings/<lea_id>.yaml`, unknown keys refused.

A layout holds for one extract and some school years. Its `columns` say, for each canonical column, which of the
district's columns it is, or a constant, or a table of values. `ignored` names what is sent and not read, so that a new
column is noticed. `{year}` and `{previous_year}` in a constant stand for the landing folder's school year.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from contracts.extracts import EXTRACTS
from contracts.file_shape import Shape
from contracts.strict import Strict


class ColumnSource(Strict):
    """Where a canonical column's text comes from: a column, several joined, a part of one, or a constant.

    `columns` are joined by `separator`, empty ones left out. `part` is a pattern whose first group is the part that
    counts. `divided_by` makes a share of a number (months of 12). `values` translates: by the whole value, by it in any
    case, or by the first key that the value contains (`match`); one that no key fits becomes `otherwise`, comes back
    under ROW-008 (`listed_only`), or stays as sent.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    separator: str = " "
    part: str | None = None
    divided_by: float | None = Field(default=None, gt=0)
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    match: Literal["exact", "any_case", "contains"] = "exact"
    otherwise: str | None = None
    listed_only: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> ColumnSource:
        if (self.column is not None) + bool(self.columns) + (self.constant is not None) != 1:
            raise ValueError("give exactly one of `column`, `columns` and `constant`")
        if self.constant is not None and (self.values or self.otherwise is not None or self.divided_by is not None):
            raise ValueError("`values`, `otherwise` and `divided_by` go with `column`")
        if self.part is not None and (self.constant is not None or re.compile(self.part).groups < 1):
            raise ValueError("`part` is a pattern with a group and goes with `column` or `columns`")
        if (self.listed_only or self.match != "exact") and not self.values:
            raise ValueError("`match` and `listed_only` go with `values`")
        if self.listed_only and self.otherwise is not None:
            raise ValueError("give one of `otherwise` and `listed_only`")
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """The district's columns that the source reads."""
        return self.columns if self.column is None else (self.column,)


class RowFilter(Strict):
    """Rows that are meant, of a file with others in it: whose column is a value, one of several, or fits a pattern."""

    column: str
    equals: str | None = Field(default=None, alias="is")
    among: tuple[str, ...] = Field(default=(), alias="in")
    matches: str | None = None

    @model_validator(mode="after")
    def _one_test(self) -> RowFilter:
        if (self.equals is not None) + bool(self.among) + (self.matches is not None) != 1:
            raise ValueError("give exactly one of `is`, `in` and `matches`")
        re.compile(self.matches or "")
        return self


class SetAside(Strict):
    """Rows that are no people, kept out of the extract and counted under `reason`: whose column is empty, or fits."""

    reason: str
    column_empty: str | None = None
    column: str | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _one_test(self) -> SetAside:
        by_pattern = self.column is not None and self.matches is not None
        if by_pattern == (self.column_empty is not None) or (self.column is None) != (self.matches is None):
            raise ValueError("give `column_empty`, or `column` with `matches`")
        re.compile(self.matches or "")
        return self

    @property
    def read(self) -> str:
        """The district's column that is looked at."""
        return str(self.column_empty or self.column)


class PayLine(Strict):
    """A pay line that each row carries: the district's amount column under a code and a fund.

    In a payroll layout the fund may be a column of the row instead, named under `columns`.
    """

    amount: str
    pay_code: str
    fund_code: str | None = None


class PayLines(Strict):
    """The pay in a wide file. Of a position file: one payroll row per filled position and line, all on one pay date.
    Of a payroll file: one row per line whose amount is not zero.
    """

    pay_date: str | None = None
    lines: tuple[PayLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> PayLines:
        codes = [(line.pay_code, line.fund_code) for line in self.lines]
        if len(set(codes)) < len(codes):
            raise ValueError("two lines have the same `pay_code` and `fund_code`; equal amounts would be taken for one")
        return self


class Layout(Strict):
    """How one kind of file is read, for the school years from `from_year` to `to_year`.

    `shape` says what the file cannot say of itself. `widths` restore leading zeros of identifiers, `date_formats`
    (strptime) hold for single columns. `rows` says which rows of the file are the district's. `crosswalk`: the
    district's ids of persons are not the state's, and `crosswalks/<lea_id>.csv` says how they resolve; `start` gives
    persons who are not in it an id of Rung's own. `people_by` names the columns that stand for an id in files without.
    """

    extract: Literal["evaluation", "roster", "payroll", "leadership"]
    from_year: int
    to_year: int | None = None
    columns: dict[str, str | ColumnSource]
    ignored: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    rows: RowFilter | None = None
    pay: PayLines | None = None
    shape: Shape = Shape()
    widths: dict[str, int] = Field(default_factory=dict)
    date_formats: dict[str, str] = Field(default_factory=dict)
    crosswalk: bool | Literal["start"] = False
    people_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _canonical(self) -> Layout:
        known = {*EXTRACTS[self.extract].sent.columns(), *EXTRACTS[self.extract].folder_columns}
        unknown = sorted(set(self.columns) - known)
        if unknown:
            raise ValueError(f"`columns` names {', '.join(unknown)}, which the extract {self.extract} does not have")
        unknown = sorted({*self.widths, *self.date_formats, *self.people_by} - known)
        if unknown:
            raise ValueError(f"`{unknown[0]}` is not a column of the extract {self.extract}")
        if self.people_by and not self.crosswalk:
            raise ValueError("`people_by` goes with `crosswalk: true` or `crosswalk: start`")
        if self.pay is not None:
            self._check_pay(self.pay)
        return self

    def _check_pay(self, pay: PayLines) -> None:
        if self.extract not in ("roster", "payroll"):
            raise ValueError("`pay` goes with a roster or a payroll layout")
        without_fund = any(line.fund_code is None for line in pay.lines)
        if self.extract == "roster" and (pay.pay_date is None or without_fund):
            raise ValueError("`pay` of a roster layout gives `pay_date`, and each line a `fund_code`")
        if self.extract == "payroll" and {"amount", "pay_code"} & set(self.columns):
            raise ValueError("`pay` gives `amount` and `pay_code`, so `columns` must not")

    @property
    def pay_columns(self) -> frozenset[str]:
        """The payroll columns that `pay` gives."""
        if self.pay is None or self.extract != "payroll":
            return frozenset()
        known_columns = {"fund_code"} if all(line.fund_code is not None for line in self.pay.lines) else set()
        return frozenset(
            {"amount", "pay_code", *known_columns, *({"pay_date"} if self.pay.pay_date is not None else ())}
        )

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
        read |= {aside.read for aside in self.set_aside} | set(self.ignored)
        read |= {self.rows.column} if self.rows else set()
        return read | {line.amount for line in (self.pay.lines if self.pay else ())}


class DistrictMapping(Strict):
    """All layouts of one district."""

    layouts: tuple[Layout, ...] = Field(min_length=1)

    def layout(self, extract: str, school_year: int) -> Layout | None:
        """The layout in force; the first named wins where two overlap."""
        return next((each for each in self.layouts if each.extract == extract and each.holds(school_year)), None)
