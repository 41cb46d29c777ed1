"""Mart `pipeline`: leaders who become assistant principal or principal, and principals who led (M31)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, STAFF_YEAR
from contracts.marts.educator_year import EducatorYear
from contracts.marts.pipeline import Pipeline
from contracts.policy.parameters import Findings
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.others import Rosters
from contracts.resolved.service import LeaYears
from transforms.money import rate, ratio
from transforms.s4_sustain.findings import is_administrator, licensed
from transforms.s4_sustain.totals import with_totals

LONGEST = 10
KEY = [*LEA_YEAR, "years_after"]


def build_pipeline(
    educator_year: dy.LazyFrame[EducatorYear],
    leadership: dy.LazyFrame[LeadershipEvents],
    lea_years: dy.LazyFrame[LeaYears],
    rosters: dy.LazyFrame[Rosters],
    limits: Findings,
) -> dy.LazyFrame[Pipeline]:
    """One row per lea_id (null: state) x school_year x years_after, as far as years are on file.

    `leaders`: teacher leaders of the year, by LEA of record; `to_ap`, `to_principal`: of these, who held such a post of
    record anywhere in the state in some year from then to `years_after` later (one person may be in both). New
    principals: principal of record in the year and in no earlier one; who led: teacher leader of some earlier year.
    Licences: `administrator_credentials` in force on 30 June, at the LEA of record; null where no code is configured.
    """
    rows = with_totals(educator_year, "lea_id")
    years = rows.select(LEA_YEAR).unique()
    last = rosters.select(pl.col("school_year").max().alias("last_year"))
    after = (
        years.join(last, how="cross")
        .with_columns(pl.int_ranges(0, LONGEST + 1).cast(pl.List(pl.Int8)).alias("years_after"))
        .explode("years_after")
        .filter(pl.col("school_year") + pl.col("years_after") <= pl.col("last_year"))
        .select(KEY)
    )
    new = _new_principals(educator_year).pipe(with_totals, "lea_id").group_by(LEA_YEAR)
    principals = new.agg(pl.len().alias("new_principals"), pl.col("led").sum().alias("new_principals_who_led"))
    first = rosters.select(pl.col("school_year").min().alias("first_year"))
    counts = ["leaders", "to_ap", "to_principal"]
    later = pl.col("school_year") > pl.col("first_year")
    return (
        after.join(_promoted(rows, educator_year, after), on=KEY, how="left", nulls_equal=True)
        .join(principals, on=LEA_YEAR, how="left", nulls_equal=True)
        .join(_licences(educator_year, leadership, lea_years, limits), on=LEA_YEAR, how="left", nulls_equal=True)
        .join(first, how="cross")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(pl.when(later).then(pl.col("new_principals", "new_principals_who_led").fill_null(0)))
        .with_columns(_licence_counts(limits))
        .pipe(Pipeline.cast)
    )


def _promoted(rows: pl.LazyFrame, educator_year: dy.LazyFrame[EducatorYear], after: pl.LazyFrame) -> pl.LazyFrame:
    """KEY with `leaders`, and of these `to_ap` and `to_principal`."""
    post = pl.col("staff_classification")
    held = educator_year.filter(is_administrator()).select("staff_id", pl.col("school_year").alias("held_year"), post)
    led = rows.filter("is_leader").select(*LEA_YEAR, "staff_id").join(after, on=LEA_YEAR, nulls_equal=True)
    until = pl.col("school_year") + pl.col("years_after")
    reached = (
        led.join(held, on="staff_id")
        .filter(pl.col("held_year").is_between(pl.col("school_year"), until))
        .group_by(KEY)
        .agg(
            pl.col("staff_id").filter(post == "assistant_principal").n_unique().alias("to_ap"),
            pl.col("staff_id").filter(post == "principal").n_unique().alias("to_principal"),
        )
    )
    return led.group_by(KEY).agg(pl.len().alias("leaders")).join(reached, on=KEY, how="left", nulls_equal=True)


def _new_principals(educator_year: dy.LazyFrame[EducatorYear]) -> pl.LazyFrame:
    """Persons in their first year as principal of record, with `led`: a teacher leader of some earlier year."""
    principals = educator_year.filter(pl.col("staff_classification") == "principal")
    first = principals.filter(pl.col("school_year") == pl.col("school_year").min().over("staff_id"))
    leading = educator_year.filter("is_leader").group_by("staff_id").agg(pl.col("school_year").min().alias("led_from"))
    return first.join(leading, on="staff_id", how="left").select(
        *LEA_YEAR, (pl.col("led_from") < pl.col("school_year")).fill_null(False).alias("led")
    )


def _licences(
    educator_year: dy.LazyFrame[EducatorYear],
    leadership: dy.LazyFrame[LeadershipEvents],
    lea_years: dy.LazyFrame[LeaYears],
    limits: Findings,
) -> pl.LazyFrame:
    """LEA_YEAR with `licences`, persons with one in force at their LEA of record, and `idle`, no administrators."""
    record = educator_year.select(*STAFF_YEAR, "lea_id")
    people = (
        licensed(leadership, lea_years, limits)
        .join(record, on=[*STAFF_YEAR, "lea_id"], how="semi")
        .select(*STAFF_YEAR, "lea_id", is_administrator().alias("administers"))
        .unique()
    )
    return (
        with_totals(people, "lea_id")
        .group_by(LEA_YEAR)
        .agg(pl.len().alias("licences"), (~pl.col("administers")).sum().alias("idle"))
    )


def _licence_counts(limits: Findings) -> list[pl.Expr]:
    """Null where no code says which credentials license administrators: nothing was looked for."""
    asked = pl.lit(bool(limits.administrator_credentials))
    return [
        pl.when(asked).then(pl.col("idle").fill_null(0)).alias("licensed_non_administrators"),
        rate(ratio(pl.col("idle"), pl.col("licences"))).alias("licensed_share"),
    ]
