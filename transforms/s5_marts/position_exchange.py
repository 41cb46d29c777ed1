"""Mart `position_exchange`: positions in use against the school's positions before the model (M05)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import SCHOOL
from contracts.marts.position_exchange import PositionExchange
from contracts.policy.parameters import MetricParameters
from contracts.resolved.leaders import Adopted, PositionUnits
from contracts.resolved.service import Assignments
from transforms.money import rate


def build_position_exchange(
    assignments: dy.LazyFrame[Assignments],
    adopted: dy.LazyFrame[Adopted],
    unit_lf: dy.LazyFrame[PositionUnits],
    parameters: MetricParameters,
) -> dy.LazyFrame[PositionExchange]:
    """One row per school_id x school_year of LEAs that have a program with position units in force.

    Units: each post's FTE over the contract window times its role's exchange rate; a teacher without such a role counts
    as an ordinary position, other staff without one not at all. Baseline: the school's ordinary teaching positions
    in the year before the LEA took the program up, from the roster; where that year is not on file the balance is
    not known.
    """
    traders = adopted.join(unit_lf.select("program_id").unique(), on="program_id", how="semi")
    rates = (
        traders.select("lea_id", "school_year", "program_id")
        .join(unit_lf, on="program_id")
        .group_by("lea_id", "school_year", "role_code")
        .agg(pl.col("role_units").max())
    )
    since = traders.group_by("lea_id", "school_year").agg(pl.col("adopted_from").min())
    teaching = pl.when(pl.col("staff_classification") == "teacher").then(parameters.teaching_position_units)
    post = pl.col("fte_microdays") / (pl.col("window_days") * 1_000_000.0)
    in_use = (
        assignments.join(since, on=["lea_id", "school_year"])
        .join(rates, on=["lea_id", "school_year", "role_code"], how="left")
        .filter(pl.col("role_units").is_not_null() | (pl.col("staff_classification") == "teacher"))
        .with_columns((post * pl.coalesce("role_units", teaching)).pipe(_whole).alias("units"))
        .group_by(SCHOOL)
        .agg(pl.col("units").sum(), pl.col("adopted_from").min(), pl.col("lea_id").min())
    )
    before = (
        assignments.filter(pl.col("staff_classification") == "teacher")
        .with_columns((post * parameters.teaching_position_units).pipe(_whole).alias("baseline"))
        .group_by("school_id", (pl.col("school_year") + 1).alias("adopted_from"))
        .agg(pl.col("baseline").sum())
    )
    units, baseline = (pl.col(name) / 1_000_000 for name in ("units", "baseline"))
    return (
        in_use.join(before, on=["school_id", "adopted_from"], how="left")
        .with_columns(
            rate(units).alias("units"),
            rate(baseline).alias("baseline_units"),
            rate(baseline - units).alias("balance"),
            pl.when(pl.col("baseline").is_null())
            .then(pl.lit("not_enough_data"))
            .otherwise(pl.lit("ok"))
            .alias("balance_status"),
        )
        .pipe(PositionExchange.cast)
    )


def _whole(units: pl.Expr) -> pl.Expr:
    """Units as whole millionths, so that sums do not depend on row order."""
    return (units * 1_000_000).round(0).cast(pl.Int64)
