"""A conformed table of text as districts write it → the same table in canonical writing, each repair counted.

What cannot be read stays as sent; the strict reading afterwards (`values.type_columns`) keeps it beside the null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import dataframely as dy
import polars as pl
from pydantic import Field

from contracts.columns import MONEY
from contracts.file_rules import FILE_RULES
from contracts.strict import Strict
from transforms.s1_conform.decode.model import BROKEN_SCHEMA, SOURCE_ROW, FileProblem
from transforms.s1_conform.parse.cell_text import Tidied, tidy_cell, without_marks, without_missing
from transforms.s1_conform.parse.days import orders, serial_epochs, tidy_day
from transforms.s1_conform.parse.numbers import tidy_hours, tidy_money, tidy_number, tidy_percent, tidy_whole
from transforms.s1_conform.parse.words import (
    mangled_identifier,
    tidy_flag,
    tidy_identifier,
    tidy_school_year,
    tidy_word,
)

__all__ = ["ParseOptions", "Parsed", "parse_columns"]


class ParseOptions(Strict):
    """What is declared about writing: date formats (by column, `*` for all), decimal comma, widths of identifiers.

    `excel`: the table came from a workbook, where any number can be a day; `from_1904`: it counts from that year.
    `date_order` is the state's, for columns in which day and month cannot be told apart.
    """

    date_formats: dict[str, str] = Field(default_factory=dict)
    decimal_comma: bool = False
    widths: dict[str, int] = Field(default_factory=dict)
    excel: bool = False
    from_1904: bool = False
    date_order: Literal["mdy", "dmy"] | None = None

    def date_format(self, column: str) -> str | None:
        return self.date_formats.get(column, self.date_formats.get("*"))


@dataclass(frozen=True)
class Parsed:
    """Rows in canonical writing; repairs by kind; rows that broke a ROW- rule; problems that refuse the file."""

    rows: pl.DataFrame
    repairs: Counter[str] = field(default_factory=Counter)
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BROKEN_SCHEMA))
    problems: tuple[FileProblem, ...] = ()


def parse_columns(rows: pl.DataFrame, contract: type[dy.Schema], options: ParseOptions) -> Parsed:
    """Bring every column of the contract (and the folder columns beside them) to canonical writing."""
    columns = contract.columns()
    needed = {name for name, column in columns.items() if not column.nullable}
    repairs: Counter[str] = Counter()
    cleaned = _apply(rows, {name: tidy_cell(pl.col(name)) for name in rows.columns if name != SOURCE_ROW}, repairs)
    typed = [name for name in cleaned.columns if name in columns and columns[name].dtype != pl.String]
    marks = {name: without_marks(pl.col(name)) for name in (*typed, *_closed(cleaned, columns))}
    marks |= {name: without_missing(pl.col(name)) for name in cleaned.columns if name not in marks and name in needed}
    cleaned = _apply(cleaned, marks, repairs)
    days = [name for name in typed if columns[name].dtype == pl.Date]
    order = orders(cleaned, [name for name in days if options.date_format(name) is None])
    if options.date_order is not None:
        repairs["date_order_assumed"] += sum(1 for found_order in order.values() if found_order == "ambiguous")
        order = {
            name: options.date_order if found_order == "ambiguous" else found_order
            for name, found_order in order.items()
        }
    bare = [name for name in days if options.excel or options.date_format(name) is None]
    epochs = serial_epochs(cleaned, bare, options.excel, options.from_1904)
    tidied = {
        name: _tidy(name, columns.get(name), order, epochs, options) for name in cleaned.columns if name != SOURCE_ROW
    }
    done = _apply(cleaned, tidied, repairs)
    return Parsed(done, +repairs, _broken(done, columns), _problems(order))


def _closed(rows: pl.DataFrame, columns: Mapping[str, dy.Column]) -> list[str]:
    return [name for name in rows.columns if name in columns and name != "highest_degree" and _values(columns[name])]


def _values(column: dy.Column) -> tuple[str, ...]:
    return tuple((column.metadata or {}).get("values") or ())


def _tidy(
    name: str, column: dy.Column | None, order: Mapping[str, str], epochs: Mapping[str, date], options: ParseOptions
) -> Tidied:
    text = pl.col(name)
    if name == "school_year":
        return tidy_school_year(text)
    dtype: Any = pl.String() if column is None else column.dtype
    if dtype == pl.Date:
        return tidy_day(text, order.get(name, "iso"), options.date_format(name), epochs.get(name))
    if dtype == pl.Boolean:
        return tidy_flag(text)
    if dtype == MONEY:
        return tidy_money(text, options.decimal_comma)
    if dtype.is_integer():
        return tidy_whole(text, options.decimal_comma)
    if dtype.is_float():
        unit = str(((column.metadata if column else None) or {}).get("unit") or "")
        if unit.startswith(("percent", "share", "FTE")):
            return tidy_percent(text, options.decimal_comma, of_one=not unit.startswith("percent"))
        if unit == "hours":
            return tidy_hours(text, options.decimal_comma)
        return tidy_number(text, options.decimal_comma)
    if column is not None and _values(column):
        return tidy_word(text, _values(column))
    if name.endswith("_id") or name in options.widths:
        return tidy_identifier(text, options.widths.get(name))
    return Tidied(text)


def _apply(rows: pl.DataFrame, tidied: Mapping[str, Tidied], repairs: Counter[str]) -> pl.DataFrame:
    """One select gives the new texts and counts every repair."""
    flags = [
        flag.fill_null(False).sum().alias(f"{kind}\n{name}")
        for name, each in tidied.items()
        for kind, flag in each.repairs.items()
    ]
    if flags:
        counted = rows.select(flags)
        for flag, count in zip(counted.columns, counted.row(0), strict=True):
            repairs[flag.partition("\n")[0]] += int(count or 0)
    return rows.with_columns(each.text.alias(name) for name, each in tidied.items())


def _broken(rows: pl.DataFrame, columns: Mapping[str, dy.Column]) -> pl.DataFrame:
    """Rows with an identifier in scientific notation (ROW-004)."""
    found = [pl.DataFrame(schema=BROKEN_SCHEMA)]
    ids = [name for name in rows.columns if name.endswith("_id") and name in columns]
    if ids:
        lost = rows.filter(pl.any_horizontal(mangled_identifier(pl.col(name)) for name in ids))
        shown = pl.concat_str(pl.col(ids).fill_null(""), separator=" | ")
        found.append(lost.select(SOURCE_ROW, pl.lit("ROW-004").alias("rule_id"), shown.alias("text")))
    return pl.concat(found)


def _problems(order: Mapping[str, str]) -> tuple[FileProblem, ...]:
    """Columns whose dates are ambiguous (FILE-031) or follow two orders (FILE-032)."""
    problems = []
    for rule_id, word in (("FILE-031", "ambiguous"), ("FILE-032", "mixed")):
        named = ", ".join(f"`{name}`" for name, found_order in order.items() if found_order == word)
        if named:
            rule = FILE_RULES[rule_id]
            problems.append(FileProblem(rule_id, rule.message.format(named), rule.fix))
    return tuple(problems)
