"""Frames: columns of one height. A lazy frame is the same thing here, worked out at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import types as t
from .expr import Expr, all_columns, as_expr, flat, run_all
from .making import columns_of
from .reduce import ordered
from .series import Series

U32 = t.UInt32()


class DataFrame:
    """Columns of one height, in order."""

    def __init__(self, data: Any = None, schema: Any = None, orient: str | None = None) -> None:
        types = dict(schema) if isinstance(schema, Mapping) else {}
        self._columns: dict[str, Series] = {}
        for name, values in columns_of(data, types, orient):
            if isinstance(values, Series):
                series = Series(name, values.values, values.dtype)
            else:
                series = Series(name, values, types.get(name))
            self._columns[name] = series
        for name, dtype in types.items():
            self._columns.setdefault(name, Series(name, [], dtype))
        self._empty_height = 0
        self.memo: dict[int, Any] | None = None

    @classmethod
    def of(cls, columns: Iterable[Series], height: int | None = None) -> DataFrame:
        """A frame of columns; those of one value are spread over its height."""
        columns = list(columns)
        if height is None:
            height = next((len(each.values) for each in columns if not each.unit), 1 if columns else 0)
        frame = cls()
        for each in columns:
            if each.name in frame._columns:
                raise t.PolarsError(f"column {each.name} stands twice")
            values = each.spread(height)
            if len(values) != height:
                raise t.PolarsError(f"column {each.name} has {len(values)} rows, not {height}")
            frame._columns[each.name] = Series(each.name, values, each.dtype)
        frame._empty_height = height
        return frame

    @property
    def height(self) -> int:
        return len(next(iter(self._columns.values())).values) if self._columns else self._empty_height

    @property
    def width(self) -> int:
        return len(self._columns)

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    @property
    def schema(self) -> t.Schema:
        return t.Schema({name: each.dtype for name, each in self._columns.items()})

    @property
    def dtypes(self) -> list[Any]:
        return [each.dtype for each in self._columns.values()]

    def collect_schema(self) -> t.Schema:
        return self.schema

    def is_empty(self) -> bool:
        return self.height == 0

    def get_columns(self) -> list[Series]:
        return list(self._columns.values())

    def names_of(self, name: str) -> list[str]:
        """Columns of a name; `^…$` is a pattern."""
        if name.startswith("^") and name.endswith("$"):
            return [each for each in self._columns if re.fullmatch(name[1:-1], each)]
        return [name]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            rows, at = key
            return self.get_columns()[at].like(self.get_columns()[at].values[rows])
        if key not in self._columns:
            raise t.PolarsError(f"no column {key}")
        return self._columns[key]

    def __iter__(self) -> Iterator[Series]:
        return iter(self.get_columns())

    def row(self, at: int) -> tuple[Any, ...]:
        return tuple(each.values[at] for each in self._columns.values())

    def iter_rows(self) -> Iterator[tuple[Any, ...]]:
        return iter(zip(*(each.values for each in self._columns.values()), strict=True))

    def to_series(self, at: int = 0) -> Series:
        return self.get_columns()[at]

    def item(self) -> Any:
        return self.row(0)[0]

    def equals(self, other: DataFrame) -> bool:
        return self.columns == other.columns and list(self.iter_rows()) == list(other.iter_rows())

    def lazy(self) -> DataFrame:
        return self

    def collect(self) -> DataFrame:
        return self

    def select(self, *given: Any, **named: Any) -> DataFrame:
        return DataFrame.of(self._run(given, named))

    def with_columns(self, *given: Any, **named: Any) -> DataFrame:
        new = self._run(given, named)
        columns = dict(self._columns)
        height = self.height if columns else next((len(each.values) for each in new if not each.unit), 0)
        columns.update({each.name: each for each in new})
        return DataFrame.of(columns.values(), height)

    def _run(self, given: Iterable[Any], named: Mapping[str, Any]) -> list[Series]:
        expressions = [*flat(given), *(as_expr(each, column=True).alias(name) for name, each in named.items())]
        self.memo = {}
        try:
            return run_all(self, expressions)
        finally:
            self.memo = None

    def drop(self, *names: Any, strict: bool = True) -> DataFrame:
        gone = {each for name in names for each in ([name] if isinstance(name, str) else name)}
        return DataFrame.of((each for name, each in self._columns.items() if name not in gone), self.height)

    def rename(self, names: Mapping[str, str]) -> DataFrame:
        return DataFrame.of((s.like(s.values, name=names.get(name, name)) for name, s in self._columns.items()))

    def cast(self, types: Mapping[str, Any]) -> DataFrame:
        return self.with_columns(s.cast(types[name]) for name, s in self._columns.items() if name in types)

    def with_row_index(self, name: str, offset: int = 0) -> DataFrame:
        return DataFrame.of([Series(name, range(offset, offset + self.height), U32), *self.get_columns()], self.height)

    def clear(self) -> DataFrame:
        return self.taken([])

    def sum(self) -> DataFrame:
        return self.select(all_columns().sum())  # type: ignore[attr-defined]

    def taken(self, places: Sequence[int]) -> DataFrame:
        """Rows at places, in their order."""
        return DataFrame.of((s.like([s.values[at] for at in places]) for s in self.get_columns()), len(places))

    def filter(self, *given: Any) -> DataFrame:
        keeps = [each.spread(self.height) for each in self._run(given, {})]
        return self.taken([at for at in range(self.height) if all(keep[at] is True for keep in keeps)])

    def slice(self, start: int, length: int | None = None) -> DataFrame:
        places = range(self.height)[start : None if length is None else start + length]
        return self.taken(places)

    def head(self, count: int = 5) -> DataFrame:
        return self.taken(range(self.height)[:count])

    def tail(self, count: int = 5) -> DataFrame:
        return self.taken(range(self.height)[-count:] if count else [])

    def sort(self, *by: Any, descending: Any = False, maintain_order: bool = True) -> DataFrame:
        keys = [each.spread(self.height) for each in run_all(self, flat(by))]
        down = list(descending) if isinstance(descending, (list, tuple)) else [descending] * len(keys)
        return self.taken(ordered(keys, down))

    def unique(self, subset: Any = None, keep: str = "any", maintain_order: bool = True) -> DataFrame:
        names = self.columns if subset is None else ([subset] if isinstance(subset, str) else list(subset))
        first: dict[Any, int] = {}
        for at, key in enumerate(zip(*(self[name].values for name in names), strict=True)):
            first.setdefault(key, at)
        return self.taken(list(first.values()))

    def drop_nulls(self) -> DataFrame:
        return self.taken([at for at, row in enumerate(self.iter_rows()) if None not in row])

    def is_duplicated(self) -> Series:
        rows = Series("", list(self.iter_rows()), t.Struct())
        found: Series = rows.is_duplicated()
        return found

    def explode(self, name: str) -> DataFrame:
        places: list[int] = []
        values: list[Any] = []
        for at, listed in enumerate(self[name].values):
            inside = listed or [None]
            places += [at] * len(inside)
            values += inside
        return self.taken(places).with_columns(Series(name, values, self[name].dtype.parameters[0]))

    def group_by(self, *by: Any, maintain_order: bool = True) -> GroupBy:
        return GroupBy(self, flat(by))

    def join(
        self,
        other: DataFrame,
        on: Any = None,
        how: str = "inner",
        *,
        left_on: Any = None,
        right_on: Any = None,
        nulls_equal: bool = False,
        maintain_order: str | None = None,
        suffix: str = "_right",
    ) -> DataFrame:
        """Rows of both sides with equal keys; `left` keeps all of this side, `semi` and `anti` choose among them."""
        if how == "cross":
            lefts = [at for at in range(self.height) for _ in range(other.height)]
            return _beside(self.taken(lefts), other.taken(list(range(other.height)) * self.height), (), suffix)
        mine = [left_on or on] if isinstance(left_on or on, str) else list(left_on or on)
        theirs = [right_on or on] if isinstance(right_on or on, str) else list(right_on or on)
        places: dict[Any, list[int]] = {}
        for at, key in enumerate(zip(*(other[name].values for name in theirs), strict=True)):
            if nulls_equal or None not in key:
                places.setdefault(key, []).append(at)
        keys = list(zip(*(self[name].values for name in mine), strict=True))
        if how in ("semi", "anti"):
            return self.taken([at for at, key in enumerate(keys) if (key in places) == (how == "semi")])
        pairs: list[tuple[int, int | None]] = []
        for at, key in enumerate(keys):
            pairs += [(at, to) for to in places.get(key, ())] or ([(at, None)] if how == "left" else [])
        right = [s.like(None if to is None else s.values[to] for _, to in pairs) for s in other.get_columns()]
        return _beside(self.taken([at for at, _ in pairs]), DataFrame.of(right, len(pairs)), theirs, suffix)

    def write_csv(self, include_header: bool = True) -> str:
        from .csv import written

        return written(self, include_header)


def _beside(left: DataFrame, right: DataFrame, keys: Sequence[str], suffix: str) -> DataFrame:
    named = [
        s.like(s.values, name=s.name + suffix if s.name in left.columns else s.name)
        for s in right.get_columns()
        if s.name not in keys
    ]
    return DataFrame.of([*left.get_columns(), *named], left.height)


class GroupBy:
    """Rows in groups, in the order in which groups first come."""

    def __init__(self, frame: DataFrame, by: list[Expr]) -> None:
        self._frame = frame
        self._keys = [each.like(each.spread(frame.height)) for each in run_all(frame, by)]
        self._places: dict[Any, list[int]] = {}
        for at, key in enumerate(zip(*(each.values for each in self._keys), strict=True)):
            self._places.setdefault(key, []).append(at)

    def agg(self, *given: Any, **named: Any) -> DataFrame:
        """One row per group; what is no single value becomes a list."""
        parts = [self._frame.taken(places)._run(given, named) for places in self._places.values()]
        shapes = parts[0] if parts else self._frame.clear()._run(given, named)
        keys = [
            Series(each.name, [key[number] for key in self._places], each.dtype)
            for number, each in enumerate(self._keys)
        ]
        found = []
        for number, shape in enumerate(shapes):
            values = [part[number].values[0] if part[number].unit else part[number].values for part in parts]
            found.append(Series(shape.name, values, shape.dtype if shape.unit else t.List(shape.dtype)))
        return DataFrame.of([*keys, *found], len(parts))

    def len(self) -> DataFrame:
        from .functions import len_

        return self.agg(len_())


def concat(frames: Iterable[DataFrame], how: str = "vertical") -> DataFrame:
    """Frames below each other; `diagonal` fills columns that some lack."""
    frames = list(frames)
    names = (
        list(dict.fromkeys(name for each in frames for name in each.columns))
        if how == "diagonal"
        else frames[0].columns
    )
    columns = []
    for name in names:
        if how != "diagonal" and any(name not in each.columns for each in frames):
            raise t.PolarsError(f"no column {name}")
        having = [each[name] for each in frames if name in each.columns]
        dtype = next((s.dtype for s in having if t.kind(s.dtype) != "Null"), having[0].dtype)
        values: list[Any] = []
        for each in frames:
            values += each[name].values if name in each.columns else [None] * each.height
        columns.append(Series(name, values, dtype))
    return DataFrame.of(columns, sum(each.height for each in frames))
