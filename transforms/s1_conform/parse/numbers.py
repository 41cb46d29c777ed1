"""Money, percents and numbers as districts write them → plain decimals (`-1234.56`); the rest stays as it was sent."""

from __future__ import annotations

import polars as pl

from transforms.s1_conform.parse.cell_text import Tidied

PLAIN = r"^-?(\d+(\.\d*)?|\.\d+)(E[+-]?\d+)?$"
_SIGNED = r"(?i)^(\(\s*[$€£]?[^()+-]+\)|[+-]?\s*[^()+-]+(e[+-]?\d+)?|[^()+-]+-)$"  # one sign, in one place
_HOURS = r"^(\d+):([0-5]\d)(?::([0-5]\d))?$"
_GROUPED = r"^\d{1,3}(,\d{3})+(\.\d*)?$"
_GROUPED_COMMA = r"^\d{1,3}(\.\d{3})*(,\d+)?$|^\d+(,\d+)?$"


def tidy_money(text: pl.Expr, decimal_comma: bool) -> Tidied:
    """`$1,234.56`, `(123.45)`, `123.45-`, `USD 5`, and `1.234,56` where a decimal comma is declared."""
    symbol = text.str.contains(r"(?i)\$|€|£|\bUSD\b")
    bare = text.str.replace_all(r"(?i)[$€£]|\bUSD\b", "").str.strip_chars(" \u00a0")
    tidied = tidy_number(bare, decimal_comma)
    read = tidied.text.str.contains(PLAIN)
    # `450.000` has three decimals for certain only where another amount of the column cannot be meant otherwise.
    of_three = tidied.text.str.contains(r"^-?(\d{4,}|0?)\.\d{3}$").any()
    amount = pl.when(of_three).then(tidied.text.str.replace(r"^(-?\d{1,3}\.\d\d)0$", "$1")).otherwise(tidied.text)
    return Tidied(pl.when(read).then(amount).otherwise(text), {"currency_signs": symbol & read, **tidied.repairs})


def tidy_number(text: pl.Expr, decimal_comma: bool) -> Tidied:
    """Thousands separators, brackets or a trailing minus for negatives, a leading plus."""
    brackets = text.str.contains(r"^\(.*\)$")
    trailing = text.str.contains(r"^[^-].*-$")
    negative = brackets | trailing | text.str.starts_with("-")
    digits = text.str.strip_chars("()+- \u00a0$€£")
    whole_sign = text.str.contains(_SIGNED)
    grouped = digits.str.contains(_GROUPED_COMMA if decimal_comma else _GROUPED)
    if decimal_comma:
        plain = digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        separated = grouped & digits.str.contains(r"[.,]")
    else:
        plain = digits.str.replace_all(",", "", literal=True)
        separated = grouped
    digits = pl.when(grouped).then(plain).otherwise(digits)
    written = pl.when(negative).then(pl.concat_str(pl.lit("-"), digits)).otherwise(digits)
    read = written.str.to_uppercase().str.contains(PLAIN) & whole_sign
    return Tidied(
        pl.when(read).then(written).otherwise(text),
        {
            "negative_brackets": brackets & read,
            "trailing_minus": trailing & read,
            "decimal_commas" if decimal_comma else "thousands_separators": separated & read,
        },
    )


def tidy_percent(text: pl.Expr, decimal_comma: bool, of_one: bool) -> Tidied:
    """`85%` → `85`, or `0.85` for a share of one; a value without the sign is a number like any other."""
    signed = text.str.contains(r"%\s*$")
    number = tidy_number(text.str.replace(r"\s*%\s*$", ""), decimal_comma)
    value = number.text
    if of_one:
        hundredth = (value.cast(pl.Float64, strict=False) / 100).round(10).cast(pl.String)
        value = pl.when(signed).then(hundredth).otherwise(value)
    read = value.is_not_null() & value.str.contains(PLAIN.replace("E", "[eE]"))
    kept = pl.when(read).then(value).otherwise(text)
    return Tidied(kept, {"percent_signs": signed & read, **number.repairs})


def tidy_hours(text: pl.Expr, decimal_comma: bool) -> Tidied:
    """`7:30` and `7:30:00` → `7.5`; other numbers as ever."""
    parts = [text.str.extract(_HOURS, part).cast(pl.Float64, strict=False).fill_null(0) for part in (1, 2, 3)]
    timed = text.str.contains(_HOURS)
    hours = (parts[0] + parts[1] / 60 + parts[2] / 3600).round(6).cast(pl.String)
    number = tidy_number(text, decimal_comma)
    return Tidied(pl.when(timed).then(hours).otherwise(number.text), {"hours_from_times": timed, **number.repairs})


def tidy_whole(text: pl.Expr, decimal_comma: bool) -> Tidied:
    """`12.0` → `12`; a true fraction stays and does not read."""
    number = tidy_number(text, decimal_comma)
    padded = number.text.str.contains(r"^-?\d+\.0*$")
    whole = number.text.str.replace(r"\.0*$", "")
    return Tidied(
        pl.when(padded).then(whole).otherwise(number.text), {"whole_numbers_with_decimals": padded, **number.repairs}
    )
