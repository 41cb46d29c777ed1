"""Mart `sunset`: when each award ends, and the last budget vote that can replace it (M07)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import AWARD
from contracts.marts.sunset import Sunset
from contracts.policy.parameters import MetricParameters
from contracts.resolved.pay import ResolvedPay
from transforms.money import money_from_cents
from transforms.s4_sustain.revenue import award_of, award_pay, award_programs, latest_award_lines


def build_sunset(pay: dy.LazyFrame[ResolvedPay], parameters: MetricParameters) -> dy.LazyFrame[Sunset]:
    """One row per lea_id x award_id that paid programs in the LEA's latest year of pay and does not recur.

    `program_id`: the program that it pays most (then the first by name); `programs`: how many. `recurring_amount` and
    `persons`: net program pay of that year, without benefit loads, and the persons paid. `last_budget_vote`: the last
    day of the year named by `[metrics.sunset] budget_vote` that is not after the award's last day: a later vote leaves
    a gap. Both dates are null where the award's end is not known.
    """
    lines = latest_award_lines(pay).with_columns(award_of().alias("award_id"))
    return (
        lines.group_by(AWARD)
        .agg(pl.col("cents").sum(), pl.col("award_end").max(), pl.col("staff_id").n_unique().alias("persons"))
        .join(award_programs(award_pay(pay)), on=AWARD)
        .with_columns(
            money_from_cents(pl.col("cents")).alias("recurring_amount"),
            last_vote(parameters.sunset.budget_vote).alias("last_budget_vote"),
        )
        .pipe(Sunset.cast)
    )


def last_vote(month_day: str) -> pl.Expr:
    """The latest `month_day` (MM-DD) that is not after `award_end`."""
    month, day = (int(part) for part in month_day.split("-"))
    end = pl.col("award_end")
    same_year = pl.date(end.dt.year(), month, day)
    return pl.when(same_year <= end).then(same_year).otherwise(pl.date(end.dt.year() - 1, month, day))
