"""What a reader can write down: a whole and its parts, the state and its districts, and what cannot be more than what.

A relation is `hard` (an identity of numbers that are or could be published), `define` (its whole, coefficient -1, moves
with its parts and by itself never), or `soft` (an inequality: a latent cell fills the gap).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.public import NOBODY, PLUS, WHOLE
from transforms.s6_disclose.shape import ARROW, is_sum

MOST = 10**9
AT = ["program_id", "school_year", "grain", "lea_id"]
GAP = {"gap": pl.String, "value": pl.Int64, "low": pl.Int64, "high": pl.Int64}
ENTRY = {"name": pl.String, "kind": pl.String, "cell": pl.Int64, "coefficient": pl.Int64}


@dataclass
class Gathered:
    """Entries of relations (name, kind, cell, coefficient) and the latent cells of the soft ones."""

    entries: list[pl.DataFrame]
    latent: list[pl.DataFrame]


def declared(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells with the latent ones of inequalities added, and entries of every declared relation, sorted.

    Only relations in which something moves are kept: those with a sensitive cell.
    """
    every_row, found = cells, gathered(cells)
    latent = pl.concat([pl.DataFrame(schema=GAP), *found.latent])
    gaps = latent.sort("gap").with_columns(cell=len(every_row) + pl.int_range(pl.len()).cast(pl.Int64))
    entries = pl.concat([each.select(list(ENTRY)) for each in found.entries])
    filled = gaps.select(name="gap", kind=pl.lit("soft"), cell="cell", coefficient=pl.lit(-1, pl.Int64))
    extra = gaps.select(
        "cell",
        name="gap",
        unit=pl.lit("persons"),
        value="value",
        persons=pl.lit(None, pl.Int64),
        mask=pl.lit("latent"),
        rule=pl.lit(None, pl.String),
        low="low",
        high="high",
        need=pl.lit(0, pl.Int64),
        rank=pl.lit(0, pl.Int64),
        box_low="value",
        box_high="value",
    )
    every = pl.concat([every_row, extra], how="diagonal")
    moving = pl.concat([entries, filled]).join(every.select("cell", "rank", "mask"), on="cell")
    live = ((pl.col("rank") >= 0) | (pl.col("mask") != "published")).any().over("name")
    return every, moving.filter(live).select(list(ENTRY)).sort("name", "cell")


def gathered(cells: pl.DataFrame) -> Gathered:
    """Every declared relation."""
    found = Gathered([], [])
    sums_of_parts(cells, found)
    cells = cells.filter(~is_sum().fill_null(False))
    columns(cells, found)
    wholes(cells, found)
    teachers(cells, found)
    flows(cells, found)
    bounded(cells, found)
    leading(cells, found)
    return found


def entries_of(rows: pl.DataFrame, name: list[pl.Expr | str], kind: str, coefficient: int | pl.Expr) -> pl.DataFrame:
    """One entry for each row of one side of a relation; `name`: columns and constants that tell relations apart."""
    name_parts = [pl.col(each).cast(pl.String).fill_null("") if isinstance(each, str) else each for each in name]
    value = pl.lit(coefficient, pl.Int64) if isinstance(coefficient, int) else coefficient.cast(pl.Int64)
    return rows.select(name=pl.concat_str(name_parts, separator="|"), kind=pl.lit(kind), cell="cell", coefficient=value)


def columns(cells: pl.DataFrame, found: Gathered) -> None:
    """The state is the sum of its districts. Of levels that moves define, and of wholes with parts, it follows."""
    published_as_leaf = (pl.col("grain") == "leaf") | (pl.col("table") != "public_ladder_flow")
    moves = cells.filter(pl.col("table") == "public_ladder_flow").select("program_id", "school_year").unique()
    cells = cells.join(moves.with_columns(moves=pl.lit(True)), on=["program_id", "school_year"], how="left")
    follows = (pl.col("table") == "public_designation") & (pl.col("part") != NOBODY) & pl.col("moves").fill_null(False)
    follows |= (pl.col("table") == "public_designation") & (pl.col("part") == WHOLE)
    follows |= (pl.col("part") == WHOLE) & pl.col("table").is_in(["public_retention", "public_money"])
    placed = pl.col("grain").is_in(["state", "lea", "leaf"]) & (published_as_leaf | (pl.col("grain") == "state"))
    rows = cells.filter(placed & ~follows & (pl.col("table") != "public_school"))
    sign = pl.when(pl.col("grain") == "state").then(-1).otherwise(1)
    name: list[pl.Expr | str] = [pl.lit("state is the sum"), "table", "program_id", "school_year", "cut", "part"]
    found.entries.append(entries_of(rows, name, "hard", sign))


