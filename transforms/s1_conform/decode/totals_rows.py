"""Rows that add up the rows above them: a label and numbers that are sums, however many of their cells are filled."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

# What a totals row says of itself, in its label cell; the words alone, or before or after a total.
TOTALS_WORDS = (
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sub total",
    "page total",
    "report total",
    "sum",
    "sums",
    "overall",
    "aggregate",
    "all",
    "all staff",
    "all employees",
    "all educators",
    "all schools",
    "all funds",
    "everyone",
    "state",
    "statewide",
    "state total",
    "county",
    "countywide",
    "district",
    "districtwide",
    "district total",
    "division",
    "region",
    "school total",
)
_WORDS = "|".join(sorted((word.replace(" ", r"[\s_-]*") for word in TOTALS_WORDS), key=len, reverse=True))
# A cell that is such a word; one that speaks of a total; one that is a total and nothing else.
WORD = rf"(?i)^\W*(?:{_WORDS})\W*$"
SAYS_TOTAL = r"(?i)^\W*(?:grand|sub|page|report)?[\s_-]*totals?\b|(?i)\btotals?\W*$"
# A cell that is a number and nothing else.
BARE_NUMBER = r"^[\s$€£(+-]*[0-9][0-9.,]*[%)\s-]*$"
IS_TOTAL = r"(?i)^\W*(?:grand|sub|page|report)?[\s_-]*totals?\W*$"


@dataclass(frozen=True)
class Totals:
    """Rows of a grid's body that add up others, and rows that say so though their numbers are no sums."""

    found: pl.Series
    doubtful: pl.Series


def find_totals(body: pl.DataFrame, columns: list[str], person: str | None, decimal_comma: bool) -> Totals:
    """Totals among the rows of a body; `kind` is set on lines that are known to be no rows.

    A totals row has a label, and a number in it is the sum of its column since the last totals row, or since the
    beginning, over two rows or more. A label speaks of a total, or is one of the words in place of a person. A column
    in which more than half of the rows have a label has none. A row of nothing but numbers needs no label: it names
    nobody.
    """
    nowhere = pl.repeat(False, body.height, eager=True, dtype=pl.Boolean)
    is_label = _labelled(body, columns, person)
    if not is_label.any():
        return Totals(nowhere, nowhere)
    numbers = _numbers(body, columns, decimal_comma)
    first = pl.coalesce(columns).str.contains(IS_TOTAL).fill_null(False)
    sure = body.select(first).to_series().to_list()
    kinds = body["kind"].to_list()
    sums = _Sums(len(numbers))
    found, doubtful = [], []
    for at, may_be in enumerate(is_label.to_list()):
        row = tuple(column[at] for column in numbers)
        if kinds[at] == "totals_lines" or (kinds[at] is None and may_be and sums.are(row)):
            found.append(at)
            sums.block()
        elif kinds[at] is None:
            if sure[at]:
                doubtful.append(at)
            sums.add(row)
    return Totals(nowhere.clone().scatter(found, True), nowhere.clone().scatter(doubtful, True))


def _labelled(body: pl.DataFrame, columns: list[str], person: str | None) -> pl.Series:
    says = body.select(pl.col(name).str.contains(SAYS_TOTAL).fill_null(False) for name in columns)
    usual = [name for name in columns if 0 < int(says[name].sum()) <= body.height / 2]
    labelled = says.select(pl.any_horizontal(pl.lit(False), *usual)).to_series()
    if person is None:
        return labelled
    words = pl.any_horizontal(pl.col(name).str.contains(WORD).fill_null(False) for name in columns)
    nobody = pl.col(person).is_null() | pl.col(person).str.contains(WORD)
    numbers_only = pl.all_horizontal(pl.col(name).str.contains(BARE_NUMBER).fill_null(True) for name in columns)
    return labelled | body.select(words & nobody | pl.col(person).is_null() & numbers_only).to_series()


def _numbers(body: pl.DataFrame, columns: list[str], decimal_comma: bool) -> list[list[int | None]]:
    """Each column that holds numbers, in ten-thousandths."""
    found = []
    for name in columns:
        bare = pl.col(name).str.replace_all(r"[$€£\s]|USD", "")
        negative = bare.str.contains(r"^\(.*\)$|^-|-$")
        digits = bare.str.strip_chars("()+-")
        digits = digits.str.replace_all(".", "", literal=True) if decimal_comma else digits.str.replace_all(",", "")
        digits = digits.str.replace_all(",", ".", literal=True)
        value = (digits.cast(pl.Float64, strict=False) * 10_000).round()
        value = pl.when(value.abs() < 9e15).then(value).cast(pl.Int64)
        series = body.select(pl.when(negative).then(-value).otherwise(value)).to_series()
        if series.null_count() < series.len():
            found.append(series.to_list())
    return found


@dataclass
class _Sums:
    """Running sums of every column: since the beginning, and since the last totals row."""

    width: int
    rows: int = 0
    block_rows: int = 0
    whole: list[int] = field(init=False)
    part: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.whole = [0] * self.width
        self.part = [0] * self.width

    def add(self, row: tuple[int | None, ...]) -> None:
        self.rows += 1
        self.block_rows += 1
        for at, value in enumerate(row):
            if value is not None:
                self.whole[at] += value
                self.part[at] += value

    def block(self) -> None:
        self.block_rows = 0
        self.part = [0] * self.width

    def are(self, row: tuple[int | None, ...]) -> bool:
        """Whether a number of the row is such a sum, and not of one row, nor nothing."""
        whole = self.rows > 1 and any(value and value == total for value, total in zip(row, self.whole, strict=True))
        part = self.block_rows > 1 and any(
            value and value == total for value, total in zip(row, self.part, strict=True)
        )
        return whole or part
