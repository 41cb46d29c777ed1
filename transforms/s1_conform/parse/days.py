"""Dates as districts write them → ISO; day and month are never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from transforms.s1_conform.parse.cell_text import Tidied

_PARTS = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+0{1,2}:00(?::00)?(?:\.0+)?(?: *AM)?)?$"
_MIDNIGHT = r"[ T]+(?:0{1,2}|12):00(?::00(?:\.0+)?)?(?: *[Aa][Mm])?(?:Z)?$"
_TIME = r"[ T]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: *[AaPp][Mm])?$"
_WORDS = ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
# `Sep 2025` is no day, though `%d` and `%Y` can be read into it.
_DAY_IN_WORDS = r"^(\d{1,2}[- ]+[A-Za-z]+[- ]+|[A-Za-z]+ +\d{1,2}(, *| +))\d{4}$"
# Days from 1940 to 2040.
PLAUSIBLE = (14_611, 51_136)
EPOCH = date(1899, 12, 30)
ORDERS = ("iso", "mdy", "dmy", "ambiguous", "mixed")


def orders(rows: pl.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """For each column, in which order its dates with slashes, dots or dashes are written.

    `mdy` or `dmy` where a part above 12 proves it, `mixed` where both are proven, `ambiguous` where nothing is, `iso`
    where there are none. Dates whose day equals their month prove nothing and hurt nothing.
    """
    if not columns:
        return {}
    orders = rows.select(_order(pl.col(column)).alias(column) for column in columns)
    return {column: str(orders[column][0]) for column in columns}


def _order(text: pl.Expr) -> pl.Expr:
    first = text.str.extract(_PARTS, 1).cast(pl.Int32)
    second = text.str.extract(_PARTS, 2).cast(pl.Int32)
    day_first = ((first > 12) & (second <= 12)).any()
    month_first = ((second > 12) & (first <= 12)).any()
    unclear = ((first <= 12) & (second <= 12) & (first != second)).any()
    return (
        pl.when(day_first & month_first)
        .then(pl.lit("mixed"))
        .when(month_first)
        .then(pl.lit("mdy"))
        .when(day_first)
        .then(pl.lit("dmy"))
        .when(unclear)
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("iso"))
    )


def serial_epochs(rows: pl.DataFrame, columns: Sequence[str], excel: bool, from_1904: bool) -> dict[str, date]:
    """The day from which each column's bare numbers count, of columns where such a number is a day.

    In a workbook any number from 1927 to 2119 is. In a text file a column of days has them (a spreadsheet saved it)
    where every bare number is one from 1940 to 2040: among others, 31126 could be the 11th of March 2026.
    """
    if excel:
        return dict.fromkeys(columns, date(1904, 1, 1) if from_1904 else EPOCH)
    bare = [pl.col(name).str.extract(r"^(\d+)(?:\.0+)?$", 1) for name in columns]
    plausible = [
        (each.str.len_chars() == 5) & each.cast(pl.Int64, strict=False).is_between(*PLAUSIBLE) for each in bare
    ]
    found = rows.select(p.all().alias(name) for name, p in zip(columns, plausible, strict=True)) if columns else rows
    return {name: EPOCH for name in columns if found.height and found[name][0]}


def tidy_day(text: pl.Expr, order: str, declared: str | None, epoch: date | None) -> Tidied:
    """One column's dates as ISO text. `epoch`: a bare number of five digits is a day, counted from there."""
    cut = text.str.replace(_MIDNIGHT, "")
    midnight = cut != text
    timed = cut.str.contains(_TIME)
    cut = cut.str.replace(_TIME, "")
    iso = cut.str.to_date("%Y-%m-%d", strict=False, exact=True)
    repairs = {"midnight_times": midnight, "times_of_day": timed}
    found: list[pl.Expr] = [pl.when(cut.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(iso)]
    if declared is not None:
        as_declared = cut.str.to_date(declared, strict=False, exact=True)
        found.append(as_declared)
        repairs["declared_dates"] = found[0].is_null() & as_declared.is_not_null()
    else:
        first, second = (cut.str.extract(_PARTS, part).cast(pl.Int32) for part in (1, 2))
        year = cut.str.extract(_PARTS, 3).cast(pl.Int32)
        month, day = (second, first) if order == "dmy" else (first, second)
        parts = (part.cast(pl.String) for part in (year, month, day))
        written = pl.concat_str(*parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
        in_words = cut.str.contains(_DAY_IN_WORDS)
        others: list[pl.Expr] = [
            pl.when(cut.str.contains(r"^(19|20)\d{6}$")).then(cut.str.to_date("%Y%m%d", strict=False)),
            pl.when(cut.str.contains(r"^\d{4}/\d{1,2}/\d{1,2}$")).then(cut.str.to_date("%Y/%m/%d", strict=False)),
            *(pl.when(in_words).then(cut.str.to_date(form, strict=False, exact=True)) for form in _WORDS),
        ]
        found += [written, *others]
        repairs["us_dates" if order != "dmy" else "day_first_dates"] = written.is_not_null()
        repairs["other_dates"] = pl.coalesce(others).is_not_null()
    if epoch is not None:
        number = pl.when(cut.str.contains(r"^\d{5}(\.\d+)?$")).then(
            cut.cast(pl.Float64, strict=False).floor().cast(pl.Int32)
        )
        serial = pl.when(number.is_between(10_000, 80_000)).then(pl.lit(epoch) + pl.duration(days=number))
        found.append(serial)
        repairs["excel_serial_dates"] = pl.coalesce(found[:-1]).is_null() & serial.is_not_null()
    return Tidied(pl.coalesce(*(each.dt.to_string("%Y-%m-%d") for each in found), text), repairs)
