"""M17: when projected cost overtakes what comes in."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM
from contracts.policy.parameters import MetricParameters
from contracts.resolved.projection import CostPaths, FundedPaths, Revenue, Runway


def with_revenue(
    paths: dy.LazyFrame[CostPaths], revenue: dy.LazyFrame[Revenue], parameters: MetricParameters
) -> dy.LazyFrame[FundedPaths]:
    """Projection rows with `revenue` of the scenario (recurring + awards running, or renewed where it says so) and
    status.
    """
    scenarios = parameters.projection.scenarios
    renewed = [name for name, scenario in scenarios.items() if scenario.grants_renewed]
    grants = pl.when(pl.col("scenario").is_in(renewed)).then("all_grants").otherwise("ending_grants")
    return (
        paths.join(revenue, on=[*LEA_PROGRAM, "future_year"], how="left")
        .with_columns(
            (pl.col("recurring") + grants).alias("revenue"),
            pl.when(pl.col("recurring").is_null())
            .then(pl.lit("not_configured"))
            .otherwise(pl.lit("ok"))
            .alias("revenue_status"),
        )
        .pipe(FundedPaths.cast)
    )


def runway(projection: dy.LazyFrame[FundedPaths], parameters: MetricParameters) -> dy.LazyFrame[Runway]:
    """One row per LEA_PROGRAM and base year (as `school_year`): `runway_years`, `money_ends_year`,
    `runway_years_status`.

    Runway: years until expected cost of the runway scenario first exceeds recurring revenue (0: already does);
    `money_ends_year` the first year in which it exceeds recurring revenue and running awards together. Not within the
    horizon: null, `beyond_horizon`.
    """
    over_recurring = pl.col("expected") > pl.col("recurring")
    over_all = pl.col("expected") > pl.col("revenue")
    base = pl.col("future_year").min()
    first = pl.col("future_year").filter(over_recurring).min()
    lacking = pl.col("cost_status") != "ok"
    return (
        projection.filter(pl.col("scenario") == parameters.projection.runway_scenario)
        .group_by(LEA_PROGRAM)
        .agg(
            base.alias("school_year"),
            (first.cast(pl.Int32) - base.cast(pl.Int32)).alias("runway_years"),
            pl.col("future_year").filter(over_all).min().alias("money_ends_year"),
            pl.when(pl.col("recurring").is_null().any())
            .then(pl.lit("not_configured"))
            .when(lacking.any() & first.is_null())
            .then(pl.col("cost_status").filter(lacking).sort_by(pl.col("future_year").filter(lacking)).first())
            .when(first.is_null())
            .then(pl.lit("beyond_horizon"))
            .otherwise(pl.lit("ok"))
            .alias("runway_years_status"),
        )
        .with_columns(
            pl.when(pl.col("runway_years_status") == "ok").then("runway_years"),
            pl.when(pl.col("runway_years_status").is_in(["ok", "beyond_horizon"])).then("money_ends_year"),
        )
        .pipe(Runway.cast)
    )
