"""Published numbers of every mart in one shape: a hierarchy of places, each place's whole and its parts.

Shape: HIERARCHY names one published table (mart, measure, program, cut, year), PLACE a row of it, `part` a column;
the part `all` is the whole. `grain` unplaced: persons of an LEA at no known school, never published.
"""

from __future__ import annotations

import polars as pl

HIERARCHY = ["mart", "measure", "program_id", "cut", "school_year"]
PLACE = ["grain", "lea_id", "school_id"]
WHOLE = "all"
NUMBERS = ["unit", "value", "persons", "largest", "two_largest", "sensitive"]
SHAPE = [*HIERARCHY, *PLACE, "part", *NUMBERS]


def counted(leaves: pl.LazyFrame, schools: bool, sensitive: bool) -> pl.LazyFrame:
    """SHAPE of counts: every place x every part of its table (zeros included), with wholes, LEA and state rows.

    `leaves`: HIERARCHY, lea_id, school_id, part, value; several rows may count for one place and part. `schools`:
    publish school rows (a null school_id is unplaced). `sensitive`: the parts tell something about a person.
    """
    key = [*HIERARCHY, "part"]
    levels = [("lea", [*key, "lea_id"]), ("state", key)]
    if schools:
        levels.insert(0, ("school", [*key, "lea_id", "school_id"]))
    rows = pl.concat([leaves, leaves.filter(pl.col("part") != WHOLE).with_columns(part=pl.lit(WHOLE))])
    every = rows.select(key).unique()
    found = []
    for grain, by in levels:
        sums = rows.group_by(by).agg(pl.col("value").sum())
        places = sums.select([column for column in by if column != "part"]).unique()
        full = places.join(every, on=HIERARCHY, nulls_equal=True).join(sums, on=by, how="left", nulls_equal=True)
        known = pl.col("school_id").is_not_null() if grain == "school" else pl.lit(True)
        place = pl.when(known).then(pl.lit(grain)).otherwise(pl.lit("unplaced"))
        found.append(full.with_columns(pl.col("value").fill_null(0), grain=place))
    return (
        pl.concat(found, how="diagonal")
        .with_columns(
            pl.col("value").cast(pl.Int64),
            persons=pl.col("value").cast(pl.Int64),
            unit=pl.lit("persons"),
            largest=pl.lit(None, pl.Int64),
            two_largest=pl.lit(None, pl.Int64),
            sensitive=pl.lit(sensitive),
        )
        .pipe(_shaped)
    )


def paid(contributions: pl.LazyFrame) -> pl.LazyFrame:
    """SHAPE of money at LEA and state grain, with wholes, from HIERARCHY, lea_id, part, staff_id, cents.

    Persons are distinct; the largest contributors are persons' sums, whatever their sign.
    """
    rows = pl.concat([contributions, contributions.with_columns(part=pl.lit(WHOLE))])
    key = [*HIERARCHY, "part"]
    found = []
    for grain, by in (("lea", [*key, "lea_id"]), ("state", key)):
        persons = rows.group_by(*by, "staff_id").agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)
        size = pl.col("cents").abs()
        sums = persons.group_by(by).agg(
            pl.col("cents").sum().alias("value"),
            pl.len().cast(pl.Int64).alias("persons"),
            size.max().alias("largest"),
            size.top_k(2).sum().alias("two_largest"),
        )
        found.append(sums.with_columns(grain=pl.lit(grain)))
    return pl.concat(found, how="diagonal").with_columns(unit=pl.lit("cents"), sensitive=pl.lit(False)).pipe(_shaped)


def _shaped(rows: pl.LazyFrame) -> pl.LazyFrame:
    present = rows.collect_schema().names()
    missing = [pl.lit(None, pl.String).alias(name) for name in ("lea_id", "school_id") if name not in present]
    return rows.with_columns(missing).select(
        pl.col(*HIERARCHY[:4]).cast(pl.String),
        pl.col("school_year").cast(pl.Int16),
        pl.col(*PLACE, "part").cast(pl.String),
        *NUMBERS,
    )
