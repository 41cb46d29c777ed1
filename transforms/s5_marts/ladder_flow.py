"""Mart `ladder_flow`: how persons move between levels, and how long it takes (M18)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_PROGRAM, PROGRAM_PERSON
from contracts.marts.designation import Designation
from contracts.marts.ladder_flow import LadderFlow
from transforms.money import rate, ratio


def build_ladder_flow(designation: dy.LazyFrame[Designation]) -> dy.LazyFrame[LadderFlow]:
    """One row per lea_id x program_id x school_year x from_level x to_level (MARTS 3; metrics 2).

    Every designation row of t counts once, so `persons` sums to the rows of `designation`. `from_level` is the level of
    the row of t-1, null if there is none. `hazard` = persons over rows of t with that from_level.
    """
    flow_key = [*LEA_PROGRAM, "school_year", "from_level", "to_level"]
    flows = (
        level_moves(designation)
        .group_by(flow_key)
        .agg(pl.len().alias("persons"))
        .with_columns(
            pl.col("persons").sum().over(*LEA_PROGRAM, "school_year", "from_level").alias("at_risk"),
        )
        .with_columns(rate(ratio(pl.col("persons"), pl.col("at_risk"))).alias("hazard"))
    )
    return flows.join(years_to_level(designation), on=[*LEA_PROGRAM, "school_year", "to_level"], how="left").pipe(
        LadderFlow.cast
    )


def level_moves(designation: dy.LazyFrame[Designation]) -> pl.LazyFrame:
    """Each designation row (staff x lea x program x year) with `from_level` of the year before and `to_level`."""
    rows = designation.select(*PROGRAM_PERSON, "school_year", pl.col("level").alias("to_level"))
    before = rows.select(
        *PROGRAM_PERSON, (pl.col("school_year") + 1).cast(pl.Int16), pl.col("to_level").alias("from_level")
    )
    return rows.join(before, on=[*PROGRAM_PERSON, "school_year"], how="left")


def years_to_level(designation: dy.LazyFrame[Designation]) -> pl.LazyFrame:
    """One row per lea x program x year x to_level: the median, over persons who reached it by then (leavers included),
    of years from their first row in the program and LEA to the first at the level.

    Persons are first counted by year reached and years taken, so the median is taken over a few counts, not persons.
    """
    entered = designation.group_by(PROGRAM_PERSON).agg(pl.col("school_year").min().alias("first_year"))
    reached = (
        designation.filter(pl.col("level").is_not_null())
        .group_by(*PROGRAM_PERSON, pl.col("level").alias("to_level"))
        .agg(pl.col("school_year").min().alias("reached_year"))
        .join(entered, on=PROGRAM_PERSON)
        .group_by(
            *LEA_PROGRAM, "to_level", "reached_year", (pl.col("reached_year") - pl.col("first_year")).alias("years")
        )
        .agg(pl.len().alias("count"))
    )
    years = designation.select(*LEA_PROGRAM, "school_year").unique()
    key = [*LEA_PROGRAM, "school_year", "to_level"]
    return (
        years.join(reached, on=LEA_PROGRAM)
        .filter(pl.col("reached_year") <= pl.col("school_year"))
        .group_by(*key, "years")
        .agg(pl.col("count").sum())
        .group_by(key)
        .agg(_median_of_counts().alias("median_years_to_level"))
    )


def _median_of_counts() -> pl.Expr:
    """Median of `years`, each standing for `count` persons; an even number takes the mean of the middle two."""
    years = pl.col("years").sort_by("years").cast(pl.Float64)
    below = pl.col("count").sort_by("years").cum_sum()
    total = pl.col("count").sum()
    low = years.filter(below >= (total + 1) // 2).first()
    high = years.filter(below >= total // 2 + 1).first()
    return (low + high) / 2
