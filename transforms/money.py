"""Exact sums: money as whole cents, fractions of cents as whole hundred-millionths, rounded once, at output.

Integer sums do not depend on the order in which an engine adds, so the same inputs give the same bytes (MARTS 1).
"""

from __future__ import annotations

import polars as pl

from contracts.columns import MONEY

FINE = 1_000_000  # parts of a cent kept inside: 1e-8 dollars
MILLION = 1_000_000


def cents(money: pl.Expr) -> pl.Expr:
    """Whole cents (Int64) of a money column: its stored integer, no arithmetic."""
    return money.cast(MONEY).to_physical().cast(pl.Int64)


def money_from_cents(whole_cents: pl.Expr) -> pl.Expr:
    """Dollars (decimal 14,2) of whole cents, exact up to 90 trillion dollars."""
    return (whole_cents / 100).cast(MONEY)


def half_up(number: pl.Expr, places: int) -> pl.Expr:
    """Round half away from zero at `places` decimals, first clearing binary noise (6.505 is 6.51, not 6.50)."""
    unit = float(10**places)
    scaled = (number * unit).round(5, mode="half_away_from_zero")
    return scaled.round(0, mode="half_away_from_zero") / unit


def money(dollars: pl.Expr) -> pl.Expr:
    """Unrounded dollars to money at rest (decimal 14,2)."""
    return half_up(dollars.cast(pl.Float64), 2).cast(MONEY)


def rate(number: pl.Expr) -> pl.Expr:
    """A rate or share to its six decimals; no number (division by zero, missing) is null."""
    return half_up(number.cast(pl.Float64), 6).round(6).pipe(_finite)


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """part / whole, unrounded; null where the whole is not above zero."""
    return pl.when(whole > 0).then(part.cast(pl.Float64) / whole.cast(pl.Float64))


def fine(dollars: pl.Expr) -> pl.Expr:
    """Unrounded dollars to whole hundred-millionths (Int64), so that sums are exact and order-free."""
    return (dollars.cast(pl.Float64) * (100 * FINE)).round(0).cast(pl.Int64)


def fine_from_cents(whole_cents: pl.Expr) -> pl.Expr:
    """Whole cents to whole hundred-millionths of a dollar (Int64)."""
    return whole_cents.cast(pl.Int64) * FINE


def dollars(fine_sum: pl.Expr) -> pl.Expr:
    """Unrounded dollars (Float64) of a sum of hundred-millionths."""
    return fine_sum.cast(pl.Float64) / (100 * FINE)


def millionths(number: pl.Expr) -> pl.Expr:
    """FTE, shares or hours as whole millionths (Int64), so that their sums do not depend on the order of rows."""
    return (number.cast(pl.Float64) * MILLION).round(0).cast(pl.Int64)


def median(number: pl.Expr) -> pl.Expr:
    """Median of integers or floats; an even count takes the mean of the middle two (MARTS 1)."""
    return number.median()


def nearest_rank(number: pl.Expr, tenths: int) -> pl.Expr:
    """The quantile `tenths`/10 by nearest rank: the value at rank ceil(tenths x n / 10); null over no rows."""
    kept = number.drop_nulls().sort()
    count = kept.len().cast(pl.Int64)
    return kept.get((count * tenths + 9) // 10 - 1, null_on_oob=True)


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)
