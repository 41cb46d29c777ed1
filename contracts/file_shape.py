"""What a district's mapping may declare about the shape of its files, where the file itself does not tell."""

from __future__ import annotations

from pydantic import Field

from contracts.strict import Strict


class WidthColumn(Strict):
    """A column of a fixed-width file: `start` counts characters from 1."""

    name: str = Field(min_length=1)
    start: int = Field(ge=1)
    width: int = Field(ge=1)


class FixedWidth(Strict):
    """Columns of a fixed-width file; `skip_lines` lines stand above the first row."""

    columns: tuple[WidthColumn, ...] = Field(min_length=1)
    skip_lines: int = Field(default=0, ge=0)


class Shape(Strict):
    """How to take a file apart. `header_row` is the line of the column names, `header_rows` how many lines they take.

    Words of several lines are joined from above; a word can hold for the columns to its right too. `table` says which
    of several tables counts. `date_format` (strptime) holds for every date column, `decimal_comma` says that 1.234,56
    is a number.
    """

    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    header_row: int | None = Field(default=None, ge=1)
    header_rows: int = Field(default=1, ge=1, le=5)
    sheet: str | None = None
    table: int | None = Field(default=None, ge=1)
    fixed_width: FixedWidth | None = None
    date_format: str | None = None
    decimal_comma: bool = False
