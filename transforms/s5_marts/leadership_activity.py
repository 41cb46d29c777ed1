"""Mart `leadership_activity`: what leaders did, and whether it helped, by school and month (M25)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON
from contracts.marts.leadership_activity import LeadershipActivity
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.service import LeaYears
from transforms.money import rate, ratio

KEY = ["lea_id", "school_id", "month", "measure"]
OUTPUTS = ("observation", "coaching_session", "team_meeting", "training_delivered")


def build_leadership_activity(
    leadership: dy.LazyFrame[LeadershipEvents], lea_years: dy.LazyFrame[LeaYears]
) -> dy.LazyFrame[LeadershipActivity]:
    """One row per lea_id x school_id x month x measure (MARTS 5 "Names").

    Outputs: done = completed events, required = completed + scheduled. Outcome `focus_improved`: required = events
    with both scores, done = those whose later score is a level or more above the earlier. The school is the event's,
    else the educator's of record; output and outcome never share a row.
    """
    record = lea_years.select(*PERSON, pl.col("school_id").alias("record_school_id"))
    counted = pl.col("event_type").is_in(list(OUTPUTS)) & pl.col("outcome").is_in(["completed", "scheduled"])
    scored = pl.col("score_before").is_not_null() & pl.col("score_after").is_not_null()
    events = (
        leadership.filter(counted | scored)
        .join(record, on=PERSON, how="left")
        .with_columns(
            pl.coalesce("school_id", "record_school_id").alias("school_id"),
            pl.col("event_date").dt.truncate("1mo").alias("month"),
        )
    )
    completed = pl.col("outcome") == "completed"
    outputs = events.filter(counted).select(
        *KEY[:3],
        "school_year",
        pl.col("event_type").alias("measure"),
        pl.lit("output").alias("kind"),
        completed.alias("is_done"),
    )
    improved = pl.col("score_after") >= pl.col("score_before") + 1
    outcomes = events.filter(improved.is_not_null()).select(
        *KEY[:3],
        "school_year",
        pl.lit("focus_improved").alias("measure"),
        pl.lit("outcome").alias("kind"),
        improved.alias("is_done"),
    )
    return (
        pl.concat([outputs, outcomes])
        .group_by(*KEY, "kind")
        .agg(pl.col("school_year").max(), pl.col("is_done").sum().alias("done"), pl.len().alias("required"))
        .with_columns(rate(ratio(pl.col("done"), pl.col("required"))).alias("rate"))
        .pipe(LeadershipActivity.cast)
    )
