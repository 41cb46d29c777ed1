"""What readers have from earlier releases, as the engine needs it (DISCLOSURE 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from transforms.s6_disclose.relations import ENTRY
from transforms.s6_disclose.shape import KEY, PLACE

MASK: dict[str, Any] = {
    **{name: pl.Int16 if name == "school_year" else pl.String for name in [*KEY, *PLACE, "mask", "rule"]},
    "unit_of_rounding": pl.Int64,
}
# Of an anchor (`set`: its LEAs) and a number of the state: how far below and above the truth readers believe the sum.
TOLD: dict[str, Any] = {"school_year": pl.Int16, "set": pl.String, **{name: MASK[name] for name in KEY}}
TOLD |= {"less": pl.Int64, "more": pl.Int64}
MOVES: dict[str, Any] = {"movement": pl.Int64, "name": pl.String, "change": pl.Int64}
# Rules that hide a number for its own sake whatever stands beside it.
OWN = ("few_persons", "small_group", "sensitive_zero", "uniform", "one_off", "dominance")


@dataclass(frozen=True)
class Past:
    """`masks`: KEY, PLACE, mask, rule, unit_of_rounding of rows that keep what they were. `anchors`: by year sets of
    LEAs whose sums an earlier state total tells; `told` (TOLD): which totals, and how exactly. `fresh`: lea_id,
    school_year of blocks that come or change in a year already published. `moves` (MOVES): the certificates of the
    release before, by names of cells; those that still hold are kept, so that only what changed is decided anew.
    """

    masks: pl.DataFrame
    anchors: Mapping[int, tuple[tuple[str, ...], ...]]
    fresh: pl.DataFrame
    told: pl.DataFrame
    moves: pl.DataFrame


def nothing_before() -> Past:
    """Before the first release."""
    fresh = pl.DataFrame(schema={"lea_id": pl.String, "school_year": pl.Int16})
    return Past(pl.DataFrame(schema=MASK), {}, fresh, pl.DataFrame(schema=TOLD), pl.DataFrame(schema=MOVES))


def name_of(leas: tuple[str, ...]) -> str:
    """An anchor's name in `told`."""
    return ",".join(leas)