def sums_of_parts(cells: pl.DataFrame, found: Gathered) -> None:
    """A row that tells several outcomes together is their sum."""
    at = ["table", *AT, "cut"]
    told = cells.filter(is_sum())
    parts = told.select(*at, sum="part", part=pl.col("part").str.split(PLUS)).explode("part")
    members = cells.join(parts, on=[*at, "part"], nulls_equal=True)
    name: list[pl.Expr | str] = [pl.lit("told together"), *at]
    found.entries.append(entries_of(members, [*name, "sum"], "hard", 1))
    found.entries.append(entries_of(told, [*name, "part"], "hard", -1))


def wholes(cells: pl.DataFrame, found: Gathered) -> None:
    """A whole is the sum of its parts, in every place; each dimension of money adds up to the whole it has."""
    counts = cells.filter(
        pl.col("table").is_in(["public_designation", "public_retention"]) & (pl.col("grain") != "school")
    )
    sign = pl.when(pl.col("part") == WHOLE).then(-1).otherwise(1)
    with_whole = (pl.col("part") == WHOLE).any().over("table", *AT, "cut")
    rows = counts.filter(with_whole)
    found.entries.append(entries_of(rows, [pl.lit("parts"), "table", *AT, "cut"], "hard", sign))
    money = cells.filter((pl.col("table") == "public_money") & (pl.col("grain") != "leaf"))
    for dimension in ("cost_part", "stream", "ends"):
        parts = money.filter((pl.col("cut") == dimension) & (pl.col("part") != WHOLE))
        total = parts.group_by(AT).agg(pl.col("value").sum())
        whole = _whole_of(money, dimension, total)
        if whole is not None:
            name: list[pl.Expr | str] = [pl.lit(f"parts|public_money|{dimension}"), *AT]
            shared = parts.join(whole.select(AT), on=AT, how="semi", nulls_equal=True)
            found.entries.append(entries_of(shared, name, "hard", 1))
            found.entries.append(
                entries_of(
                    whole.join(shared.select(AT).unique(), on=AT, how="semi", nulls_equal=True), name, "hard", -1
                )
            )


def _whole_of(money: pl.DataFrame, dimension: str, total: pl.DataFrame) -> pl.DataFrame | None:
    """The whole that a dimension adds up to: its own, else another dimension's that is the same number everywhere."""
    every = money.filter(pl.col("part") == WHOLE)
    for cut in dict.fromkeys((dimension, "stream", WHOLE)):
        whole = every.filter(pl.col("cut") == cut)
        both = total.join(whole.select(*AT, other="value"), on=AT, nulls_equal=True)
        if not whole.is_empty() and not both.is_empty() and both.filter(pl.col("value") != pl.col("other")).is_empty():
            return whole
    return None


def teachers(cells: pl.DataFrame, found: Gathered) -> None:
    """Leaders of the quartiles are the leaders who stay or go; with the others they are the teachers."""
    at = ["school_year", "grain", "lea_id"]
    lea = cells.filter(pl.col("grain") == "lea")
    led = lea.filter((pl.col("table") == "public_access") & (pl.col("cut") == "leaders"))
    every = lea.filter((pl.col("table") == "public_access") & (pl.col("cut") == "teachers"))
    whole = lea.filter(
        (pl.col("table") == "public_retention") & (pl.col("part") == WHOLE) & pl.col("program_id").is_null()
    )
    mine, others = (whole.filter(pl.col("cut") == group) for group in ("leaders", "others"))
    name: list[pl.Expr | str] = [pl.lit("leaders by poverty are the leaders"), *at]
    found.entries += [
        entries_of(led.join(mine.select(at), on=at, how="semi"), name, "hard", 1),
        entries_of(mine, name, "hard", -1),
    ]
    name = [pl.lit("leaders and others are the teachers"), *at]
    found.entries += [
        entries_of(pl.concat([mine, others]), name, "hard", 1),
        entries_of(every.join(mine.select(at), on=at, how="semi"), name, "hard", -1),
    ]


def flows(cells: pl.DataFrame, found: Gathered) -> None:
    """Who holds a level came to it by some move; who moved from a level held it the year before (soft)."""
    split = pl.col("part").str.split_exact(ARROW, 1)
    moves = cells.filter((pl.col("table") == "public_ladder_flow") & (pl.col("cut") != "lea")).with_columns(
        start=split.struct.field("field_0"), to=split.struct.field("field_1")
    )
    place = pl.when(pl.col("grain") == "leaf").then(pl.lit("lea")).otherwise("grain")
    moves = moves.with_columns(at=place)
    levels = cells.filter(
        (pl.col("table") == "public_designation")
        & pl.col("grain").is_in(["lea", "state"])
        & ~pl.col("part").is_in([NOBODY, WHOLE])
        & pl.col("confidential")
    ).with_columns(at="grain")
    key = ["program_id", "school_year", "at", "lea_id"]
    levels = levels.join(moves.select(key).unique(), on=key, how="semi", nulls_equal=True)
    secret = moves.filter("confidential")
    name: list[pl.Expr | str] = [pl.lit("who holds a level came to it"), *key]
    found.entries += [
        entries_of(secret.filter(pl.col("to") != NOBODY), [*name, "to"], "define", 1),
        entries_of(levels, [*name, "part"], "define", -1),
    ]
    before = levels.with_columns(pl.col("school_year") + 1, start="part")
    name = [pl.lit("who moved from a level held it"), *key, "start"]
    gone = secret.filter(pl.col("start") != NOBODY).join(
        before.select(*key, "start"), on=[*key, "start"], how="semi", nulls_equal=True
    )
    held = before.join(gone.select(*key, "start").unique(), on=[*key, "start"], how="semi", nulls_equal=True)
    _soft(found, held, gone, name)


