"""`expr.str`, `expr.dt`, `expr.list`, `expr.name` and `expr.meta`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from . import types as t
from .convert import BLANKS, as_text, pattern, template, to_date
from .expr import BOOL, Expr, Namespace
from .series import Series

TEXT, INT = t.String(), t.Int32()


class Text(Namespace):
    """Methods of text."""

    def contains(self, given: Any, literal: bool = False) -> Expr:
        if isinstance(given, Expr):
            return self.expression.with_other(
                given, lambda a, b: None if a is None or b is None else bool(pattern(b).search(a)), BOOL
            )
        found = pattern(given, literal)
        return self.expression.each(lambda v: found.search(v) is not None, BOOL)

    def contains_any(self, words: Sequence[str], ascii_case_insensitive: bool = False) -> Expr:
        if ascii_case_insensitive:
            return self.expression.each(lambda v: any(word in v.lower() for word in words), BOOL)
        return self.expression.each(lambda v: any(word in v for word in words), BOOL)

    def starts_with(self, begin: str) -> Expr:
        return self.expression.each(lambda v: v.startswith(begin), BOOL)

    def replace(self, given: str, new: str, literal: bool = False) -> Expr:
        return self._replaced(given, new, literal, 1)

    def replace_all(self, given: str, new: str, literal: bool = False) -> Expr:
        return self._replaced(given, new, literal, 0)

    def _replaced(self, given: str, new: str, literal: bool, count: int) -> Expr:
        if literal:
            return self.expression.each(lambda v: v.replace(given, new, count or -1))
        found, filled = pattern(given), template(new)
        return self.expression.each(lambda v: found.sub(filled, v, count=count))

    def extract(self, given: str, group_index: int = 1) -> Expr:
        found = pattern(given)

        def part(value: str) -> str | None:
            hit = found.search(value)
            return None if hit is None else hit[group_index]

        return self.expression.each(part, TEXT)

    def strip_chars(self, letters: str = BLANKS) -> Expr:
        return self.expression.each(lambda v: v.strip(letters))

    def strip_chars_end(self, letters: str = BLANKS) -> Expr:
        return self.expression.each(lambda v: v.rstrip(letters))

    def to_lowercase(self) -> Expr:
        return self.expression.each(str.lower)

    def to_uppercase(self) -> Expr:
        return self.expression.each(str.upper)

    def len_chars(self) -> Expr:
        return self.expression.each(len, t.UInt32())

    def zfill(self, width: int) -> Expr:
        return self.expression.each(lambda v: v.zfill(width))

    def normalize(self, form: Any) -> Expr:
        return self.expression.each(lambda v: unicodedata.normalize(form, v))

    def slice(self, start: int, length: int | None = None) -> Expr:
        end = None if length is None else start + length
        return self.expression.each(lambda v: v[start:end])

    def split(self, by: str) -> Expr:
        return self.expression.each(lambda v: v.split(by), t.List(TEXT))

    def to_date(self, form: str, strict: bool = True, exact: bool = True) -> Expr:
        return self.expression.each(lambda v: to_date(v, form), t.Date())


class Day(Namespace):
    """Methods of days."""

    def year(self) -> Expr:
        return self.expression.each(lambda v: v.year, INT)

    def month(self) -> Expr:
        return self.expression.each(lambda v: v.month, INT)

    def to_string(self, form: str) -> Expr:
        return self.expression.each(lambda v: v.isoformat() if form == "%Y-%m-%d" else v.strftime(form), TEXT)

    def offset_by(self, by: str) -> Expr:
        if by != "1d":
            raise t.PolarsError(f"only the next day is known here, not {by}")
        return self.expression.each(lambda v: v + timedelta(days=1))


class Lists(Namespace):
    """Methods of lists."""

    def drop_nulls(self) -> Expr:
        return self.expression.each(lambda v: [each for each in v if each is not None])

    def contains(self, item: Any) -> Expr:
        return self.expression.each(lambda v: item in v, BOOL)

    def join(self, by: str) -> Expr:
        return self.expression.each(lambda v: by.join(as_text(each) for each in v if each is not None), TEXT)

    def len(self) -> Expr:
        return self.expression.each(len, t.UInt32())

    def eval(self, inner: Expr) -> Expr:
        from .frame import DataFrame

        def one(values: list[Any]) -> list[Any]:
            return inner.run(DataFrame([Series("", values, TEXT)]))[0].values

        return self.expression.each(one)


class Names(Namespace):
    """Methods of names."""

    def prefix(self, begin: str) -> Expr:
        run = self.expression.run
        return Expr(lambda frame: [s.like(s.values, name=begin + s.name) for s in run(frame)], None)


class Meta(Namespace):
    """What is known of an expression."""

    def output_name(self) -> str | None:
        return self.expression.output


for _name, _space in {"str": Text, "dt": Day, "list": Lists, "name": Names, "meta": Meta}.items():
    setattr(Expr, _name, property(_space))
