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
    """One row per LEA_PROGRAM and base year (as `school_year`), from the expected cost of the runway scenario.

    `runway_years` (M17): years until expected cost first exceeds recurring revenue alone; awards do not count though
    they still run; 0: it already does. `money_ends_year`: the first school year, the base year included, whose expected
    cost exceeds all that is to come in: recurring revenue, awards that have not ended by its 1 July, matches. So a
    program on a grant has no runway and yet money until the grant ends. Each has its status; not within the horizon:
    null, `beyond_horizon`.
    """
    base = pl.col("future_year").min()
    over_recurring = pl.col("future_year").filter(pl.col("expected") > pl.col("recurring")).min()
    over_all = pl.col("future_year").filter(pl.col("expected") > pl.col("revenue")).min()
    return (
        projection.filter(pl.col("scenario") == parameters.projection.runway_scenario)
        .group_by(LEA_PROGRAM)
        .agg(
            base.alias("school_year"),
            (over_recurring.cast(pl.Int32) - base.cast(pl.Int32)).alias("runway_years"),
            over_all.alias("money_ends_year"),
            _found(over_recurring).alias("runway_years_status"),
            _found(over_all).alias("money_ends_year_status"),
        )
        .with_columns(
            pl.when(pl.col(f"{name}_status") == "ok").then(name).alias(name)
            for name in ("runway_years", "money_ends_year")
        )
        .pipe(Runway.cast)
    )


def _found(year: pl.Expr) -> pl.Expr:
    """Why the year is there or not: revenue not reported, cost not projected, or later than the horizon."""
    lacking = pl.col("cost_status") != "ok"
    return (
        pl.when(pl.col("recurring").is_null().any())
        .then(pl.lit("not_configured"))
        .when(year.is_not_null())
        .then(pl.lit("ok"))
        .when(lacking.any())
        .then(pl.col("cost_status").filter(lacking).sort_by(pl.col("future_year").filter(lacking)).first())
        .otherwise(pl.lit("beyond_horizon"))
    )
