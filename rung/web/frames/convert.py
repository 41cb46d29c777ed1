"""Values from one type to another, as Polars converts them, and its patterns in Python's way of writing."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, InvalidOperation
from decimal import Decimal as Exact
from functools import lru_cache
from typing import Any

from .types import INTEGERS, PolarsError, kind

# What Unicode calls white space. Python's own set has four control characters more.
BLANK = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WORD_NUMBER = re.compile(r"[+-]?(inf|infinity|nan)", re.IGNORECASE)
_EPOCH = date(1970, 1, 1)


@lru_cache
def pattern(text: str, literal: bool = False) -> re.Pattern[str]:
    """A pattern of Rust's regular expressions as Python's. Raises PolarsError where it is none."""
    if literal:
        return re.compile(re.escape(text))
    ignore = "(?i)" in text
    try:
        return re.compile(_rewritten(text.replace("(?i)", "")), re.IGNORECASE if ignore else 0)
    except re.error as error:
        raise PolarsError(f"not a pattern: {text!r} ({error})") from None


def _rewritten(text: str) -> str:
    out: list[str] = []
    inside = False
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair in (r"\p", r"\P"):
            end = text.index("}", at)
            letters = _category(text[at + 3 : end])
            out.append(letters if inside else f"[{'^' * (pair == chr(92) + 'P')}{letters}]")
            at = end + 1
        elif pair == r"\s":
            out.append(BLANK if inside else f"[{BLANK}]")
            at += 2
        elif pair == r"\S" and not inside:
            out.append(f"[^{BLANK}]")
            at += 2
        elif text[at] == "\\":
            out.append(pair)
            at += 2
        elif not inside and text[at] == "$":
            out.append(r"\Z")
            at += 1
        else:
            if text[at] == "[" and inside:
                out.append("\\")
            inside = text[at] == "[" or (inside and text[at] != "]")
            out.append(text[at])
            at += 1
    return "".join(out)


@lru_cache
def _category(name: str) -> str:
    """All characters of a Unicode category (`L`, `M`, `N`) as ranges of a character class."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(name):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" if high > low else chr(low) for low, high in ranges)


@lru_cache
def template(text: str) -> Callable[[re.Match[str]], str]:
    """What replaces a match: `${1}`, or `$1` where no letter follows, stands for its groups."""
    parts = re.split(r"\$(?=\{\d+\}|\d+(?![A-Za-z_]))\{?(\d+)\}?", text)

    def filled(found: re.Match[str]) -> str:
        return "".join(part if at % 2 == 0 else found[int(part)] or "" for at, part in enumerate(parts))

    return filled


def caster(source: Any, target: Any) -> Callable[[Any], Any]:
    """A function from a value of one type to one of another; None where it does not convert."""
    to = kind(target)
    if to in ("String", "Categorical"):
        return as_text
    if to in INTEGERS:
        low, high = INTEGERS[to]
        return lambda value: _whole(value, low, high)
    if to in ("Float64", "Float32"):
        return _float
    if to == "Decimal":
        precision, scale = target.parameters
        return lambda value: _decimal(value, precision, scale)
    if to == "Boolean":
        return lambda value: None if isinstance(value, str) else bool(value)
    if to in ("Date", "List", "Struct", "Null", "Datetime"):
        return lambda value: value
    raise PolarsError(f"no cast from {source} to {target}")


def as_text(value: Any) -> str:
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def float_text(value: float) -> str:
    """A float in the shortest writing that reads back: `0.00001`, `1e-7`, `1e+16`."""
    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else ("inf" if value > 0 else "-inf")
    text = repr(value)
    digits, mark, power = text.partition("e")
    if not mark:
        return text
    number = int(power)
    if -6 <= number < 0:
        return f"{Exact(text):f}"
    return f"{digits.removesuffix('.0')}e{'+' if number > 0 else '-'}{abs(number)}"


def _whole(value: Any, low: int, high: int) -> int | None:
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            return None
        number = int(value)
    elif isinstance(value, date):
        number = (value - _EPOCH).days
    elif isinstance(value, timedelta):
        number = value.days
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    else:
        number = int(value)
    return number if low <= number <= high else None


def _float(value: Any) -> float | None:
    if isinstance(value, str) and not (_NUMBER.fullmatch(value) or _WORD_NUMBER.fullmatch(value)):
        return None
    return float(value)


def _decimal(value: Any, precision: int, scale: int) -> Exact | None:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = Exact(repr(value) if isinstance(value, float) else value)
        number = number.quantize(Exact(1).scaleb(-scale), rounding=ROUND_HALF_EVEN)
    except (InvalidOperation, ValueError):
        return None
    return number if abs(number) < Exact(10) ** (precision - scale) else None


_PARTS = {"%Y": r"([+-]?\d{1,4})", "%m": r"(\d{1,2})", "%d": r"(\d{1,2})", "%y": r"(\d{1,2})"}


@lru_cache
def _day_pattern(form: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    marks = tuple(re.findall(r"%[a-zA-Z]", form))
    if not marks or any(mark not in _PARTS for mark in marks):
        return None
    parts = re.split(r"(%[a-zA-Z])", form)
    return re.compile("".join(_PARTS.get(part, re.escape(part)) for part in parts), re.ASCII), marks


def to_date(text: str, form: str) -> date | None:
    """A day written in a format; None where it is not."""
    plain = _day_pattern(form)
    try:
        if plain is None:
            return datetime.strptime(text, form).date() if text == text.strip(BLANKS) else None
        found = plain[0].fullmatch(text)
        if found is None:
            return None
        parts = dict(zip(plain[1], map(int, found.groups()), strict=True))
        year = parts["%Y"] if "%Y" in parts else parts["%y"] + (1900 if parts["%y"] >= 70 else 2000)
        return date(year, parts["%m"], parts["%d"])
    except (ValueError, KeyError):
        return None
