"""Functions that make expressions: choices, rows put together, counts, days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date as day
from datetime import timedelta
from typing import Any

from . import types as t
from .convert import as_text
from .expr import BOOL, Expr, aligned, arithmetic_type, as_expr, combined, flat, lit, run_all
from .series import Series, type_of


class When:
    """`when(condition)`, waiting for `then`."""

    def __init__(self, conditions: Iterable[Any], before: tuple[tuple[Expr, Expr], ...] = ()) -> None:
        first, *more = flat(conditions)
        for each in more:
            first = first & each
        self._condition = first
        self._before = before

    def then(self, value: Any) -> Then:
        return Then((*self._before, (self._condition, _value(value))), lit(None))


def _value(value: Any) -> Expr:
    return as_expr(value, column=True)


class Then(Expr):
    """A choice: the first branch whose condition holds, else null or what `otherwise` says."""

    def __init__(self, branches: tuple[tuple[Expr, Expr], ...], other: Expr) -> None:
        self._branches = branches
        self._other = other
        super().__init__(self._choose, branches[0][1].output)

    def when(self, *conditions: Any) -> When:
        return When(conditions, self._branches)

    def otherwise(self, value: Any) -> Expr:
        return Then(self._branches, _value(value))

    def _choose(self, frame: Any) -> list[Series]:
        runs = [(condition.run(frame), value.run(frame)) for condition, value in self._branches]
        other = self._other.run(frame)
        count = max(len(each) for each in (other, *(part for run in runs for part in run)))

        def one(columns: list[Series], at: int) -> Series:
            return columns[0] if len(columns) == 1 else columns[at]

        done = []
        for at in range(count):
            columns = [one(part, at) for run in runs for part in run] + [one(other, at)]
            values, unit = aligned(columns)
            picked = [_pick(row) for row in zip(*values, strict=True)]
            results = [*columns[1:-1:2], columns[-1]]
            dtype = results[0].dtype
            for each in results[1:]:
                if t.kind(dtype) == "Null":
                    dtype = each.dtype
            done.append(Series(results[0].name, picked, dtype, unit=unit))
        return done


def _pick(row: tuple[Any, ...]) -> Any:
    for at in range(0, len(row) - 1, 2):
        if row[at] is True:
            return row[at + 1]
    return row[-1]


def when(*conditions: Any) -> When:
    """A choice by conditions."""
    return When(conditions)


def horizontal(given: Iterable[Any], make: Callable[[tuple[Any, ...]], Any], dtype: Any) -> Expr:
    """One column out of several, row by row."""
    expressions = flat(given)

    def run(frame: Any) -> list[Series]:
        columns = run_all(frame, expressions)
        kind = dtype if dtype is not None else _widest(columns)
        return [combined(columns, lambda *row: make(row), kind)]

    return Expr(run, expressions[0].output if expressions else None)


def _widest(columns: list[Series]) -> Any:
    kind = columns[0].dtype
    for each in columns[1:]:
        kind = arithmetic_type(kind, each.dtype)
    return kind


def any_horizontal(*given: Any) -> Expr:
    """Whether any holds in a row."""
    return horizontal(given, lambda row: True if True in row else (None if None in row else False), BOOL)


def all_horizontal(*given: Any) -> Expr:
    """Whether all hold in a row."""
    return horizontal(given, lambda row: False if False in row else (None if None in row else True), BOOL)


def sum_horizontal(*given: Any) -> Expr:
    """The sum of a row, nulls passed over."""
    return horizontal(given, lambda row: sum(value for value in row if value is not None), None)


def max_horizontal(*given: Any) -> Expr:
    """The greatest of a row, nulls passed over."""
    return horizontal(given, lambda row: max((value for value in row if value is not None), default=None), None)


def coalesce(*given: Any) -> Expr:
    """The first value that is there."""
    expressions = flat(given)

    def run(frame: Any) -> list[Series]:
        columns = run_all(frame, expressions)
        kind = next((each.dtype for each in columns if t.kind(each.dtype) != "Null"), columns[0].dtype)
        first = lambda *row: next((value for value in row if value is not None), None)  # noqa: E731
        return [combined(columns, first, kind)]

    return Expr(run, expressions[0].output)


def concat_str(*given: Any, separator: str = "", ignore_nulls: bool = False) -> Expr:
    """Texts joined; null where one is null, unless those are passed over."""

    def joined(row: tuple[Any, ...]) -> str | None:
        if None in row and not ignore_nulls:
            return None
        return separator.join(as_text(value) for value in row if value is not None)

    return horizontal(given, joined, t.String())


def concat_list(*given: Any) -> Expr:
    """Values of a row as a list."""
    expressions = flat(given)

    def run(frame: Any) -> list[Series]:
        columns = run_all(frame, expressions)
        return [combined(columns, lambda *row: list(row), t.List(columns[0].dtype))]

    return Expr(run, expressions[0].output)


def struct(*given: Any) -> Expr:
    """Several values as one."""
    return horizontal(given, tuple, t.Struct())


def fold(start: Expr, make: Callable[[Expr, Expr], Expr], expressions: Iterable[Expr]) -> Expr:
    """Expressions put together one after the other."""
    for each in expressions:
        start = make(start, each)
    return start


def len_() -> Expr:
    """How many rows there are."""
    return Expr(lambda frame: [Series("len", [frame.height], t.UInt32(), unit=True)], "len")


def _number(value: Any, frame: Any) -> int:
    return int(as_expr(value).run(frame)[0].values[0])


def int_range(start: Any, end: Any = None, *, dtype: Any = None, eager: bool = False) -> Any:
    """Numbers from `start` (nought, if one bound is given) up to before `end`."""
    begin, stop = (0, start) if end is None else (start, end)

    def run(frame: Any) -> list[Series]:
        return [Series("literal", list(range(_number(begin, frame), _number(stop, frame))), dtype or t.Int64())]

    return run(None)[0] if eager else Expr(run, "literal")


def repeat(value: Any, n: Any, *, dtype: Any = None, eager: bool = False) -> Any:
    """A value so many times."""

    def run(frame: Any) -> list[Series]:
        return [Series("repeat", [value] * _number(n, frame), dtype or type_of([value]))]

    return run(None)[0] if eager else Expr(run, "repeat")


def element() -> Expr:
    """The values of a list, inside `list.eval`."""
    return Expr(lambda frame: frame.get_columns(), "")


def date(year: Any, month: Any, of_month: Any) -> Expr:
    """Days out of numbers."""
    return horizontal(
        [as_expr(each) for each in (year, month, of_month)], lambda row: None if None in row else day(*row), t.Date()
    )


def duration(*, days: Any) -> Expr:
    """Spans of days."""
    return as_expr(days).each(lambda n: timedelta(days=n), t.Duration())


def collect_all(frames: Iterable[Any]) -> list[Any]:
    """Frames worked out; they are already."""
    return list(frames)
