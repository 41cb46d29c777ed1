"""Like with like: leaders beside non-leaders of the same LEA, band, experience and poverty (M19, M21)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM
from contracts.marts.educator_year import EducatorYear
from contracts.policy.parameters import LikeComparison
from contracts.reference import Schools
from contracts.resolved.people import ComparableLeaders, ComparablePeople, Comparison, PovertyQuartiles

CELL = ["lea_id", "school_year", "cell_band", "cell_experience", "cell_poverty"]
STAYS = {
    "lea": ("stay_school", "move_school"),
    "school": ("stay_school",),
    "teaching": ("stay_school", "move_school", "move_lea"),
}
GONE = ("left_state_schools", "move_lea")
PARTS = 1_000_000_000  # expected persons are summed as whole billionths


def poverty_quartiles(schools: dy.LazyFrame[Schools]) -> dy.LazyFrame[PovertyQuartiles]:
    """One row per school_id x school_year with its `poverty_quartile`, 4 poorest; 0 where poverty is not known.

    Schools statewide in order of (poverty_percent, school_id): rank r (from 0) of n is in quartile r x 4 div n + 1.
    """
    year = ["school_year"]
    known = pl.col("poverty_percent").is_not_null()
    rank = pl.int_range(pl.len()).over(year, order_by=["poverty_percent", "school_id"])
    ranked = schools.filter(known).with_columns(
        (rank * 4 // pl.len().over(year) + 1).cast(pl.Int8).alias("poverty_quartile")
    )
    unknown = schools.filter(~known).with_columns(pl.lit(0, pl.Int8).alias("poverty_quartile"))
    return (
        pl.concat([ranked, unknown]).select("school_id", "school_year", "poverty_quartile").pipe(PovertyQuartiles.cast)
    )


def with_cells(
    people: dy.LazyFrame[EducatorYear], quartiles: dy.LazyFrame[PovertyQuartiles], like: LikeComparison
) -> dy.LazyFrame[ComparablePeople]:
    """Add the cell of likeness to educator-years: band (0 none), experience (-1 not known), poverty quartile."""
    years = pl.col("years_experience")
    band_of_experience = pl.sum_horizontal([(years >= start).cast(pl.Int32) for start in like.experience_from])
    return (
        people.join(quartiles, on=["school_id", "school_year"], how="left")
        .with_columns(
            pl.col("band").fill_null(0).alias("cell_band"),
            pl.when(years.is_null()).then(-1).otherwise(band_of_experience).alias("cell_experience"),
            pl.col("poverty_quartile").fill_null(0).alias("cell_poverty"),
        )
        .pipe(ComparablePeople.cast)
    )


def compare(
    leaders: dy.LazyFrame[ComparableLeaders], others: dy.LazyFrame[ComparablePeople]
) -> dy.LazyFrame[Comparison]:
    """One row per PROGRAM: `compared` leaders and `compared_with` others in shared cells (known outcomes only), the
    differences in rates of staying, and `fewer_leavers`: leavers expected at the others' rates less those seen.

    Each cell of others weighs by the leaders in it, so that both sides have the same mix of band, experience and
    poverty.
    """
    known = pl.col("next_year_outcome") != "outcome_unknown"
    led = leaders.filter(known).group_by(*PROGRAM, *CELL[2:]).agg(_counts("led"))
    rest = others.filter(known).group_by(CELL).agg(_counts("rest"))
    kinds = [*STAYS, "gone"]
    expected = [
        (pl.col(f"rest_{kind}") * pl.col("led") / pl.col("rest") * PARTS).round(0).cast(pl.Int64).alias(f"like_{kind}")
        for kind in kinds
    ]
    sums = (
        led.join(rest, on=CELL)
        .with_columns(expected)
        .group_by(PROGRAM)
        .agg(
            pl.col("led").sum().alias("compared"),
            pl.col("rest").sum().alias("compared_with"),
            *[
                (pl.col(f"led_{kind}").sum() - pl.col(f"like_{kind}").sum() / PARTS).alias(f"more_{kind}")
                for kind in kinds
            ],
        )
    )
    return sums.with_columns(
        *[(pl.col(f"more_{kind}") / pl.col("compared")).alias(f"more_{kind}") for kind in STAYS],
        (-pl.col("more_gone")).alias("fewer_leavers"),
    ).pipe(Comparison.cast)


def _counts(name: str) -> list[pl.Expr]:
    """Persons, and persons of each kind of outcome."""
    outcome = pl.col("next_year_outcome")
    assignments = [
        outcome.is_in(list(words)).sum().cast(pl.Int64).alias(f"{name}_{kind}") for kind, words in STAYS.items()
    ]
    gone = outcome.is_in(list(GONE)).sum().cast(pl.Int64).alias(f"{name}_gone")
    return [pl.len().cast(pl.Int64).alias(name), *assignments, gone]
