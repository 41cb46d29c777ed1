"""What expressions do over whole columns: sums, orders, windows, repeats, and replacing by a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import types as t
from .expr import BOOL, Expr, as_expr, flat, run_all
from .series import Series

U32 = t.UInt32()


def _there(s: Series) -> list[Any]:
    return [value for value in s.values if value is not None]


def _sum(s: Series) -> Any:
    return sum(_there(s), 0.0 if s.dtype.is_float() else 0)


def _sum_type(s: Series) -> Any:
    return U32 if t.same(s.dtype, t.Boolean) else s.dtype


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _running(make: Callable[[Any, Any], Any]) -> Callable[[Series], list[Any]]:
    def run(s: Series) -> list[Any]:
        done: list[Any] = []
        so_far = None
        for value in s.values:
            if value is not None:
                so_far = value if so_far is None else make(so_far, value)
            done.append(None if value is None else so_far)
        return done

    return run


def ordered(keys: list[list[Any]], descending: list[bool], nulls_last: bool = False) -> list[int]:
    """Places of rows in order of several keys; nulls first, equal rows as they stood."""
    places = list(range(len(keys[0]) if keys else 0))
    for key, down in reversed(list(zip(keys, descending, strict=True))):
        there = [at for at in places if key[at] is not None]
        empty = [at for at in places if key[at] is None]
        there.sort(key=lambda at: key[at], reverse=down)
        places = there + empty if nulls_last else empty + there
    return places


def _shifted(s: Series, by: int) -> list[Any]:
    if by >= 0:
        return ([None] * by + s.values)[: len(s.values)]
    return s.values[-by:] + [None] * min(-by, len(s.values))


def _duplicated(s: Series) -> list[bool]:
    counts = Counter(s.values)
    return [counts[value] > 1 for value in s.values]


def _first_distinct(s: Series) -> list[bool]:
    seen: set[Any] = set()
    return [not (value in seen or seen.add(value)) for value in s.values]  # type: ignore[func-returns-value]


def _mode(s: Series) -> list[Any]:
    counts = Counter(s.values)
    most = max(counts.values(), default=0)
    return [value for value, count in counts.items() if count == most]


def _exploded(s: Series) -> list[Any]:
    done: list[Any] = []
    for value in s.values:
        done += [None] if value is None or value == [] else value
    return done


def _listing(unit: bool, make: Callable[[Series], Any], dtype: Any = None) -> Callable[[Expr], Expr]:
    return lambda self: self.whole(make, dtype, unit=unit)


def _longer(self: Expr, make: Callable[[Series], Iterable[Any]], dtype: Any = None) -> Expr:
    def run(frame: Any) -> list[Series]:
        return [Series(s.name, list(make(s)), dtype(s) if dtype else s.dtype) for s in self.run(frame)]

    return Expr(run, self.output)


def _sum_expr(self: Expr) -> Expr:
    def run(frame: Any) -> list[Series]:
        return [Series(s.name, [_sum(s)], _sum_type(s), unit=True) for s in self.run(frame)]

    return Expr(run, self.output)


def _sort(self: Expr) -> Expr:
    return _longer(self, lambda s: [s.values[at] for at in ordered([s.values], [False])])


def _over(self: Expr, *groups: Any, order_by: Any = None, nulls_last: bool = False) -> Expr:
    """A window: the expression over each group of rows, put back in the rows' places."""

    def run(frame: Any) -> list[Series]:
        keys = [each.spread(frame.height) for each in run_all(frame, flat(groups))]
        order = None if order_by is None else as_expr(order_by, column=True).run(frame)[0].spread(frame.height)
        parts: dict[Any, list[int]] = {}
        for at, key in enumerate(zip(*keys, strict=True)):
            parts.setdefault(key, []).append(at)
        done: list[Series] = []
        for places in parts.values():
            in_order = places
            if order is not None:
                picked = [order[at] for at in places]
                in_order = [places[at] for at in ordered([picked], [False], nulls_last)]
            for number, s in enumerate(self.run(frame.taken(in_order))):
                if len(done) <= number:
                    done.append(Series(s.name, [None] * frame.height, s.dtype))
                for at, value in zip(in_order, s.spread(len(in_order)), strict=True):
                    done[number].values[at] = value
        return done or [Series(s.name, [], s.dtype) for s in self.run(frame)]

    return Expr(run, self.output)


def _replace(self: Expr, table: Mapping[Any, Any]) -> Expr:
    return self.each(lambda v: table.get(v, v))


