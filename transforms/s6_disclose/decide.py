"""Decides every row: counts first, then money, whose rounding depends on which levels are hidden."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from contracts.policy.disclosure import DisclosurePolicy
from contracts.public import NOBODY
from transforms.s6_disclose.cells import as_cells, round_small_rest, rounded, rounded_to, with_rules
from transforms.s6_disclose.clusters import clusters
from transforms.s6_disclose.fingerprints import derived
from transforms.s6_disclose.past import (
    Past,
    anchored,
    as_before,
    moves_before,
    rounded_as_before,
    rounded_where_fresh,
    small_leaves,
)
from transforms.s6_disclose.protect import DisclosureBlocked, Place, Protection, protect
from transforms.s6_disclose.relations import declared
from transforms.s6_disclose.shape import KEY, PLACE
from transforms.s6_disclose.system import system_of
from transforms.s6_disclose.together import sum_together

FINAL = ["cell", "name", "unit", "value", "persons", "mask", "rule", "low", "high", "need", "rank", "shown"]


@dataclass(frozen=True)
class Decided:
    """`rows`: every row with mask, rule and shown. `cells`, `relations`, `movements`, `proofs`: the certificates.

    `derived`: identities that were found and not declared, in words.
    """

    rows: pl.DataFrame
    cells: pl.DataFrame
    relations: pl.DataFrame
    movements: pl.DataFrame
    proofs: pl.DataFrame
    derived: tuple[str, ...]
    ways: dict[str, int]


def decide(
    rows: pl.DataFrame, policy: DisclosurePolicy, closed: pl.DataFrame, awards: pl.DataFrame, past: Past
) -> Decided:
    """Masks of all rows and the proof of what is hidden. `awards`: program_id, school_year, award (cents).

    Where a number of the state that is told rounded leaves its districts' too little room, it is hidden: `ways` counts
    these as `untold`. Raises DisclosureBlocked naming a cell, or a derived relation, that cannot be protected even so.
    """
    every = sum_together(with_rules(rows, policy, closed), policy.minimum_persons, past)
    untold = set[Place]()
    while True:
        try:
            found = _decide(every, policy, awards, past, untold)
            return replace(found, ways={**found.ways, "untold": len(untold)})
        except DisclosureBlocked as blocked:
            if blocked.place in untold or not _rounded_at(every, blocked.place):
                raise
            untold.add(blocked.place)


def _rounded_at(rows: pl.DataFrame, place: Place) -> bool:
    """Whether a number of the state at this place may be told rounded (`round_small_rest`)."""
    here = pl.lit(True)
    for name, value in zip(("table", "program_id", "school_year"), place, strict=True):
        here &= pl.col(name).eq_missing(pl.lit(value))
    return not rows.filter(here, pl.col("grain") == "state", pl.col("rule") == "few_persons").is_empty()


def _decide(
    every: pl.DataFrame, policy: DisclosurePolicy, awards: pl.DataFrame, past: Past, untold: Collection[Place]
) -> Decided:
    """Masks of rows that have their rules."""
    apart = (pl.col("grain") == "school") | (pl.col("rule") == "not_released").fill_null(False)
    ruled, rest = every.filter(~apart), as_they_are(every.filter(apart))
    none = pl.DataFrame(
        schema={
            "program_id": pl.String,
            "school_year": pl.Int16,
            "grain": pl.String,
            "lea_id": pl.String,
            "award": pl.Int64,
            "holders": pl.Int64,
        }
    )
    near = clusters(every)
    shut = pl.DataFrame(
        sorted(untold, key=str),
        schema={name: every.schema[name] for name in ("table", "program_id", "school_year")},
        orient="row",
    )
    persons = round_small_rest(rounded_to(ruled.filter(pl.col("unit") == "persons"), policy, none), policy, shut)
    counts = _protected(persons, policy, past, near)
    veiled = (
        counts.rows.filter((pl.col("table") == "public_designation") & (pl.col("mask") == "suppressed"))
        .group_by("program_id", "school_year", "grain", "lea_id")
        .agg(pl.col("value").filter(pl.col("part") != NOBODY).sum().alias("holders"))
        .join(awards, on=["program_id", "school_year"])
    )
    cents = rounded_to(ruled.filter(pl.col("unit") == "cents"), policy, veiled).with_columns(told=pl.lit(False))
    money = _protected(cents, policy, past, near)
    return _joined(counts, money, rest)


def as_they_are(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand in no relation with a hidden number: schools', which are open, and what is not released yet.

    A number that is null is a count of evaluators that confidential levels veil, or a school without pupils on file.
    """
    gone = pl.when(pl.col("part") == "pupils").then(pl.lit("not_available")).otherwise(pl.lit("sensitive_zero"))
    rule = pl.when(pl.col("rule").is_not_null()).then("rule").when(pl.col("value").is_null()).then(gone)
    return rows.with_columns(rule=rule, shown="value").with_columns(
        mask=pl.when(pl.col("rule").is_null()).then(pl.lit("published")).otherwise(pl.lit("suppressed"))
    )