def bounded(cells: pl.DataFrame, found: Gathered) -> None:
    """The top-rated are leaders or others; leaders of a program are leaders (where they teach in the same LEA)."""
    rows = cells.filter((pl.col("table") == "public_retention") & (pl.col("part") != WHOLE))
    any_program = rows.filter(pl.col("program_id").is_null() & (pl.col("grain") == "lea"))
    at = ["school_year", "lea_id", "part"]
    top = any_program.filter(pl.col("cut") == "top_rated")
    _soft(found, any_program.filter(pl.col("cut") != "top_rated"), top, [pl.lit("top-rated are teachers"), *at])
    mine = rows.filter(pl.col("grain") == "leaf")
    led = any_program.filter(pl.col("cut") == "leaders").drop("program_id")
    pairs = mine.select("program_id", *at).join(led, on=at)
    _soft(found, pairs, mine, [pl.lit("leaders of a program are leaders"), "program_id", *at])


def leading(cells: pl.DataFrame, found: Gathered) -> None:
    """Leaders of a program hold one of its leading levels; leaders who do not lead openly, one of any program's.

    Where both are as many, they are the same persons, and a reader is taken to know it.
    """
    held = cells.filter(
        (pl.col("table") == "public_designation") & (pl.col("grain") == "lea") & pl.col("leads") & pl.col("sensitive")
    )
    wholes = cells.filter(
        (pl.col("table") == "public_retention") & (pl.col("part") == WHOLE) & (pl.col("cut") == "leaders")
    )
    at = ["school_year", "lea_id"]
    of_program = wholes.filter((pl.col("grain") == "leaf") & pl.col("confidential"))
    _no_more(found, held, of_program, [pl.lit("leaders of a program hold a leading level"), "program_id", *at])
    every = wholes.filter((pl.col("grain") == "lea") & pl.col("program_id").is_null() & pl.col("sensitive"))
    _no_more(found, held, every, [pl.lit("leaders lead openly or hold a leading level"), *at])


def _no_more(found: Gathered, held: pl.DataFrame, led: pl.DataFrame, name: list[pl.Expr | str]) -> None:
    """held - led - gap = 0, where the gap is not less than minus the floor (leaders whom everybody sees)."""
    place = [each for each in name if isinstance(each, str)]
    held, led = (a.join(b.select(place).unique(), on=place, how="semi") for a, b in ((held, led), (led, held)))
    both = pl.concat([entries_of(held, name, "soft", 1), entries_of(led, name, "soft", -1)])
    values = pl.concat([held, led], how="diagonal").select("cell", "value", "floor", "program_id").unique()
    gaps = (
        both.join(values, on="cell")
        .group_by("name")
        .agg(
            (pl.col("coefficient") * pl.col("value")).sum().alias("value"),
            low=-pl.col("floor").filter(pl.col("coefficient") < 0).sum(),
            programs=pl.col("program_id").filter(pl.col("coefficient") > 0).n_unique(),
        )
        .filter(pl.col("value") >= pl.col("low"))
    )
    same = (pl.col("value") == pl.col("low")) & (pl.col("programs") == 1)
    found.entries.append(both.join(gaps, on="name", how="semi"))
    high = pl.when(same).then("low").otherwise(pl.lit(MOST, pl.Int64))
    found.latent.append(gaps.select(gap="name", value="value", low="low", high=high))


def _soft(found: Gathered, more: pl.DataFrame, less: pl.DataFrame, name: list[pl.Expr | str]) -> None:
    """more - less - gap = 0, where the gap is not negative; places where it is are no inequality."""
    both = pl.concat([entries_of(more, name, "soft", 1), entries_of(less, name, "soft", -1)])
    values = pl.concat([more, less], how="diagonal").select("cell", "value").unique()
    gaps = (
        both.join(values, on="cell")
        .group_by("name")
        .agg(
            (pl.col("coefficient") * pl.col("value")).sum().alias("value"), pl.col("coefficient").n_unique().alias("n")
        )
        .filter((pl.col("value") >= 0) & (pl.col("n") == 2))
    )
    found.entries.append(both.join(gaps, on="name", how="semi"))
    bounds = {"low": pl.lit(0, pl.Int64), "high": pl.lit(MOST, pl.Int64)}
    found.latent.append(gaps.select(gap="name", value="value", **bounds))
