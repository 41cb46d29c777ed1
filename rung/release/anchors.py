"""Anchors: sums over some districts of a year that an earlier state total tells, and how exactly (DISCLOSURE 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from transforms.s6_disclose.past import TOLD
from transforms.s6_disclose.shape import KEY

Block = tuple[str, int]


def totals_known(
    told: pl.DataFrame, rows: pl.DataFrame, same: pl.DataFrame, kept: Collection[Block], changed: Collection[int]
) -> pl.DataFrame:
    """TOLD rows for a release. `told`: those of the release before; `rows`: its rows, with less and more; `same`: rows
    of replaced district-years whose numbers did not change; `kept`: district-years that stay as they are; `changed`:
    years in which one came, changed or went, so that the state before tells what is left of it.

    A set of districts is cut down to those whose numbers stand still: number by number, as a district that is replaced
    may keep some of them. A number of the state that was hidden tells nothing.
    """
    state = rows.filter((pl.col("grain") == "state") & (pl.col("mask") != "suppressed"))
    members = rows.filter(pl.col("grain").is_in(["lea", "leaf"])).group_by("school_year").agg(pl.col("lea_id").unique())
    whole = members.with_columns(set=pl.col("lea_id").list.sort().list.join(",")).select("school_year", "set")
    newest = state.filter(pl.col("school_year").is_in(list(changed))).join(whole, on="school_year")
    every = pl.concat([told, newest.select(pl.col(name).cast(kind) for name, kind in TOLD.items())])
    still = pl.DataFrame(sorted(kept), schema={"lea": pl.String, "school_year": pl.Int16}, orient="row")
    standing = same.filter(pl.col("grain").is_in(["lea", "leaf"])).select(*KEY, lea="lea_id").unique()
    numbered = every.with_row_index("row").with_columns(lea=pl.col("set").str.split(",")).explode("lea")
    left = pl.concat(
        [
            numbered.join(still, on=["lea", "school_year"], how="semi"),
            numbered.join(standing, on=[*KEY, "lea"], how="semi", nulls_equal=True),
        ]
    ).unique(["row", "lea"])
    sets = left.group_by("row").agg(pl.col("lea").sort().str.join(",").alias("set"))
    cut = every.drop("set").with_row_index("row").join(sets, on="row")
    return cut.select(pl.col(name).cast(kind) for name, kind in TOLD.items()).unique().sort(list(TOLD))


def sets_of(told: pl.DataFrame) -> Mapping[int, tuple[tuple[str, ...], ...]]:
    """By year the sets of districts whose sums readers have."""
    pairs = told.select("school_year", "set").unique().sort("school_year", "set")
    found: dict[int, tuple[tuple[str, ...], ...]] = {}
    for year, leas in zip(pairs["school_year"], pairs["set"], strict=True):
        found[year] = (*found.get(year, ()), tuple(leas.split(",")))
    return found
