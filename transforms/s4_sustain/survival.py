"""Kaplan-Meier over counted persons (M27): who taught in every year so far, with Greenwood's interval."""

from __future__ import annotations

import polars as pl

from transforms.money import rate

Z95 = 1.959963984540054  # the normal distribution's 97.5th percentile: a 95 % interval


def kaplan_meier(persons: pl.LazyFrame, group: list[str]) -> pl.LazyFrame:
    """One row per `group` (which holds `years_after`): `survival`, `survival_low`, `survival_high`.

    `persons`: one row per person of a group, with `stopped_at` (year in which teaching ended or the person was lost
    from sight, null: neither by then) and `is_lost` (lost from sight). Who is lost in a year is not at risk in it.
    The interval is Greenwood's on the log-log scale; there is none where the share is 0 or 1. The share is null
    where a year has nobody at risk before the last has stopped.
    """
    counted = persons.group_by(*group, "stopped_at", "is_lost").agg(pl.len().cast(pl.Int64).alias("n"))
    year, stopped = pl.col("year"), pl.col("stopped_at").fill_null(99)
    yearly = (
        counted.with_columns(pl.int_ranges(1, pl.col("years_after").cast(pl.Int64) + 1).alias("year"))
        .explode("year")
        .group_by(*group, "year")
        .agg(
            pl.col("n").filter((stopped > year) | ((stopped == year) & ~pl.col("is_lost"))).sum().alias("at_risk"),
            pl.col("n").filter((stopped == year) & ~pl.col("is_lost")).sum().alias("stopped"),
        )
    )
    at_risk, stops = pl.col("at_risk"), pl.col("stopped")
    greenwood = stops / (at_risk * (at_risk - stops))
    curve = (
        yearly.filter(at_risk > 0)
        .group_by(group)
        .agg(
            pl.len().alias("years_seen"),
            (1 - stops / at_risk).sort_by("year").product().alias("share"),
            pl.when(stops < at_risk).then(greenwood).otherwise(0.0).sort_by("year").sum().alias("variance"),
        )
    )
    log = pl.col("share").log()
    reach = (Z95 * pl.col("variance").sqrt() / log.abs()).exp()
    inside = (pl.col("share") > 0) & (pl.col("share") < 1)
    return curve.filter((pl.col("years_seen") == pl.col("years_after")) | (pl.col("share") == 0)).select(
        *group,
        rate(pl.col("share")).alias("survival"),
        rate(pl.when(inside).then((log * reach).exp())).alias("survival_low"),
        rate(pl.when(inside).then((log / reach).exp())).alias("survival_high"),
    )
