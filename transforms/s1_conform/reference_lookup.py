"""Is a code one that the state's reference tables know? One boolean column `<column>__known` beside each such code.

Null where the row has no code. The suites say what an unknown code means: a rating label, or a roster's school, is an
error, a pay or fund code and a school that need not be there a warning (MARTS section 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

KNOWN = "__known"


def mark_known(rows: pl.DataFrame, extract: str, reference: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """Add the membership columns of an extract. Grain and order unchanged.

    `school_id__known`: the LEA has the school in that year. `rating_level__known`: the label is in the version of the
    system in force that year. `rating_system__known`, `pay_code__known`, `fund_code__known`: as they say, by LEA.
    """
    known = {"school_id": (["lea_id", "school_year", "school_id"], reference["schools"])}
    if extract == "payroll":
        known["pay_code"] = (["lea_id", "pay_code"], reference["pay_codes"])
        known["fund_code"] = (["lea_id", "fund_code"], reference["funds"])
    if extract == "evaluation":
        known["rating_system"] = (["rating_system"], reference["rating_systems"])
        labels = rating_labels(reference["rating_systems"], rows.lazy().select("school_year").unique())
        known["rating_level"] = (["school_year", "rating_system", "rating_level"], labels)
    return rows.with_columns(_known(column, on, codes) for column, (on, codes) in known.items())


def rating_labels(rating_systems: pl.LazyFrame, years: pl.LazyFrame) -> pl.LazyFrame:
    """One row per school year x system x label of the version in force: the greatest from_year not after the year."""
    in_force = years.join(rating_systems, how="cross").filter(pl.col("from_year") <= pl.col("school_year"))
    newest = pl.col("from_year").max().over("school_year", "rating_system")
    return in_force.filter(pl.col("from_year") == newest)


def _known(column: str, on: Sequence[str], codes: pl.LazyFrame) -> pl.Expr:
    # A set of the few codes is asked: a join that keeps the order of the rows takes ten times as long.
    listed = codes.select(on).drop_nulls().unique().collect().select(pl.struct(on)).to_series()
    found = pl.struct(on).is_in(listed.implode()).fill_null(False)
    return pl.when(pl.col(column).is_not_null()).then(found).alias(column + KNOWN)