def rounded_as_before(rows: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Rows with the units of rounding that they had: a number that stood rounded is not told exactly later."""
    before = past.masks.select(*KEY, *PLACE, mask_before="mask", unit_before="unit_of_rounding")
    joined = rows.join(before, on=[*KEY, *PLACE], how="left", nulls_equal=True, maintain_order="left")
    had = pl.col("mask_before").is_in(["published", "rounded"]).fill_null(False)
    return joined.with_columns(
        unit_of_rounding=pl.when(had).then("unit_before").otherwise("unit_of_rounding").cast(pl.Int64)
    ).drop("mask_before", "unit_before")


def as_before(cells: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Cells with the masks that they had: what was shown is known, what was hidden stays hidden.

    What was shown and a stricter policy hides now is withdrawn: it stands nowhere any more, and readers have it.
    """
    before = past.masks.drop("unit_of_rounding").rename({"mask": "mask_before", "rule": "rule_before"})
    joined = cells.join(before, on=[*KEY, *PLACE], how="left", nulls_equal=True, maintain_order="left")
    shown = pl.col("mask_before").is_in(["published", "rounded"]) & (pl.col("mask") != "latent")
    hidden = (pl.col("mask_before") == "suppressed") & (pl.col("mask") != "latent")
    gone = (pl.col("mask_before") == "published") & pl.col("rule").is_in(OWN)
    gone = (shown & gone | hidden & (pl.col("rule_before") == "withdrawn")).fill_null(False)
    kept = shown & ~pl.col("told")
    return joined.with_columns(
        rank=pl.when(shown | gone).then(-1).otherwise("rank"),
        need=pl.when(gone | kept).then(0).when(hidden & (pl.col("need") == 0)).then(1).otherwise("need"),
        mask=pl.when(hidden | gone).then(pl.lit("suppressed")).when(shown).then("mask_before").otherwise("mask"),
        rule=pl.when(gone)
        .then(pl.lit("withdrawn"))
        .when(hidden)
        .then("rule_before")
        .when(shown)
        .then(None)
        .otherwise("rule"),
        low=pl.when(gone).then("value").otherwise("low"),
        high=pl.when(gone).then("value").otherwise("high"),
    ).drop("mask_before", "rule_before")


def rounded_where_fresh(rows: pl.DataFrame, past: Past, width: int) -> pl.DataFrame:
    """State rows in which a fresh block hides something, with a unit of rounding that keeps it open by the width.

    `rows`: with rule and unit_of_rounding. The state now less the state before is what came: exactly that block.
    """
    if past.fresh.is_empty():
        return rows
    veiled = rows.filter(pl.col("rule").is_not_null() & (pl.col("grain") == "lea")).join(
        past.fresh, on=["lea_id", "school_year"], how="semi"
    )
    size = pl.max_horizontal(2 * width, (pl.col("value").abs() // 2).filter(pl.col("unit") == "cents").max().over(KEY))
    need = veiled.with_columns(fresh=pl.when(pl.col("unit") == "persons").then(2 * width).otherwise(size.clip(1)))
    units = need.group_by(KEY).agg(pl.col("fresh").max())
    joined = rows.join(units, on=KEY, how="left", nulls_equal=True, maintain_order="left")
    mine = (pl.col("grain") == "state") & pl.col("rule").is_null() & pl.col("fresh").is_not_null()
    unit = pl.max_horizontal(pl.col("unit_of_rounding").fill_null(0), pl.col("fresh").fill_null(0))
    return joined.with_columns(unit_of_rounding=pl.when(mine).then(unit).otherwise("unit_of_rounding")).drop("fresh")


def small_leaves(cells: pl.DataFrame, past: Past, k: int, width: int) -> pl.DataFrame:
    """Cells in which a fresh block's small leaves need a width: the state now less the state before is what came.

    Leaves are not published; among the other districts of a first release they need none, after it they do.
    """
    fresh = past.fresh.with_columns(fresh=pl.lit(True))
    joined = cells.join(fresh, on=["lea_id", "school_year"], how="left", maintain_order="left")
    small = pl.col("fresh").fill_null(False) & (pl.col("grain") == "leaf") & (pl.col("rank") >= 0)
    small &= (pl.col("unit") == "persons") & pl.col("value").is_between(1, k - 1)
    wide = pl.min_horizontal(pl.lit(width), pl.col("high") - pl.col("low")).cast(pl.Int64)
    return joined.with_columns(need=pl.when(small).then(wide).otherwise("need")).drop("fresh")


def moves_before(cells: pl.DataFrame, past: Past) -> list[dict[int, int]]:
    """Movements of the release before whose cells are all there, by number of the cell."""
    there = past.moves.join(cells.select("name", "cell"), on="name", how="left")
    whole = there.filter(pl.col("cell").is_not_null().all().over("movement"))
    found: dict[int, dict[int, int]] = {}
    for movement, cell, change in zip(whole["movement"], whole["cell"], whole["change"], strict=True):
        found.setdefault(movement, {})[cell] = change
    return [found[movement] for movement in sorted(found)]


def anchored(cells: pl.DataFrame, past: Past) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells, and entries (name, kind, cell, coefficient) of the sums that earlier state totals tell of blocks."""
    lea = cells.filter(pl.col("grain").is_in(["lea", "leaf"]) & (pl.col("rank") > -2))
    sums, entries = [], []
    for year, sets in sorted(past.anchors.items()):
        for number, leas in enumerate(sets):
            inside = lea.filter((pl.col("school_year") == year) & pl.col("lea_id").is_in(list(leas)))
            words = [pl.col(name).cast(pl.String).fill_null("") for name in KEY]
            named = inside.with_columns(
                before=pl.concat_str([pl.lit(f"before|{number}"), *words], separator="|")
            ).filter(((pl.col("mask") != "published") | (pl.col("rank") >= 0)).any().over("before"))
            told = past.told.filter((pl.col("school_year") == year) & (pl.col("set") == name_of(leas)))
            told = told.group_by(KEY).agg(pl.col("less", "more").min())
            named = named.join(told, on=KEY, how="inner", nulls_equal=True)
            sums.append(named.group_by("before").agg(pl.col("value").sum(), pl.col("unit", "less", "more").first()))
            entries.append(named.select("cell", name="before", kind=pl.lit("hard"), coefficient=pl.lit(1, pl.Int64)))
    columns = ["name", "kind", "cell", "coefficient"]
    if not sums:
        return cells, pl.DataFrame(schema=ENTRY)
    whole = pl.concat(sums).sort("before").with_columns(cell=len(cells) + pl.int_range(pl.len()).cast(pl.Int64))
    known = whole.select(
        "cell",
        name="before",
        unit="unit",
        value="value",
        persons=pl.lit(None, pl.Int64),
        mask=pl.when(pl.col("less") + pl.col("more") > 0).then(pl.lit("rounded")).otherwise(pl.lit("published")),
        rule=pl.lit(None, pl.String),
        low=pl.col("value") - pl.col("less"),
        high=pl.col("value") + pl.col("more"),
        box_low=pl.col("value") - pl.col("less"),
        box_high=pl.col("value") + pl.col("more"),
        shown="value",
        need=pl.lit(0, pl.Int64),
        rank=pl.lit(-1, pl.Int64),
    )
    closing = whole.select("cell", name="before", kind=pl.lit("hard"), coefficient=pl.lit(-1, pl.Int64))
    every = pl.concat([*(each.select(columns) for each in entries), closing.select(columns)]).sort("name", "cell")
    return pl.concat([cells, known], how="diagonal"), every
