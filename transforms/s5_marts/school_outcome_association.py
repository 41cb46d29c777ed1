"""Mart `school_outcome_association`: what changed at schools that gained leaders, beside schools like them (M39)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import SCHOOL, STAFF_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.marts.school_outcome_association import SchoolOutcomeAssociation
from contracts.reference import SchoolOutcomes, Schools
from contracts.resolved.leaders import Adopted, Leaders
from transforms.money import dollars, fine, rate
from transforms.s4_sustain.matched_comparison import poverty_quartiles

LIKE = ["measure", "school_year", "level", "poverty_quartile"]
ROW = ["program_id", "measure", "school_year"]
CALIPER = 0.2  # a match's prior value is no further off than this part of the range of all prior values
NORMAL_95 = 1.96


def build_school_outcome_association(
    educator_year: dy.LazyFrame[EducatorYear],
    leaders: dy.LazyFrame[Leaders],
    adopted: dy.LazyFrame[Adopted],
    schools: dy.LazyFrame[Schools],
    school_outcomes: dy.LazyFrame[SchoolOutcomes],
) -> dy.LazyFrame[SchoolOutcomeAssociation]:
    """One row per program_id x measure x school_year t in which the program is in force in some LEA, over the state.

    Gaining school: teachers on the roster in t-1 and t, no teacher leader of any program in t-1, one of this program in
    t. Its match: the school without a teacher leader in both years, of the same level and poverty quartile of t-1,
    whose value of t-1 is nearest (then the first id), at most CALIPER of the range off; a school may serve twice.
    Changes are from t-1 to t; `prior_difference` is the same pairs' from t-2 to t-1. Means are unweighted.
    Without outcomes of the year: `measure` null, `not_configured`; with no pair: `not_enough_data`.
    """
    teachers = educator_year.filter("is_teacher")
    there = teachers.group_by(SCHOOL).agg(pl.col("is_leader").any().alias("leads"))
    known = (
        _changes(school_outcomes)
        .join(_of_last_year(schools), on=SCHOOL)
        .join(there, on=SCHOOL)
        .join(_a_year_later(there).rename({"leads": "led_before"}), on=SCHOOL)
        .filter(~pl.col("led_before"))
    )
    led = (
        leaders.select(*STAFF_YEAR, "program_id")
        .join(teachers.filter("is_leader").select(*STAFF_YEAR, "school_id"), on=STAFF_YEAR)
        .select(*SCHOOL, "program_id")
        .unique()
    )
    pairs = _nearest(led.join(known, on=SCHOOL), known.filter(~pl.col("leads")))
    asked = adopted.select("program_id", "school_year").unique()
    measured = school_outcomes.select("measure", "school_year").unique()
    counts = ["schools", "matched", "students"]
    return (
        asked.join(measured, on="school_year", how="left")
        .join(_compared(pairs), on=ROW, how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(
            pl.when(pl.col("measure").is_null())
            .then(pl.lit("not_configured"))
            .when(pl.col("schools") == 0)
            .then(pl.lit("not_enough_data"))
            .otherwise(pl.lit("ok"))
            .alias("association_status")
        )
        .pipe(SchoolOutcomeAssociation.cast)
    )


def _a_year_later(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns((pl.col("school_year") + 1).cast(pl.Int16))


def _of_last_year(schools: dy.LazyFrame[Schools]) -> pl.LazyFrame:
    """SCHOOL with `level` and `poverty_quartile` of the year before; without either a school is no match."""
    like = schools.select(*SCHOOL, "level").join(poverty_quartiles(schools), on=SCHOOL)
    return _a_year_later(like).filter(pl.col("level").is_not_null() & (pl.col("poverty_quartile") > 0))


def _changes(outcomes: dy.LazyFrame[SchoolOutcomes]) -> pl.LazyFrame:
    """SCHOOL x measure with values of t and t-1: `before`, `change`, `prior_change` (null without t-2), `range`."""
    key = [*SCHOOL, "measure"]
    values = outcomes.select(*key, "value")
    before = _a_year_later(values).rename({"value": "before"})
    earlier = _a_year_later(_a_year_later(values)).rename({"value": "earlier"})
    spread = (pl.col("before").max() - pl.col("before").min()).over("measure", "school_year")
    return (
        outcomes.select(*key, "value", "n")
        .join(before, on=key)
        .join(earlier, on=key, how="left")
        .select(
            *key,
            "n",
            "before",
            (pl.col("value") - pl.col("before")).alias("change"),
            (pl.col("before") - pl.col("earlier")).alias("prior_change"),
            spread.alias("range"),
        )
    )


def _nearest(gained: pl.LazyFrame, calm: pl.LazyFrame) -> pl.LazyFrame:
    """One row per gaining school, program and measure that has a match, with `matched_*` of the match."""
    off = (pl.col("before") - pl.col("matched_before")).abs()
    match = calm.select(
        *LIKE, *[pl.col(name).alias(f"matched_{name}") for name in ("school_id", "before", "change", "prior_change")]
    )
    return (
        gained.join(match, on=LIKE)
        .with_columns(off.alias("off"))
        .filter(pl.col("off") <= CALIPER * pl.col("range"))
        .sort(*ROW, "school_id", "off", "matched_school_id")
        .unique([*ROW, "school_id"], keep="first", maintain_order=True)
    )


def _compared(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """ROW with counts, means and the interval; sums in whole hundred-millionths, which no order changes."""
    difference = pl.col("change") - pl.col("matched_change")
    prior = pl.col("prior_change") - pl.col("matched_prior_change")
    n = pl.col("schools")
    spread = pl.col("squares") - pl.col("difference") * pl.col("difference") * n
    half = NORMAL_95 * (pl.max_horizontal(spread, 0.0) / (n.cast(pl.Float64) - 1) / n).sqrt()
    return (
        pairs.group_by(ROW)
        .agg(
            pl.len().alias("schools"),
            pl.col("matched_school_id").n_unique().alias("matched"),
            pl.col("n").sum().alias("students"),
            _mean(pl.col("change")).alias("change"),
            _mean(pl.col("matched_change")).alias("matched_change"),
            _mean(difference).alias("difference"),
            dollars(fine(difference * difference).sum()).alias("squares"),
            _mean(prior).alias("prior_difference"),
        )
        .with_columns(pl.when(n > 1).then(half).alias("half"))
        .with_columns(
            rate(pl.col("difference") - pl.col("half")).alias("difference_low"),
            rate(pl.col("difference") + pl.col("half")).alias("difference_high"),
            *[rate(pl.col(name)) for name in ("change", "matched_change", "difference", "prior_difference")],
        )
    )


def _mean(number: pl.Expr) -> pl.Expr:
    """Mean of what is known; null where nothing is."""
    known = number.is_not_null().sum()
    return pl.when(known > 0).then(dollars(fine(number).sum()) / known)
