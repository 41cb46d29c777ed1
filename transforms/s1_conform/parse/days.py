"""Dates as districts write them → ISO; day and month are never guessed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.s1_conform.parse.cells import Tidied

_PARTS = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+0{1,2}:00(?::00)?(?:\.0+)?(?: *AM)?)?$"
_MIDNIGHT = r"[ T]+(?:0{1,2}|12):00(?::00(?:\.0+)?)?(?: *[Aa][Mm])?(?:Z)?$"
_WORDS = ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
ORDERS = ("iso", "mdy", "dmy", "ambiguous", "mixed")


def orders(rows: pl.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """For each column, in which order its dates with slashes, dots or dashes are written.

    `mdy` or `dmy` where a part above 12 proves it, `mixed` where both are proven, `ambiguous` where nothing is, `iso`
    where there are none. Dates whose day equals their month prove nothing and hurt nothing.
    """
    if not columns:
        return {}
    told = rows.select(_order(pl.col(column)).alias(column) for column in columns)
    return {column: str(told[column][0]) for column in columns}


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


def tidy_day(text: pl.Expr, order: str, declared: str | None, serials: bool) -> Tidied:
    """One column's dates as ISO text. `serials`: the sheet is Excel's, where 45662 can be a day; else it stays."""
    cut = text.str.replace(_MIDNIGHT, "")
    midnight = cut != text
    iso = cut.str.to_date("%Y-%m-%d", strict=False, exact=True)
    repairs = {"midnight_times": midnight}
    found: list[pl.Expr] = [pl.when(cut.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(iso)]
    if declared is not None:
        as_declared = cut.str.to_date(declared, strict=False, exact=True)
        found.append(as_declared)
        repairs["declared_dates"] = found[0].is_null() & as_declared.is_not_null()
    else:
        first, second = (cut.str.extract(_PARTS, part).cast(pl.Int32) for part in (1, 2))
        year = cut.str.extract(_PARTS, 3).cast(pl.Int32)
        month, day = (second, first) if order == "dmy" else (first, second)
        written = pl.format("{}-{}-{}", year, month, day).str.to_date("%Y-%m-%d", strict=False)
        others: list[pl.Expr] = [
            pl.when(cut.str.contains(r"^(19|20)\d{6}$")).then(cut.str.to_date("%Y%m%d", strict=False)),
            pl.when(cut.str.contains(r"^\d{4}/\d{1,2}/\d{1,2}$")).then(cut.str.to_date("%Y/%m/%d", strict=False)),
            *(cut.str.to_date(form, strict=False, exact=True) for form in _WORDS),
        ]
        found += [written, *others]
        repairs["us_dates" if order != "dmy" else "day_first_dates"] = written.is_not_null()
        repairs["other_dates"] = pl.coalesce(others).is_not_null()
    if serials:
        number = pl.when(cut.str.contains(r"^\d{5}(\.0+)?$")).then(cut.cast(pl.Float64, strict=False).cast(pl.Int32))
        serial = pl.when(number.is_between(10_000, 80_000)).then(pl.date(1899, 12, 30) + pl.duration(days=number))
        found.append(serial)
        repairs["excel_serial_dates"] = pl.coalesce(found[:-1]).is_null() & serial.is_not_null()
    return Tidied(pl.coalesce(*(each.dt.to_string("%Y-%m-%d") for each in found), text), repairs)
