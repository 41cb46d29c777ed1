"""What decoding takes and gives: options and bounds in; tables of text, repairs and problems out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from pydantic import Field

from contracts.file_rules import FILE_RULES
from contracts.file_shape import Shape
from contracts.strict import Strict

SOURCE_ROW = "source_row"
LONGEST_PARTICULARS = 300
ASIDE_SCHEMA = {SOURCE_ROW: pl.UInt32, "kind": pl.String, "text": pl.String}
BROKEN_SCHEMA = {SOURCE_ROW: pl.UInt32, "rule_id": pl.String, "text": pl.String}


class Bounds(Strict):
    """Beyond these a file is refused (FILE-009 to FILE-011, FILE-015, FILE-016, FILE-052)."""

    max_bytes: int = Field(default=2 * 1024**3, gt=0)
    max_members: int = Field(default=200, gt=0)
    max_expanded_bytes: int = Field(default=4 * 1024**3, gt=0)
    max_ratio: float = Field(default=200, gt=1)
    max_columns: int = Field(default=500, gt=0)
    max_cell_characters: int = Field(default=32_767, gt=0)
    max_cells: int = Field(default=20_000_000, gt=0)


class DecodeOptions(Strict):
    """`known` are folded names (canonical, aliases, the mapping's own) by which a header is recognised.

    `read` are those whose columns something reads, `required` those without which a row cannot be used.
    `person` names the column of the educator's id. `spare_cells`: single rows may end in empty cells beyond the names
    (OneRoster, whose files hold no amounts).
    """

    extract: str = "roster"
    known: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    person: frozenset[str] = frozenset()
    spare_cells: bool = False
    shape: Shape = Shape()
    bounds: Bounds = Bounds()


@dataclass(frozen=True)
class FileProblem:
    """Why a file cannot be used."""

    rule_id: str
    message: str
    fix: str


@dataclass(frozen=True)
class Table:
    """A table of text. `header` names its columns; `rows` holds them by position (`cell_name`) beside `source_row`.

    A district's column names are data and never become names of frame columns, so that none can meet one of Rung's own
    or be taken as a pattern. `broken` rows are among `rows`. `aside` are the lines that are not rows: titles, footers,
    totals, blanks. `kind` says what the file was, `from_1904` that a workbook counts days from 1904.
    """

    name: str
    sheet: str | None
    kind: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BROKEN_SCHEMA))
    aside: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ASIDE_SCHEMA))
    from_1904: bool = False

    @classmethod
    def from_named(cls, name: str, kind: str, header: Sequence[str], rows: pl.DataFrame) -> Table:
        """A table whose columns a reader made itself, under names of its own (`source_row` beside them)."""
        cells = [pl.col(column).alias(cell_name(at)) for at, column in enumerate(header)]
        return cls(name, None, kind, tuple(header), rows.select(*cells, SOURCE_ROW))

    def column(self, name: str) -> pl.Series:
        """The cells under one of the header's names."""
        return self.rows[cell_name(self.header.index(name))]


@dataclass(frozen=True)
class Decoded:
    """What came out of one or several files. With a problem there are no tables: a file is used whole or not."""

    tables: tuple[Table, ...] = ()
    repairs: Counter[str] = field(default_factory=Counter)
    problems: tuple[FileProblem, ...] = ()


def problem(rule_id: str, particulars: str = "") -> FileProblem:
    """A problem in the catalogue's words; particulars that nobody would read to their end are cut."""
    rule = FILE_RULES[rule_id]
    shown = particulars if len(particulars) <= LONGEST_PARTICULARS else particulars[:LONGEST_PARTICULARS] + " …"
    return FileProblem(rule_id, rule.message.format(shown), rule.fix)


class Refused(Exception):
    """A file that cannot be used; turned into a `FileProblem` by `decode`."""

    def __init__(self, rule_id: str, particulars: str = "") -> None:
        self.problem = problem(rule_id, particulars)
        super().__init__(self.problem.message)


def cell_name(at: int) -> str:
    """The frame column that holds the file's column at a position."""
    return f"·{at}"


def fold(name: str) -> str:
    """A column name without case, spaces and punctuation, as names are compared."""
    return re.sub(r"[\W_]+", "", name).casefold()
