"""Mart `retention`: what becomes of leaders, others and the top-rated, compared like with like (M19, M20, M21)."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts import vocabulary as v
from contracts.keys import LEA_YEAR, PROGRAM
from contracts.marts.educator_year import EducatorYear
from contracts.marts.retention import Retention
from contracts.policy.parameters import MetricParameters, TurnoverUnitCost
from contracts.reference import Schools
from contracts.resolved.leaders import Adopted, Leaders
from contracts.resolved.people import ComparableLeaders, ComparablePeople, UnitCosts
from transforms.money import money, rate
from transforms.s4_sustain.matched_comparison import compare, poverty_quartiles, with_cells


def build_retention(
    educator_year: dy.LazyFrame[EducatorYear],
    leaders: dy.LazyFrame[Leaders],
    adopted: dy.LazyFrame[Adopted],
    schools: dy.LazyFrame[Schools],
    parameters: MetricParameters,
) -> dy.LazyFrame[Retention]:
    """One row per lea_id x program_id x school_year x group (MARTS 3; metrics 1, 10).

    Others and top-rated stand where the program is in force: it has others nowhere else.

    leaders: the program's, in that LEA; others: teachers of record who are no leaders of any program or role;
    top_rated: teachers of record with a top rating, leaders included. Outcomes are counts. On the leaders' row: how
    many could be compared with like others, the differences (null below the configured sizes), and the turnover cost
    avoided, an estimate. `top_lost` (left the LEA) is on the top-rated row: no share of the best that leaves is
    assumed anywhere.
    """
    people = with_cells(educator_year, poverty_quartiles(schools), parameters.comparison)
    led = leaders.select(*PROGRAM, "staff_id").join(people.drop("lea_id"), on=["staff_id", "school_year"])
    others = people.filter(pl.col("is_teacher") & ~pl.col("is_leader"))
    top = people.filter(pl.col("is_teacher") & pl.col("is_top").fill_null(False))
    groups = [
        led.select(*PROGRAM, "next_year_outcome").pipe(_outcomes, PROGRAM, "leaders"),
        adopted.select(PROGRAM).join(_outcomes(others, LEA_YEAR, "others"), on=LEA_YEAR),
        adopted.select(PROGRAM).join(_outcomes(top, LEA_YEAR, "top_rated"), on=LEA_YEAR),
    ]
    rows = pl.concat(groups, how="diagonal")
    compared = compare(ComparableLeaders.cast(led), ComparablePeople.cast(others)).join(
        unit_costs(schools, parameters.turnover), on=LEA_YEAR, how="left"
    )
    return _with_comparison(rows, compared, parameters).pipe(Retention.cast)


def _outcomes(people: pl.LazyFrame, by: Sequence[str], group: str) -> pl.LazyFrame:
    outcome = pl.col("next_year_outcome")
    lost = outcome.is_in(["left_state_schools", "move_lea"]).sum()
    return people.group_by(by).agg(
        pl.lit(group).alias("comparison_group"),
        pl.len().alias("persons"),
        *[(outcome == word).sum().alias(word) for word in v.NEXT_YEAR_OUTCOMES],
        (lost if group == "top_rated" else pl.lit(None, pl.UInt32)).alias("top_lost"),
    )


def _with_comparison(rows: pl.LazyFrame, compared: pl.LazyFrame, parameters: MetricParameters) -> pl.LazyFrame:
    """Put the comparison on the leaders' rows; other groups are compared with nobody."""
    mine = pl.col("comparison_group") == "leaders"
    like = parameters.comparison
    enough = (pl.col("compared") >= like.minimum_leaders) & (pl.col("compared_with") >= like.minimum_others)
    shown = mine & enough.fill_null(False)
    return rows.join(compared, on=PROGRAM, how="left").with_columns(
        pl.when(mine).then(pl.col("compared", "compared_with").fill_null(0)),
        pl.when(shown).then(rate(pl.col("more_lea"))).alias("difference"),
        pl.when(shown).then(rate(pl.col("more_school"))).alias("difference_stay_school"),
        pl.when(shown).then(rate(pl.col("more_teaching"))).alias("difference_stay_teaching"),
        pl.when(shown).then(money(pl.col("fewer_leavers") * pl.col("unit_cost"))).alias("turnover_cost_avoided"),
        pl.when(~mine)
        .then(pl.lit("not_applicable"))
        .when(shown)
        .then(pl.lit("ok"))
        .otherwise(pl.lit("not_enough_data"))
        .alias("difference_status"),
    )


def unit_costs(schools: dy.LazyFrame[Schools], costs: TurnoverUnitCost) -> dy.LazyFrame[UnitCosts]:
    """One row per LEA_YEAR: `unit_cost` of a leaver by the LEA's enrollment; null where no school says (M21)."""
    size = pl.col("enrollment")
    return (
        schools.filter(size.is_not_null())
        .group_by(LEA_YEAR)
        .agg(size.sum())
        .select(
            *LEA_YEAR,
            pl.when(size < costs.small_below)
            .then(costs.small)
            .when(size <= costs.medium_to)
            .then(costs.medium)
            .otherwise(costs.large)
            .alias("unit_cost"),
        )
        .pipe(UnitCosts.cast)
    )
