"""The same state with its secrets dealt anew: who was rated how, holds which level, and was where a year later.

What everybody can see stays where it is (who works where, who teaches, who has a role, whom a program judges). What one
person has of a secret, ratings and levels together, goes to another of the same year whom the same programs judge; and
what became of a person goes to any other. What adds up in such a state too adds up whatever the secrets are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from contracts.vocabulary import NEXT_YEAR_OUTCOMES

PERSON = ["staff_id", "school_year"]


def exchanged(marts: Mapping[str, pl.LazyFrame], steps: pl.DataFrame, seed: int) -> dict[str, pl.LazyFrame]:
    """`marts` with other `designation` and `educator_year`. `steps`: program_id, level, leads. `seed`: which deal."""
    record = marts["educator_year"].collect()
    held = marts["designation"].collect()
    judged = held.group_by(PERSON).agg(programs=pl.col("program_id").unique().sort().str.join(","))
    people = (
        pl.concat([record.select(PERSON), held.select(PERSON)])
        .unique()
        .join(judged, on=PERSON, how="left")
        .sort(PERSON)
    )
    chance = np.random.default_rng(seed)
    people = people.with_columns(draw=pl.Series(chance.random(people.height)))
    people = people.with_columns(donor=pl.col("staff_id").sort_by("draw").over("school_year", "programs"))
    donor = people.select(*PERSON, "donor")
    level = held.select(pl.col("staff_id").alias("donor"), "school_year", "program_id", "level").sort(pl.all())
    level = level.unique(["donor", "school_year", "program_id"], keep="first", maintain_order=True)
    other = held.drop("level").join(donor, on=PERSON).join(level, on=["donor", "school_year", "program_id"], how="left")
    leading = steps.filter("leads").select("program_id", "level")
    leads = pl.concat(
        [
            other.join(leading, on=["program_id", "level"], how="semi").select(PERSON),
            marts["leadership_role"].select(PERSON).collect(),
        ]
    ).unique()
    rated = record.select(pl.col("staff_id").alias("donor"), "school_year", "is_top")
    rated = rated.sort(pl.all()).unique(["donor", "school_year"], keep="first", maintain_order=True)
    known = pl.col("next_year_outcome") != NEXT_YEAR_OUTCOMES[-1]
    mixed = record.sort("staff_id", "school_year", "lea_id").with_columns(
        draw=pl.Series(chance.random(record.height)), known=known
    )
    mixed = (
        mixed.drop("is_top", "is_leader")
        .with_columns(pl.col("next_year_outcome").sort_by("draw").over("school_year", "known"))
        .join(donor, on=PERSON, how="left")
        .join(rated, on=["donor", "school_year"], how="left")
        .join(leads.with_columns(is_leader=pl.lit(True)), on=PERSON, how="left")
        .with_columns(pl.col("is_leader").fill_null(False))
    )
    return {
        **marts,
        "designation": other.drop("donor").lazy(),
        "educator_year": mixed.drop("draw", "known", "donor").lazy(),
    }
