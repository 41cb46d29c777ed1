"""Expressions: functions from a frame to columns, put together as in Polars. Nulls go through as they do there."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal as Exact
from typing import Any

from . import types as t
from .series import Series, type_of

Run = Callable[[Any], list[Series]]
BOOL = t.Boolean()


def as_expr(value: Any, *, column: bool = False) -> Expr:
    """An expression of a value; with `column` a text is the name of a column."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, Series):
        return Expr(lambda _: [value], value.name)
    if column and isinstance(value, str):
        return col(value)
    return lit(value)


def lit(value: Any, dtype: Any = None) -> Expr:
    """One value for all rows, or a column as it is."""
    if isinstance(value, Series):
        return Expr(lambda _: [value], value.name)
    series = Series("literal", [value], dtype or type_of([value]), unit=True)
    return Expr(lambda _: [series], "literal")


def col(*names: Any) -> Expr:
    """Columns by name; `^…$` is a pattern of names."""
    listed = [each for name in names for each in ([name] if isinstance(name, str) else name)]

    def run(frame: Any) -> list[Series]:
        return [frame[name] for each in listed for name in frame.names_of(each)]

    return Expr(run, listed[0] if len(listed) == 1 else None)


def all_columns() -> Expr:
    """Every column."""
    return Expr(lambda frame: frame.get_columns(), None)


def flat(given: Iterable[Any]) -> list[Expr]:
    """Expressions out of arguments, lists and generators of them; texts are names."""
    found: list[Expr] = []
    for each in given:
        if isinstance(each, (str, Expr, Series)) or not isinstance(each, Iterable):
            found.append(as_expr(each, column=True))
        else:
            found += flat(each)
    return found


def run_all(frame: Any, expressions: Iterable[Expr]) -> list[Series]:
    """The columns of several expressions."""
    return [series for each in expressions for series in each.run(frame)]


def aligned(columns: Sequence[Series]) -> tuple[list[list[Any]], bool]:
    """Values of columns at one length, and whether all are of one value."""
    unit = all(each.unit for each in columns)
    lengths = {len(each.values) for each in columns if not each.unit} or {1}
    if len(lengths - {1}) > 1:
        raise t.PolarsError(f"columns of {sorted(lengths)} rows do not go together")
    height = next(iter(lengths - {1}), 1) if lengths != {0} else 0
    return [each.values * height if len(each.values) == 1 else each.values for each in columns], unit


def combined(columns: Sequence[Series], make: Callable[..., Any], dtype: Any, name: str | None = None) -> Series:
    """One column out of several, row by row."""
    values, unit = aligned(columns)
    return Series(
        columns[0].name if name is None else name, [make(*row) for row in zip(*values, strict=True)], dtype, unit=unit
    )


def pairs(left: list[Series], right: list[Series]) -> list[tuple[Series, Series]]:
    """Columns of two sides, one on a side going with each of the other."""
    count = max(len(left), len(right))
    return list(zip(left * (count if len(left) == 1 else 1), right * (count if len(right) == 1 else 1), strict=True))


def _both(make: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: None if a is None or b is None else make(*_comparable(a, b))


def _comparable(a: Any, b: Any) -> tuple[Any, Any]:
    if isinstance(a, Exact) and isinstance(b, float):
        return float(a), b
    if isinstance(b, Exact) and isinstance(a, float):
        return a, float(b)
    return a, b


def _and(a: Any, b: Any) -> Any:
    if isinstance(a, int) and not isinstance(a, bool):
        return None if b is None else a & b
    return False if a is False or b is False else (None if a is None or b is None else True)


def _or(a: Any, b: Any) -> Any:
    return True if a is True or b is True else (None if a is None or b is None else False)


def _xor(a: Any, b: Any) -> Any:
    return None if a is None or b is None else a ^ b


def _divided(a: Any, b: Any) -> float:
    a, b = float(a), float(b)
    if b == 0:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a)
    quotient: float = a / b
    return quotient


def arithmetic_type(left: Any, right: Any) -> Any:
    """The type of a sum: days stay days, floats win, exact numbers stay exact."""
    for kind in ("Date", "Float64", "Decimal", "String"):
        for each in (left, right):
            if t.kind(each) == kind:
                return each
    return right if t.kind(left) == "Null" else left


class Namespace:
    """`expr.str`, `expr.dt`, `expr.list`, `expr.name`, `expr.meta`."""

    def __init__(self, expression: Expr) -> None:
        self.expression = expression


