"""Pay lines out of wide files: of a position file beside its roster, of a payroll file with several amount columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from contracts.columns import MONEY
from contracts.extracts import EXTRACTS
from contracts.policy.mapping import ColumnSource, PayLines
from transforms.s1_conform.column_matching import text_of
from transforms.s1_conform.decode.model import SOURCE_ROW
from transforms.s1_conform.parse import ParseOptions, parse_columns
from transforms.s1_conform.parse.cell_text import tidy_cell, without_marks
from transforms.s1_conform.parse.numbers import tidy_money
from transforms.s1_conform.values import BROKEN, FOLDER_COLUMNS, OWN, read_as

ZERO_LINES = "zero_pay_line"


def position_pay(
    own: pl.DataFrame,
    cells: Mapping[str, str],
    roster: pl.DataFrame,
    pay: PayLines,
    school_year: int,
    how: ParseOptions,
) -> pl.DataFrame:
    """The payroll rows in a position file, in canonical writing: one per row and line of `pay`, `source_row` kept.

    `own` are the district's own columns, found by `cells`, and `roster` the same rows conformed, in the same order. A
    row that could not be split keeps that mark.
    """
    kept = ("staff_id", "school_id", "position_id", *FOLDER_COLUMNS, SOURCE_ROW)
    person = roster.select(name for name in kept if name in roster.columns)
    lines = pl.concat(_with_line(person, own, cells, pay, at, school_year) for at in range(len(pay.lines)))
    parsed = parse_columns(lines, EXTRACTS["payroll"].sent, how)
    marks = roster.select(SOURCE_ROW, BROKEN, OWN).unique(SOURCE_ROW, keep="first")
    return parsed.rows.join(marks, on=SOURCE_ROW, how="left", maintain_order="left")


def payroll_lines(
    own: pl.DataFrame,
    cells: Mapping[str, str],
    text: pl.DataFrame,
    pay: PayLines,
    school_year: int,
    how: ParseOptions,
    counted: Counter[str],
) -> pl.DataFrame:
    """One row per row of a payroll file and line of `pay`; lines of no amount are left out and counted.

    `text` are the rows conformed, in the order of `own`. A row that could not be split keeps its first line.
    """
    lines = []
    for at, line in enumerate(pay.lines):
        amount = without_marks(tidy_cell(pl.col(cells[line.amount])).text).text
        nothing = own.select((amount.is_null() | (_money(amount, how) == 0)).fill_null(False)).to_series()
        dropped = nothing & text[BROKEN].is_null() if at == 0 else nothing
        counted[ZERO_LINES] += int(dropped.sum())
        lines.append(_with_line(text, own, cells, pay, at, school_year).filter(~dropped))
    return pl.concat(lines).sort(SOURCE_ROW, maintain_order=True)


def cents_of(rows: pl.DataFrame, cells: Mapping[str, str], pay: PayLines, how: ParseOptions) -> int:
    """The cents in the amount columns of rows, as far as they read as amounts."""
    amounts = [_money(tidy_cell(pl.col(cells[line.amount])).text, how).sum().cast(MONEY) for line in pay.lines]
    return int(rows.select(pl.sum_horizontal(amounts)).item() * 100)


def cents_in(amounts: pl.Series, how: ParseOptions) -> int:
    """The cents in a column of amounts, as far as they read as amounts."""
    read = _money(tidy_cell(pl.col(amounts.name)).text, how).sum().cast(MONEY)
    return int(amounts.to_frame().select(read).item() * 100)


def _with_line(
    text: pl.DataFrame, own: pl.DataFrame, cells: Mapping[str, str], pay: PayLines, at: int, school_year: int
) -> pl.DataFrame:
    line = pay.lines[at]
    fixed = {"pay_code": pl.lit(line.pay_code)}
    if pay.pay_date is not None:
        fixed["pay_date"] = text_of(ColumnSource(constant=pay.pay_date), school_year)
    if line.fund_code is not None:
        fixed["fund_code"] = pl.lit(line.fund_code)
    return text.with_columns(own[cells[line.amount]].alias("amount"), **fixed)


def _money(amount: pl.Expr, how: ParseOptions) -> pl.Expr:
    return read_as(tidy_money(amount, how.decimal_comma).text, MONEY)