def _protected(rows: pl.DataFrame, policy: DisclosurePolicy, past: Past, near: pl.DataFrame) -> Decided:
    fresh = rounded_where_fresh(rounded_as_before(rows, past), past, policy.width.persons)
    given = as_before(as_cells(fresh, policy), past)
    given = small_leaves(given, past, policy.minimum_persons, policy.width.persons)
    cells, entries = declared(given)
    cells, earlier = anchored(cells, past)
    prints = rows.select(*KEY, *PLACE, "print")
    linked = given.join(prints, on=[*KEY, *PLACE], how="left", nulls_equal=True).filter(pl.col("mask") != "latent")
    # Persons' are looked for beforehand (`undeclared`); of money each identity found is a relation more.
    more = derived(linked.filter(pl.col("unit") == "cents"), entries)
    every = pl.concat([entries, earlier, more])
    system = system_of(cells.join(near, on="lea_id", how="left", maintain_order="left"), every)
    try:
        found = protect(system, moves_before(cells, past))
    except DisclosureBlocked as error:
        suffix = "" if "derived|" not in str(error) else "; the derived relation follows from no declared one"
        places = cells.filter(pl.col("cell") == error.cell).select("table", "program_id", "school_year")
        raise DisclosureBlocked(f"{error}{suffix}", error.cell, places.row(0)) from None
    return _decided(cells, every, more, found)


def _decided(cells: pl.DataFrame, entries: pl.DataFrame, more: pl.DataFrame, found: Protection) -> Decided:
    """Masks after protection; of each cell what a reader knows, and the certificates of the cells in any relation."""
    hide = pl.col("cell").is_in(list(found.complements))
    about = pl.col("cell").is_in(list(found.rounded))
    cells = cells.with_columns(
        mask=pl.when(about).then(pl.lit("rounded")).otherwise("mask"),
        unit_of_rounding=pl.when(about).then("other_unit").otherwise("unit_of_rounding"),
        box_low=pl.when(about).then("round_low").otherwise("box_low"),
        box_high=pl.when(about).then("round_high").otherwise("box_high"),
        shown=pl.when(about).then(rounded(pl.col("other_unit"))).otherwise("shown"),
    )
    masked = cells.with_columns(
        rule=pl.when(hide).then(pl.lit("complementary")).otherwise("rule"),
        mask=pl.when(hide).then(pl.lit("suppressed")).otherwise("mask"),
        need=pl.when(hide).then(1).otherwise("need"),
    )
    bounds = pl.DataFrame(
        [(cell, *bound) for cell, bound in sorted(found.narrowed.items())],
        schema={"cell": pl.Int64, "lowest": pl.Int64, "highest": pl.Int64},
        orient="row",
    )
    masked = (
        masked.join(bounds, on="cell", how="left", maintain_order="left")
        .with_columns(
            low=pl.coalesce("lowest", "low"),
            high=pl.coalesce("highest", "high"),
            need=pl.coalesce(pl.col("highest") - pl.col("lowest"), "need"),
        )
        .drop("lowest", "highest")
    )
    known = pl.col("mask").is_in(["published", "rounded"])
    masked = masked.with_columns(
        low=pl.when(known).then("box_low").otherwise("low"), high=pl.when(known).then("box_high").otherwise("high")
    )
    held = masked.join(entries.select("cell").unique(), on="cell", how="semi")
    alone = masked.join(entries.select("cell").unique(), on="cell", how="anti").filter(pl.col("mask") != "published")
    numbers = entries.select("name").unique(maintain_order=True).with_row_index("relation")
    relations = entries.join(numbers, on="name").select(
        pl.col("relation").cast(pl.Int64), "cell", "coefficient", "name"
    )
    changes = [
        (number, cell, change) for number, each in enumerate(found.movements) for cell, change in sorted(each.items())
    ]
    movements = pl.DataFrame(changes, schema={"movement": pl.Int64, "cell": pl.Int64, "change": pl.Int64}, orient="row")
    proofs = pl.DataFrame(
        [(cell, *pair) for cell, pair in sorted(found.proofs.items())],
        schema={"cell": pl.Int64, "up": pl.Int64, "down": pl.Int64},
        orient="row",
    )
    names = masked.select("cell", "name")
    derived_rows = (
        more.join(names, on="cell", suffix="_of")
        .group_by("name", maintain_order=True)
        .agg(pl.concat_str(pl.col("coefficient").cast(pl.String), pl.lit(" x "), pl.col("name_of")).str.join("; "))
    )
    ways = {**found.ways, "narrowed": len(found.narrowed), "rounded": len(found.rounded)}
    kept = pl.concat([held, alone]).select(FINAL)
    return Decided(masked, kept, relations, movements, proofs, tuple(derived_rows["coefficient"].to_list()), ways)


def _joined(counts: Decided, money: Decided, rest: pl.DataFrame) -> Decided:
    """Both halves with running numbers, and the rows that no half decides."""
    cells = max(counts.rows["cell"].to_list(), default=-1) + 1
    relations = max(counts.relations["relation"].to_list(), default=-1) + 1
    movements = max(counts.movements["movement"].to_list(), default=-1) + 1
    by = {"cell": cells, "relation": relations, "movement": movements, "up": movements, "down": movements}

    def both(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
        moved = b.with_columns((pl.col(name) + by[name]).alias(name) for name in b.columns if name in by)
        return pl.concat([a, moved], how="diagonal")

    return Decided(
        pl.concat(
            [both(counts.rows, money.rows).filter(pl.col("table").is_not_null()).drop("cell"), rest], how="diagonal"
        ),
        both(counts.cells, money.cells),
        both(counts.relations, money.relations),
        both(counts.movements, money.movements),
        both(counts.proofs, money.proofs),
        counts.derived + money.derived,
        {name: counts.ways[name] + money.ways[name] for name in counts.ways},
    )