class Expr:
    """An expression: what gives columns over a frame."""

    def __init__(self, run: Run, name: str | None) -> None:
        self._run = run
        self.output = name

    def run(self, frame: Any) -> list[Series]:
        """Its columns; one that stands in several places of a selection is worked out once."""
        memo = getattr(frame, "memo", None)
        if memo is None:
            return self._run(frame)
        if id(self) not in memo:
            memo[id(self)] = (self, self._run(frame))
        columns: list[Series] = memo[id(self)][1]
        return columns

    def each(self, make: Callable[[Any], Any], dtype: Any = None) -> Expr:
        """Value by value, nulls staying null. Each text and day that a column has is worked out once."""

        def run(frame: Any) -> list[Series]:
            done = []
            for s in self.run(frame):
                if t.kind(s.dtype) in ("String", "Date"):
                    made = {v: None if v is None else make(v) for v in set(s.values)}
                    done.append(s.like([made[v] for v in s.values], dtype))
                else:
                    done.append(s.like([None if v is None else make(v) for v in s.values], dtype))
            return done

        return Expr(run, self.output)

    def whole(self, make: Callable[[Series], Any], dtype: Any = None, *, unit: bool = False) -> Expr:
        """Column by column: new values, or with `unit` the one value that it comes down to."""

        def run(frame: Any) -> list[Series]:
            done = []
            for s in self.run(frame):
                made = make(s)
                values = [made] if unit else list(made)
                done.append(Series(s.name, values, dtype or s.dtype, unit=unit or s.unit))
            return done

        return Expr(run, self.output)

    def with_other(self, other: Any, make: Callable[[Any, Any], Any], dtype: Any = None) -> Expr:
        """Row by row with another expression."""
        right = as_expr(other)

        def run(frame: Any) -> list[Series]:
            return [
                combined([a, b], make, dtype or arithmetic_type(a.dtype, b.dtype), _name(a, b))
                for a, b in pairs(self.run(frame), right.run(frame))
            ]

        return Expr(run, self.output)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return self.with_other(other, _both(operator.eq), BOOL)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return self.with_other(other, _both(operator.ne), BOOL)

    def __lt__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.lt), BOOL)

    def __le__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.le), BOOL)

    def __gt__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.gt), BOOL)

    def __ge__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.ge), BOOL)

    __hash__ = object.__hash__

    def not_(self) -> Expr:
        return ~self

    def ne(self, other: Any) -> Expr:
        differs: Expr = self != other
        return differs

    def eq_missing(self, other: Any) -> Expr:
        return self.with_other(other, operator.eq, BOOL)

    def __and__(self, other: Any) -> Expr:
        return self.with_other(other, _and, BOOL)

    def __or__(self, other: Any) -> Expr:
        return self.with_other(other, _or, BOOL)

    def __xor__(self, other: Any) -> Expr:
        return self.with_other(other, _xor)

    def __invert__(self) -> Expr:
        return self.each(operator.not_, BOOL)

    def __add__(self, other: Any) -> Expr:
        return self.with_other(other, _both(_added))

    def __sub__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.sub))

    def __rsub__(self, other: Any) -> Expr:
        return as_expr(other) - self

    def __mul__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.mul))

    def __truediv__(self, other: Any) -> Expr:
        return self.with_other(other, _both(_divided), t.Float64())

    def __mod__(self, other: Any) -> Expr:
        return self.with_other(other, _both(operator.mod))

    def __neg__(self) -> Expr:
        return self.each(operator.neg)

    def alias(self, name: str) -> Expr:
        return Expr(lambda frame: [s.like(s.values, name=name) for s in self.run(frame)], name)

    def cast(self, dtype: Any, strict: bool = True) -> Expr:
        return Expr(lambda frame: [s.cast(dtype, strict) for s in self.run(frame)], self.output)

    def is_null(self) -> Expr:
        return self.whole(lambda s: (v is None for v in s.values), BOOL)

    def is_not_null(self) -> Expr:
        return self.whole(lambda s: (v is not None for v in s.values), BOOL)

    def fill_null(self, value: Any) -> Expr:
        return self.with_other(value, lambda a, b: b if a is None else a)

    def is_in(self, values: Any) -> Expr:
        """Whether a value is one of these: a list, or a column imploded to one."""
        if isinstance(values, Expr):
            return self.with_other(values, lambda a, b: None if a is None or b is None else a in b, BOOL)
        listed = list(values)
        if isinstance(values, Series) and t.kind(values.dtype) == "List":
            listed = [each for inside in values.values for each in inside]
        known = {value for value in listed if value is not None}
        return self.each(lambda v: v in known, BOOL)

    def is_between(self, low: Any, high: Any) -> Expr:
        above: Expr = self >= low
        return above.__and__(self <= high)


def _name(a: Series, b: Series) -> str:
    return b.name if a.name == "literal" and b.name != "literal" else a.name


def _added(a: Any, b: Any) -> Any:
    return a + timedelta(days=b.days) if isinstance(b, timedelta) else a + b
