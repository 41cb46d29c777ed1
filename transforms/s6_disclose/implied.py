"""What follows from the declared relations, so that it is no discovery (`undeclared`)."""

from __future__ import annotations

import polars as pl

from contracts.public import WHOLE
from transforms.s6_disclose.relations import ENTRY, Gathered, entries_of, gathered
from transforms.s6_disclose.shape import KEY, is_sum


def everything_declared(cells: pl.DataFrame) -> pl.DataFrame:
    """Entries of every declared identity (no inequality), those too in which nothing moves, and the sums of districts
    that follow from others: what a reader can take for granted.
    """
    found = gathered(cells)
    placed = cells.filter(pl.col("grain").is_in(["state", "lea"]) & ~is_sum().fill_null(False))
    by_program = (pl.col("table") == "public_retention") & pl.col("program_id").is_not_null()  # the state's alone
    placed = placed.filter((pl.col("table") != "public_ladder_flow") & ~by_program)
    sign = pl.when(pl.col("grain") == "state").then(-1).otherwise(1)
    found.entries.append(entries_of(placed, [pl.lit("also"), *KEY], "hard", sign))
    found.entries += _no_gap(cells, found)
    return pl.concat([each.select(list(ENTRY)) for each in found.entries]).filter(pl.col("kind") != "soft")


def _no_gap(cells: pl.DataFrame, found: Gathered) -> list[pl.DataFrame]:
    """Inequalities that are equalities: nothing is left between the two sides, or nothing between their wholes."""
    fixed = pl.concat(found.latent).filter(pl.col("low") == pl.col("high")).select(name="gap")
    every = pl.concat([each.select(list(ENTRY)) for each in found.entries])
    retained = cells.filter((pl.col("table") == "public_retention") & (pl.col("cut") == "leaders"))
    at = ["school_year", "lea_id"]
    mine, led = (retained.filter(pl.col("grain") == grain) for grain in ("leaf", "lea"))
    whole = mine.filter(pl.col("part") == WHOLE).join(led.filter(pl.col("part") == WHOLE), on=[*at, "value"])
    same = whole.select(*at, "program_id")
    # Of a program in one district alone, the state's numbers are the district's.
    alone = same.join(_in_one_district(mine), on=["school_year", "program_id"], how="semi")
    state = retained.filter(pl.col("grain") == "state").drop("lea_id").join(alone, on=["school_year", "program_id"])
    parts = state.filter((pl.col("part") != WHOLE) & ~is_sum())
    pairs = parts.select("program_id", *at, "part").join(led.drop("program_id"), on=[*at, "part"])
    name: list[pl.Expr | str] = [pl.lit("no other leaders"), "program_id", *at, "part"]
    alike = [entries_of(parts, name, "hard", -1), entries_of(pairs, name, "hard", 1)]
    return [every.join(fixed, on="name", how="semi").with_columns(kind=pl.lit("hard")), *alike, _led_in_state(cells)]


def _led_in_state(cells: pl.DataFrame) -> pl.DataFrame:
    """Leaders of a program in the state are all who hold a leading level, where both are as many."""
    at = ["program_id", "school_year"]
    state = cells.filter(pl.col("grain") == "state")
    held = state.filter((pl.col("table") == "public_designation") & pl.col("leads"))
    led = state.filter(
        (pl.col("table") == "public_retention") & (pl.col("part") == WHOLE) & (pl.col("cut") == "leaders")
    )
    as_many = held.group_by(at).agg(pl.col("value").sum()).join(led.select(*at, "value"), on=[*at, "value"])
    name: list[pl.Expr | str] = [pl.lit("leaders of a program in the state"), *at]
    held, led = (each.join(as_many, on=at, how="semi") for each in (held, led))
    return pl.concat([entries_of(held, name, "hard", 1), entries_of(led, name, "hard", -1)])


def _in_one_district(leaves: pl.DataFrame) -> pl.DataFrame:
    """school_year, program_id of programs that lead in one district alone."""
    places = leaves.group_by("school_year", "program_id").agg(pl.col("lea_id").n_unique().alias("places"))
    return places.filter(pl.col("places") == 1)
