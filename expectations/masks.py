"""Masks: every expectation compiled to one Polars expression, with Great Expectations' own semantics.

What that library does, on pandas, and the masks do after it:
- a row condition that meets an empty value is false, but `!=` and `NOT_IN` are then true;
- a column expectation leaves out empty values (only the two null expectations look at them);
- pair and multicolumn expectations leave out the rows that `ignore_row_if` names;
- in a uniqueness key, empty values equal each other;
- `mostly` changes the verdict, never the count of unexpected rows.

`expectations/gate.py` runs Great Expectations over the same batch and compares the counts rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from expectations.suites import Rule, Suite

Kwargs = Mapping[str, Any]
COMPARISONS: dict[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "==": lambda column, value: (column == value).fill_null(False),
    "!=": lambda column, value: (column != value).fill_null(True),
    "<": lambda column, value: (column < value).fill_null(False),
    "<=": lambda column, value: (column <= value).fill_null(False),
    ">": lambda column, value: (column > value).fill_null(False),
    ">=": lambda column, value: (column >= value).fill_null(False),
    "IN": lambda column, value: column.is_in(value).fill_null(False),
    "NOT_IN": lambda column, value: ~column.is_in(value).fill_null(False),
}
OPEN_END = date(9999, 12, 31)


def row_rules(suite: Suite, school_year: int | None = None) -> tuple[RowRule, ...]:
    """The suite's rules as expressions, those valid in `school_year`; for a batch of many years, all of them, each
    looking only at the rows of the years that it is valid in."""
    return tuple(row_rule(suite.name, rule, by_year=school_year is None) for rule in suite.rules_of(school_year))


def row_rule(table: str, rule: Rule, *, by_year: bool = False) -> RowRule:
    """One rule of a table as expressions. `by_year` puts the rule's school years into its row condition."""
    condition = row_condition(rule, by_year=by_year)
    asked = condition_mask(condition)
    considers, breaks = MASKS[rule.type]({**rule.kwargs, "row_condition": condition}, asked)
    every_row = pl.repeat(True, pl.len(), dtype=pl.Boolean)
    return RowRule(
        rule_id=rule.meta.rule_id,
        severity=rule.meta.severity,
        table=table,
        column=", ".join(rule.columns),
        message=rule.meta.message,
        fix=rule.meta.fix,
        breaks=breaks.fill_null(False),
        considers=every_row & considers.fill_null(False),
        mostly=float(rule.kwargs.get("mostly", 1.0)),
        needs_answer=rule.meta.needs_answer,
        alike=ALIKE[rule.type](rule.kwargs) if rule.type in ALIKE else (),
    )


def row_condition(rule: Rule, *, by_year: bool) -> dict[str, Any] | None:
    """The rule's row condition, with the school years it is valid in as part of it where the batch has many years."""
    condition: dict[str, Any] | None = rule.kwargs.get("row_condition")
    bounds = ((">=", rule.meta.since), ("<=", rule.meta.until)) if by_year else ()
    years = [
        {"type": "comparison", "column": {"name": "school_year"}, "operator": operator, "parameter": bound}
        for operator, bound in bounds
        if bound is not None
    ]
    if not years:
        return condition
    if condition and condition["type"] == "or":  # Great Expectations takes no OR inside an AND
        return {"type": "or", "conditions": [_all_of([part, *years]) for part in condition["conditions"]]}
    return _all_of([*([condition] if condition else []), *years])