def _replace_strict(self: Expr, table: Mapping[Any, Any], *, default: Any = None, return_dtype: Any = None) -> Expr:
    return self.whole(lambda s: (table.get(v, default) if v is not None else default for v in s.values), return_dtype)


def _filter(self: Expr, condition: Any) -> Expr:
    mask = as_expr(condition)

    def run(frame: Any) -> list[Series]:
        done = []
        for s in self.run(frame):
            kept = mask.run(frame)[0].spread(frame.height)
            done.append(
                Series(s.name, [v for v, keep in zip(s.spread(frame.height), kept, strict=True) if keep], s.dtype)
            )
        return done

    return Expr(run, self.output)


def _picked(self: Expr, places: Any) -> Expr:
    wanted = as_expr(places)

    def run(frame: Any) -> list[Series]:
        (at,) = wanted.run(frame)
        return [
            Series(s.name, [None if n is None else s.values[n] for n in at.values], s.dtype, unit=at.unit)
            for s in self.run(frame)
        ]

    return Expr(run, self.output)


def _repeat_by(self: Expr, counts: Any) -> Expr:
    times = as_expr(counts, column=True)

    def run(frame: Any) -> list[Series]:
        (by,) = times.run(frame)
        return [
            Series(s.name, [[v] * n for v, n in zip(s.values, by.values, strict=True)], t.List(s.dtype))
            for s in self.run(frame)
        ]

    return Expr(run, self.output)


def _implode(self: Expr) -> Expr:
    return Expr(lambda frame: [s.implode() for s in self.run(frame)], self.output)


def _rounded(value: Any, decimals: int, mode: str) -> Any:
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    if mode == "half_away_from_zero":
        unit = 10.0**decimals
        return math.copysign(math.floor(abs(value) * unit + 0.5), value) / unit
    if decimals == 0:
        return float(round(value))
    return round(value, decimals)


def _round(self: Expr, decimals: int = 0, mode: str = "half_to_even") -> Expr:
    return self.each(lambda v: _rounded(v, decimals, mode))


METHODS: dict[str, Callable[..., Expr]] = {
    "sum": _sum_expr,
    "mean": _listing(True, lambda s: _sum(s) / len(_there(s)) if _there(s) else None, t.Float64()),
    "min": _listing(True, lambda s: min(_there(s), default=None)),
    "max": _listing(True, lambda s: max(_there(s), default=None)),
    "any": _listing(True, lambda s: any(_there(s)), BOOL),
    "all": _listing(True, lambda s: all(_there(s)), BOOL),
    "first": _listing(True, lambda s: s.values[0] if s.values else None),
    "last": _listing(True, lambda s: s.values[-1] if s.values else None),
    "n_unique": _listing(True, lambda s: len(set(s.values)), U32),
    "null_count": _listing(True, lambda s: s.null_count(), U32),
    "len": _listing(True, lambda s: len(s.values), U32),
    "is_duplicated": _listing(False, _duplicated, BOOL),
    "is_unique": _listing(False, lambda s: (not each for each in _duplicated(s)), BOOL),
    "is_first_distinct": _listing(False, _first_distinct, BOOL),
    "hash": lambda self, seed=0: self.whole(lambda s: (hash((seed, v)) & (2**64 - 1) for v in s.values), t.UInt64()),
    "cum_sum": _listing(False, _running(lambda a, b: a + b)),
    "cum_max": _listing(False, _running(max)),
    "shift": lambda self, by=1: self.whole(lambda s: _shifted(s, by)),
    "mode": lambda self: _longer(self, _mode),
    "unique": lambda self, maintain_order=True: _longer(self, lambda s: _unique(s.values)),
    "drop_nulls": lambda self: _longer(self, _there),
    "explode": lambda self, empty_as_null=True: _longer(self, _exploded, lambda s: s.dtype.parameters[0]),
    "sort": _sort,
    "over": _over,
    "replace": _replace,
    "replace_strict": _replace_strict,
    "filter": _filter,
    "gather": _picked,
    "repeat_by": _repeat_by,
    "implode": _implode,
    "round": _round,
    "floor": lambda self: self.each(lambda v: float(math.floor(v)) if isinstance(v, float) else v),
    "abs": lambda self: self.each(abs),
    "clip": lambda self, lower_bound: self.each(lambda v: max(v, lower_bound)),
    "is_finite": lambda self: self.each(lambda v: not isinstance(v, float) or math.isfinite(v), BOOL),
    "to_physical": lambda self: self,
}
for _name, _method in METHODS.items():
    setattr(Expr, _name, _method)
