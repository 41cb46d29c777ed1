"""Mart `coach_outcome`: what became of those whom each leader coached (M34)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PERSON
from contracts.marts.coach_outcome import CoachOutcome
from contracts.policy.parameters import MetricParameters
from contracts.resolved.leaders import LeadershipEvents, LeaderYears
from transforms.money import median, rate, ratio

COACHING = ("coaching_session", "observation")
UNDONE = ("scheduled", "denied", "failed", "declined")


def build_coach_outcome(
    leadership: dy.LazyFrame[LeadershipEvents], leader_years: dy.LazyFrame[LeaderYears], parameters: MetricParameters
) -> dy.LazyFrame[CoachOutcome]:
    """One row per staff_id x lea_id x school_year of a leader with at least `minimum_coachees` coachees in that LEA.

    Coachees: different counterparts of coaching sessions and observations that took place. Focus areas: those events
    with both scores; improved: the later a level or more above the earlier. The district's quartiles (nearest rank) and
    median run over its leaders here with a share.
    """
    both = pl.col("score_before").is_not_null() & pl.col("score_after").is_not_null()
    improved = both & (pl.col("score_after") >= pl.col("score_before") + 1)
    share = ratio(pl.col("focus_improved"), pl.col("focus_set"))
    coached = (
        leadership.filter(
            pl.col("event_type").is_in(list(COACHING)) & ~pl.col("outcome").is_in(list(UNDONE)).fill_null(False)
        )
        .join(leader_years, on=["staff_id", "school_year"], how="semi")
        .group_by(PERSON)
        .agg(
            pl.col("counterpart_staff_id").drop_nulls().n_unique().alias("coachees"),
            both.sum().cast(pl.Int64).alias("focus_set"),
            improved.sum().cast(pl.Int64).alias("focus_improved"),
        )
        .filter(pl.col("coachees") >= parameters.minimum_coachees)
        .with_columns(share.alias("share"))
    )
    spread = coached.group_by(LEA_YEAR).agg(
        _quarter(1).alias("lea_p25"), median(pl.col("share")).alias("lea_median"), _quarter(3).alias("lea_p75")
    )
    return (
        coached.join(spread, on=LEA_YEAR)
        .with_columns(rate(pl.col(name)).alias(name) for name in ("share", "lea_p25", "lea_median", "lea_p75"))
        .pipe(CoachOutcome.cast)
    )


def _quarter(quarters: int) -> pl.Expr:
    """The quartile of `share` by nearest rank: the value at rank ceil(quarters x n / 4); null over no rows."""
    kept = pl.col("share").drop_nulls().sort()
    return kept.get((kept.len().cast(pl.Int64) * quarters + 3) // 4 - 1, null_on_oob=True)
