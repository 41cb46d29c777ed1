"""Holders and moves: `public_designation` (by school too where holders are public) and `public_ladder_flow`."""

from __future__ import annotations

import polars as pl

from contracts.public import MOVES, NOBODY, WHOLE
from transforms.s6_disclose.shape import ARROW, counted, shaped

PROGRAM = ["lea_id", "program_id", "school_year"]


def program_years(designation: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """One row per LEA and program with anything on file x year from its first to its last: rows that could be."""
    seen = pl.concat([designation.select(PROGRAM), paid.select(PROGRAM)]).unique()
    spans = seen.group_by("lea_id", "program_id").agg(
        pl.col("school_year").min().alias("first"), pl.col("school_year").max().alias("last")
    )
    return (
        spans.with_columns(school_year=pl.int_ranges("first", pl.col("last") + 1, dtype=pl.Int16))
        .explode("school_year")
        .select(PROGRAM)
        .sort(PROGRAM)
    )


def held(designation: pl.DataFrame, record: pl.DataFrame, years: pl.DataFrame, ladders: pl.DataFrame) -> pl.DataFrame:
    """Designation rows by level; a school row counts who works there in the LEA that designates.

    `ladders`: program_id, level, rank, kind; with the level `none` (rank 0) of each. `record`: educator_year.
    """
    holders = designation.select(*PROGRAM, "staff_id", "print", part=pl.col("level").fill_null(NOBODY))
    steps = ladders.select("program_id", "kind", "leads", part="level")
    lea = counted(years.join(steps.drop("kind", "leads"), on="program_id"), holders)
    lea = lea.join(steps.select("program_id", "part", "leads"), on=["program_id", "part"])
    kinds = steps.select("program_id", confidential=pl.col("kind") == "confidential").unique()
    lea = lea.with_columns(group=pl.col("value").sum().over(PROGRAM)).join(kinds, on="program_id")
    whole = (
        lea.filter("confidential")
        .group_by(*PROGRAM, "confidential")
        .agg(pl.col("value", "print").sum(), pl.col("value").sum().alias("group"))
        .with_columns(part=pl.lit(WHOLE), leads=pl.lit(False))
    )
    # How many a program judges is a headcount, which is public: often every teacher of the district.
    rows = pl.concat([lea, whole.select(lea.columns)]).with_columns(
        sensitive=pl.col("confidential") & (pl.col("part") != WHOLE)
    )
    placed = holders.join(
        record.select("staff_id", "school_year", "lea_id", "school_id"), on=["staff_id", "school_year", "lea_id"]
    )
    schools = record.select("lea_id", "school_year", "school_id").unique()
    open_steps = steps.filter(pl.col("kind") != "confidential").drop("kind", "leads")
    places = years.join(schools, on=["lea_id", "school_year"]).join(open_steps, on="program_id")
    in_schools = counted(places, placed).with_columns(grain=pl.lit("school"))
    return pl.concat([shaped(rows, "public_designation"), shaped(in_schools, "public_designation")])


def moved(designation: pl.DataFrame, years: pl.DataFrame, ladders: pl.DataFrame) -> pl.DataFrame:
    """Moves since the year before. Rows of an open program by `move`; leaves by the two levels for every program.

    The `cut` of a leaf is the move, of which the state's rows tell.

    Who had no row the year before comes from no level. Nothing is said of who had and has none. A program's first year
    in the state has no rows: moves into a level would be its holders once more. A district's first year has moves from
    no level alone: nobody held one there.
    """
    rank = ladders.select("program_id", "level", "rank")
    steps = rank.join(rank, on="program_id", suffix="_to").filter((pl.col("rank") > 0) | (pl.col("rank_to") > 0))
    up, down = pl.col("rank_to") > pl.col("rank"), pl.col("rank_to") < pl.col("rank")
    named = steps.with_columns(
        move=pl.when(pl.col("rank") == 0)
        .then(pl.lit("entered"))
        .when(pl.col("rank_to") == 0)
        .then(pl.lit("left"))
        .when(up)
        .then(pl.lit("up"))
        .when(down)
        .then(pl.lit("down"))
        .otherwise(pl.lit("stayed")),
        levels=pl.concat_str("level", "level_to", separator=ARROW),
    ).select("program_id", "levels", "move")
    now = designation.select(*PROGRAM, "staff_id", "print", to=pl.col("level").fill_null(NOBODY))
    before = now.drop("print").select("lea_id", "program_id", "staff_id", pl.col("school_year") + 1, start="to")
    keys = ["lea_id", "program_id", "staff_id", "school_year"]
    rows = (
        now.join(before, on=keys, how="left")
        .with_columns(levels=pl.concat_str(pl.col("start").fill_null(NOBODY), "to", separator=ARROW))
        .join(named, on=["program_id", "levels"])
    )
    kinds = ladders.select("program_id", confidential=pl.col("kind") == "confidential").unique()
    first = pl.col("school_year").min()
    later = years.with_columns(begins=pl.col("school_year") == first.over("lea_id", "program_id")).filter(
        pl.col("school_year") > first.over("program_id")
    )
    years = later.drop("begins")
    possible = later.join(named.select("program_id", part="levels", cut="move"), on="program_id").filter(
        ~pl.col("begins") | pl.col("part").str.starts_with(NOBODY + ARROW)
    )
    leaf = counted(
        possible.drop("begins"),
        rows.with_columns(part="levels", cut="move"),
    )
    leaf = leaf.join(kinds, on="program_id").with_columns(
        sensitive="confidential", group=pl.col("value").sum().over(PROGRAM)
    )
    moves = pl.DataFrame({"part": MOVES})
    with_sizes = counted(
        years.join(kinds.filter(~pl.col("confidential")).select("program_id"), on="program_id").join(
            moves, how="cross"
        ),
        rows.with_columns(part="move"),
    )
    return pl.concat(
        [
            shaped(leaf, "public_ladder_flow", grain="leaf"),
            shaped(with_sizes, "public_ladder_flow", cut="lea"),
        ]
    )