def _all_of(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return conditions[0] if len(conditions) == 1 else {"type": "and", "conditions": conditions}


def condition_mask(condition: Mapping[str, Any] | None) -> pl.Expr:
    """A row condition, never null."""
    if condition is None:
        return pl.lit(True)
    kind = condition["type"]
    if kind in ("and", "or"):
        return reduce(and_ if kind == "and" else or_, (condition_mask(part) for part in condition["conditions"]))
    column = pl.col(condition["column"]["name"])
    if kind == "nullity":
        return column.is_null() if condition["is_null"] else column.is_not_null()
    return COMPARISONS[condition["operator"]](column, condition["parameter"])


Mask = tuple[pl.Expr, pl.Expr]  # considers, breaks


def _mask(considers: pl.Expr, keeps: pl.Expr) -> Mask:
    return considers, considers & ~keeps


def _column(test: Callable[[pl.Expr, Kwargs], pl.Expr]) -> Callable[[Kwargs, pl.Expr], Mask]:
    """A column expectation: empty values are left out."""

    def mask(kwargs: Kwargs, asked: pl.Expr) -> Mask:
        column = pl.col(kwargs["column"])
        return _mask(asked & column.is_not_null(), test(column, kwargs))

    return mask


def _pair(test: Callable[[pl.Expr, pl.Expr, Kwargs], pl.Expr]) -> Callable[[Kwargs, pl.Expr], Mask]:
    """A pair expectation. A comparison with an empty value is not kept, unless the row is left out."""

    def mask(kwargs: Kwargs, asked: pl.Expr) -> Mask:
        first, second = pl.col(kwargs["column_A"]), pl.col(kwargs["column_B"])
        ignore = kwargs.get("ignore_row_if", "both_values_are_missing")
        seen = {
            "both_values_are_missing": first.is_not_null() | second.is_not_null(),
            "either_value_is_missing": first.is_not_null() & second.is_not_null(),
            "neither": pl.lit(True),
        }[ignore]
        return _mask(asked & seen, test(first, second, kwargs).fill_null(False))

    return mask


def _values_given(kwargs: Kwargs, columns: list[str]) -> pl.Expr:
    """The rows that a multicolumn expectation looks at."""
    ignore = kwargs.get("ignore_row_if", "all_values_are_missing")
    present = [pl.col(name).is_not_null() for name in columns]
    return {
        "all_values_are_missing": pl.any_horizontal(present),
        "any_value_is_missing": pl.all_horizontal(present),
        "never": pl.lit(True),
    }[ignore]


def _bound(value: Any) -> Any:
    """Dates are written as ISO text in suites."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _between(column: pl.Expr, kwargs: Kwargs) -> pl.Expr:
    low, high = _bound(kwargs.get("min_value")), _bound(kwargs.get("max_value"))
    tests: list[pl.Expr] = []
    if low is not None:
        tests.append(column > low if kwargs.get("strict_min") else column >= low)
    if high is not None:
        tests.append(column < high if kwargs.get("strict_max") else column <= high)
    return tests[0] if len(tests) == 1 else tests[0] & tests[1]


def _compound_unique(kwargs: Kwargs, asked: pl.Expr) -> Mask:
    """Every row of a key that stands twice breaks the rule, as in Great Expectations."""
    columns = list(kwargs["column_list"])
    considers = asked & _values_given(kwargs, columns)
    everywhere = not kwargs.get("row_condition") and kwargs.get("ignore_row_if") == "never"
    if everywhere:
        return _mask(considers, ~pl.struct(columns).is_duplicated())
    return _mask(considers, considers.sum().over(columns) == 1)


def _unique(kwargs: Kwargs, asked: pl.Expr) -> Mask:
    column = pl.col(kwargs["column"])
    considers = asked & column.is_not_null()
    return _mask(considers, considers.sum().over(kwargs["column"]) == 1)


def _one_value_per_group(kwargs: Kwargs, asked: pl.Expr) -> Mask:
    """`column_list` = the group's columns, then the column that must have one value in it; empty values agree."""
    *group, name = kwargs["column_list"]
    considers = asked & _values_given(kwargs, [*group, name])
    value = pl.when(considers).then(pl.col(name))
    return considers, value.is_not_null() & (value.min().over(group) != value.max().over(group))


def _no_overlap(kwargs: Kwargs, asked: pl.Expr) -> Mask:
    """`column_list` = the group's columns, then first and last day; no last day = still going on.

    Two stays overlap when each begins before the other has ended. Stays that end before they begin overlap nothing.
    """
    *group, first, last = kwargs["column_list"]
    considers = asked & _values_given(kwargs, [*group, first, last])
    end = pl.col(last).fill_null(OPEN_END)
    stay = considers & (pl.col(first) <= end)
    begins, ends = pl.when(stay).then(pl.col(first)), pl.when(stay).then(end)
    latest_before = ends.cum_max().shift(1).over(group, order_by=begins, nulls_last=True)
    next_begins = begins.shift(-1).over(group, order_by=begins, nulls_last=True)
    return considers, (begins <= latest_before).fill_null(False) | (next_begins <= ends).fill_null(False)


def _in_school_year(day: pl.Expr, school_year: pl.Expr, _: Kwargs) -> pl.Expr:
    """1 July of the year before to 30 June."""
    return day.dt.year() + (day.dt.month() >= 7).cast(pl.Int32) == school_year


MASKS: dict[str, Callable[[Kwargs, pl.Expr], Mask]] = {
    "expect_column_values_to_not_be_null": lambda kw, asked: _mask(asked, pl.col(kw["column"]).is_not_null()),
    "expect_column_values_to_be_null": lambda kw, asked: _mask(asked, pl.col(kw["column"]).is_null()),
    "expect_column_values_to_be_in_set": _column(lambda column, kw: column.is_in(kw["value_set"])),
    "expect_column_values_to_not_be_in_set": _column(lambda column, kw: ~column.is_in(kw["value_set"])),
    "expect_column_values_to_be_between": _column(_between),
    "expect_column_value_lengths_to_be_between": _column(lambda column, kw: _between(column.str.len_chars(), kw)),
    "expect_column_values_to_match_regex": _column(lambda column, kw: column.str.contains(kw["regex"])),
    "expect_column_values_to_not_match_regex": _column(lambda column, kw: ~column.str.contains(kw["regex"])),
    "expect_column_values_to_be_unique": _unique,
    "expect_column_pair_values_a_to_be_greater_than_b": _pair(
        lambda first, second, kw: first >= second if kw.get("or_equal") else first > second
    ),
    "expect_column_pair_values_to_be_equal": _pair(lambda first, second, kw: first == second),
    "expect_column_pair_values_to_differ": _pair(lambda first, second, kw: first != second),
    "expect_date_in_school_year": _pair(_in_school_year),
    "expect_compound_columns_to_be_unique": _compound_unique,
    "expect_one_value_per_group": _one_value_per_group,
    "expect_stays_not_to_overlap": _no_overlap,
}
# Of a rule about several rows, the columns that these have in common.
ALIKE: dict[str, Callable[[Kwargs], tuple[str, ...]]] = {
    "expect_column_values_to_be_unique": lambda kw: (kw["column"],),
    "expect_compound_columns_to_be_unique": lambda kw: tuple(kw["column_list"]),
    "expect_one_value_per_group": lambda kw: tuple(kw["column_list"][:-1]),
    "expect_stays_not_to_overlap": lambda kw: tuple(kw["column_list"][:-2]),
}
