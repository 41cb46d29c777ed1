"""Drift against the last release: row counts and headline figures that moved more than a band allows (DESIGN 6).

A release whose figures jump is more often a mistake than news: it waits for a person who says that it is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

KEY = ["mart", "measure"]
# The figures that a reader of a release looks at first; all are sums over a mart's rows.
HEADLINES: Mapping[str, Sequence[tuple[str, pl.Expr]]] = {
    "educator_year": (
        ("leaders", pl.col("is_leader").sum()),
        ("teachers", pl.col("is_teacher").sum()),
        ("pay_total", pl.col("pay_total").sum()),
    ),
    "designation": (("with_level", pl.col("level").is_not_null().sum()),),
    "compensation": (("amount", pl.col("amount").sum()), ("role_amount", pl.col("role_amount").sum())),
    "sustainability": (
        ("program_cost", pl.col("program_cost").filter(pl.col("lea_id").is_not_null()).sum()),
        ("leaders", pl.col("leaders").filter(pl.col("lea_id").is_not_null()).sum()),
    ),
    "funding_mix": (("soft_amount", pl.col("soft_amount").sum()),),
    "retention": (("persons", pl.col("persons").sum()), ("left_state_schools", pl.col("left_state_schools").sum())),
    "exceptions": (),
}


def headlines(marts: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per mart x measure: `rows` of every mart, and its headline figures. `value` is a number, never null."""
    found = [
        frame.select(value=figure.cast(pl.Float64).fill_null(0.0)).select(
            mart=pl.lit(name), measure=pl.lit(measure), value="value"
        )
        for name, frame in marts.items()
        for measure, figure in (("rows", pl.len()), *HEADLINES.get(name, ()))
    ]
    return pl.concat(found).sort(KEY)


def drifted(before: pl.LazyFrame, now: pl.LazyFrame, band: float) -> pl.LazyFrame:
    """Figures that moved by more than `band` (a share) of what they were, largest change first.

    `before`, `now`: as `headlines` gives them. Columns: mart, measure, before, now, change (share of before). A figure
    that is on one side only, or grew from nothing, has no share: `change` is null and the figure is listed.
    """
    both = before.rename({"value": "before"}).join(now.rename({"value": "now"}), on=KEY, how="full", coalesce=True)
    change = pl.when(pl.col("before") != 0).then((pl.col("now") - pl.col("before")) / pl.col("before").abs())
    same = (pl.col("before") == pl.col("now")).fill_null(False)
    return (
        both.with_columns(change=change)
        .filter(~same, pl.col("change").is_null() | (pl.col("change").abs() > band))
        .sort(pl.col("change").abs(), *KEY, descending=[True, False, False], nulls_last=False)
        .select(*KEY, "before", "now", "change")
    )
