"""A column: name, type and values. What can be done with it is what an expression can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal as Exact
from typing import Any, ClassVar

from . import types as t
from .convert import caster


def type_of(values: Iterable[Any]) -> Any:
    """The type of plain values."""
    kinds: dict[type, Any] = {
        bool: t.Boolean(),
        int: t.Int64(),
        float: t.Float64(),
        str: t.String(),
        date: t.Date(),
        Exact: t.Decimal(38, 2),
        timedelta: t.Duration(),
        tuple: t.Struct(),
    }
    found = [value for value in values if value is not None]
    if not found:
        return t.Null()
    if isinstance(found[0], list):
        return t.List(type_of(each for value in found for each in value))
    if any(isinstance(value, float) for value in found):
        return t.Float64()
    return kinds[type(found[0])]


class Series:
    """A column. `unit`: one value that stands for as many rows as are asked for."""

    # What stands above columns gives them its use: an expression over this column, a frame of columns.
    expression_of: ClassVar[Callable[[Any], Any]]
    frame_of: ClassVar[Callable[..., Any]]

    def __init__(self, name: Any = "", values: Any = None, dtype: Any = None, *, unit: bool = False) -> None:
        if not isinstance(name, str):
            name, values, dtype = "", name, values if dtype is None else dtype
        self.name: str = name
        self.values: list[Any] = list(values if values is not None else ())
        self.dtype: Any = type_of(self.values) if dtype is None else dtype
        self.unit = unit
        if isinstance(self.dtype, type):
            self.dtype = self.dtype()

    def like(self, values: Iterable[Any], dtype: Any = None, name: str | None = None) -> Series:
        """Other values under the same name."""
        return Series(self.name if name is None else name, list(values), dtype or self.dtype, unit=self.unit)

    def spread(self, height: int) -> list[Any]:
        """The values, one value as often as there are rows."""
        return self.values * height if self.unit else self.values

    def cast(self, dtype: Any, strict: bool = True) -> Series:
        """Another type; what does not convert is null, or stops where that is not expected."""
        if t.same(self.dtype, dtype) and not isinstance(dtype, type):
            return self
        change = caster(self.dtype, dtype)
        if isinstance(self.dtype, t.String):
            made = {value: None if value is None else change(value) for value in set(self.values)}
            done = [made[value] for value in self.values]
        else:
            done = [None if value is None else change(value) for value in self.values]
        if strict and any(new is None and old is not None for new, old in zip(done, self.values, strict=True)):
            raise t.PolarsError(f"column {self.name}: a value is no {dtype}")
        return Series(self.name, done, dtype, unit=self.unit)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __getitem__(self, at: int) -> Any:
        return self.values[at]

    def to_list(self) -> list[Any]:
        return list(self.values)

    def to_frame(self) -> Any:
        return Series.frame_of([self])

    def len(self) -> int:
        return len(self.values)

    def alias(self, name: str) -> Series:
        return self.like(self.values, name=name)

    def null_count(self) -> int:
        return sum(1 for value in self.values if value is None)

    def item(self) -> Any:
        (value,) = self.values
        return value

    def clone(self) -> Series:
        return self.like(self.values)

    def equals(self, other: Series, null_equal: bool = True) -> bool:
        return self.values == other.values and (null_equal or None not in self.values)

    def scatter(self, places: Iterable[int], values: Any) -> Series:
        """New values at some places."""
        done = list(self.values)
        places = list(places)
        new = list(values) if isinstance(values, (list, tuple, Series)) else [values] * len(places)
        for at, value in zip(places, new, strict=True):
            done[at] = value
        return self.like(done, type_of(done) if t.same(self.dtype, t.Null) else None)

    def new_from_index(self, at: int, length: int) -> Series:
        return self.like([self.values[at]] * length)

    def head(self, count: int = 10) -> Series:
        return self.like(self.values[:count])

    def implode(self) -> Series:
        return Series(self.name, [list(self.values)], t.List(self.dtype), unit=True)

    def value_counts(self, sort: bool = False) -> Any:
        counts: dict[Any, int] = {}
        for value in self.values:
            counts[value] = counts.get(value, 0) + 1
        pairs = sorted(counts.items(), key=lambda pair: -pair[1]) if sort else list(counts.items())
        return Series.frame_of([self.like(key for key, _ in pairs), Series("count", [n for _, n in pairs], t.UInt32())])

    def __getattr__(self, name: str) -> Any:
        """Whatever an expression can do with a column; one value comes back plain."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(Series.expression_of(self), name)
        if not callable(found):
            return _Spaced(found)
        return lambda *given, **named: _answer(found(*given, **named))

    def _with(self, operator: str, other: Any) -> Any:
        return _answer(getattr(Series.expression_of(self), operator)(other))

    def __eq__(self, other: object) -> Any:
        return self._with("__eq__", other)

    def __ne__(self, other: object) -> Any:
        return self._with("__ne__", other)

    def __lt__(self, other: Any) -> Any:
        return self._with("__lt__", other)

    def __le__(self, other: Any) -> Any:
        return self._with("__le__", other)

    def __gt__(self, other: Any) -> Any:
        return self._with("__gt__", other)

    def __ge__(self, other: Any) -> Any:
        return self._with("__ge__", other)

    def __and__(self, other: Any) -> Any:
        return self._with("__and__", other)

    def __or__(self, other: Any) -> Any:
        return self._with("__or__", other)

    def __invert__(self) -> Any:
        return _answer(~Series.expression_of(self))

    __hash__ = object.__hash__


class _Spaced:
    """`series.str`, `series.dt`, `series.list`."""

    def __init__(self, space: Any) -> None:
        self._space = space

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: _answer(getattr(self._space, name)(*given, **named))


def _answer(expression: Any) -> Any:
    (found,) = expression.run(Series.frame_of())
    if found.unit:
        return found.values[0]
    return found
