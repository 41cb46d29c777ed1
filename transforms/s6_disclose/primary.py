"""Primary rules (RULES section 6, points 1-3, 5 and 6): each one named expression over `Cells`."""

from __future__ import annotations

import polars as pl

from contracts.policy.disclosure import DisclosurePolicy


def few_persons(policy: DisclosurePolicy) -> pl.Expr:
    """Fewer than k persons, but some (point 1); persons are counted, not FTE or pay lines.

    A sum of money over nobody is zero and reveals nobody.
    """
    return pl.col("persons").is_between(1, policy.minimum_persons - 1)


def uniform(policy: DisclosurePolicy) -> pl.Expr:
    """Every person of the group is in one part: the distribution tells what each of them holds (point 2)."""
    whole = pl.col("value").filter(pl.col("is_part")).max().over("group") >= pl.col("group_persons")
    return pl.lit(policy.uniform) & _telling() & (pl.col("group_persons") > 0) & whole


def one_off(policy: DisclosurePolicy) -> pl.Expr:
    """One single person differs from all others of the group (point 2)."""
    alone = pl.col("value").filter(pl.col("is_part")).max().over("group") == pl.col("group_persons") - 1
    return pl.lit(policy.one_off) & _telling() & (pl.col("group_persons") > 1) & alone


def sensitive_zero(policy: DisclosurePolicy) -> pl.Expr:
    """Nobody, in a small group: it tells of each what they do not hold (point 6)."""
    small = pl.col("group_persons").is_between(1, policy.sensitive_zero_below - 1)
    return _telling() & (pl.col("value") == 0) & small


def dominance(policy: DisclosurePolicy) -> pl.Expr:
    """One or two contributors make up nearly all of the money (point 3). Unknown contributors count as dominance."""
    total = pl.col("value").abs().cast(pl.Float64)
    one = pl.col("largest").cast(pl.Float64) > policy.dominance.largest_share * total
    two = pl.col("two_largest").cast(pl.Float64) > policy.dominance.two_largest_share * total
    unknown = pl.col("largest").is_null() | pl.col("two_largest").is_null()
    return (pl.col("unit") == "cents") & (pl.col("value") != 0) & (unknown | one | two)


def _distribution() -> pl.Expr:
    return pl.col("is_part") & pl.col("group").is_not_null() & (pl.col("unit") == "persons")


def _telling() -> pl.Expr:
    """Parts whose zero tells something: not those that are empty in the whole state, which is published anyway."""
    return _distribution() & ~pl.col("empty_everywhere")


def primary_rule(policy: DisclosurePolicy) -> pl.Expr:
    """The first rule that hides a cell, null where none does. Residuals are never shown; what a reader can work out of
    them answers to the same rules.

    Rules that look at a cell's company (uniform, one-off, sensitive zero, dominance) leave alone what an earlier
    release published exactly and what is still true: it cannot be taken back, and showing it again tells nothing new.

    """
    news = pl.col("last_exact").ne_missing(pl.col("value"))
    return (
        pl.when(pl.col("forced").is_not_null())
        .then(pl.col("forced"))
        .when(few_persons(policy))
        .then(pl.lit("few_persons"))
        .when(news & uniform(policy))
        .then(pl.lit("uniform"))
        .when(news & one_off(policy))
        .then(pl.lit("one_off"))
        .when(news & sensitive_zero(policy))
        .then(pl.lit("sensitive_zero"))
        .when(news & dominance(policy))
        .then(pl.lit("dominance"))
    )


def with_bands(cells_lf: pl.LazyFrame, policy: DisclosurePolicy) -> pl.LazyFrame:
    """Adds `shown_low`, `shown_high`: what is published of a cell that is not hidden. Same grain.

    Exact, unless: parts of a group of fewer than `band_counts_below` persons (bands of `band_base`); parts beyond the
    top or bottom code of their group's size; a cell restated by fewer than `minimum_change` persons since it was last
    published exactly (the difference would be a count of those persons): the band then holds both values. Money that is
    restated by less than `dominance.largest_share` of itself is banded likewise: the difference is a few persons' pay.
    """
    base = policy.band_base
    value, group = pl.col("value"), pl.col("group_persons")
    low = value // base * base
    exact = (value, value)
    coded = _coded(policy)
    small = _distribution() & (group < policy.band_counts_below) & (value > 0)
    moved = (value - pl.col("last_exact")).abs()
    restated = (pl.col("unit") == "persons") & moved.is_between(1, policy.minimum_change - 1)
    cents = pl.col("unit") == "cents"
    small_money = moved.cast(pl.Float64) < policy.dominance.largest_share * value.abs().cast(pl.Float64)
    restated = restated | (cents & (moved > 0) & small_money)
    # A tenth of the value's power of ten: 222,456 dollars are shown between 220,000 and 230,000.
    power = value.abs().cast(pl.Float64).log10().floor() - 1
    wide = pl.when(cents).then(pl.lit(10.0).pow(power.clip(0)).cast(pl.Int64)).otherwise(2 * policy.minimum_change)
    both_low = pl.min_horizontal(value, pl.col("last_exact")) // wide * wide
    both_high = pl.max_horizontal(value, pl.col("last_exact")) // wide * wide + wide - 1
    ends = [
        pl.when(restated).then(both).when(small).then(band).when(coded[0]).then(code).otherwise(plain).alias(name)
        for name, both, band, code, plain in (
            ("shown_low", both_low, low, coded[1], exact[0]),
            ("shown_high", both_high, pl.min_horizontal(low + base - 1, group), coded[2], exact[1]),
        )
    ]
    return cells_lf.with_columns(ends)


def _coded(policy: DisclosurePolicy) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Whether a part lies beyond its group's top or bottom code (point 5), and the bounds that the code tells."""
    value, group = pl.col("value"), pl.col("group_persons")
    top, bottom = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    for band in sorted(policy.percent_bands, key=lambda band: band.from_persons):
        inside = group >= band.from_persons
        top = pl.when(inside).then(band.top).otherwise(top)
        bottom = pl.when(inside).then(band.bottom).otherwise(bottom)
    percent = 100.0 * value / group
    high, low = percent >= top, (percent <= bottom) & (value > 0)
    least = pl.when(high).then((group * top / 100.0).ceil().cast(pl.Int64)).otherwise(0)
    most = pl.when(high).then(group).otherwise((group * bottom / 100.0).floor().cast(pl.Int64))
    return _distribution() & (group > 0) & (high | low), least, most
