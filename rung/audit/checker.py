"""Checks the certificates of a release, from its files alone: no solver, no code of the engine (DISCLOSURE 6).

A hidden number is safe when there are two other worlds, in whole numbers, in which every published number and every
relation is the same and that differ in it by the width. A certificate is such a world, written as changes.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

FOLDER = "restricted/certificates"
# Public tables with cells in the certificates: columns behind `cut` and `part` of a cell's name, and the value.
TABLES = {
    "public_designation": ((), ("level",), "persons"),
    "public_ladder_flow": (("move",), ("from_level", "to_level"), "persons"),
    "public_retention": (("comparison_group",), ("outcome",), "persons"),
    "public_access": (("measure",), ("poverty_quartile",), "persons"),
    "public_span": ((), ("measure",), "persons"),
    "public_money": (("dimension",), ("part",), "amount"),
    "public_compensation": ((), ("pay_group",), "amount"),
}
Read = Callable[[str], bytes]


@dataclass(frozen=True)
class CheckResult:
    """`problems`: what does not hold, worst first; none: the release holds. `counts`: what was checked, in numbers."""

    problems: tuple[str, ...]
    counts: dict[str, int]

    @property
    def holds(self) -> bool:
        return not self.problems


def check(read: Read) -> CheckResult:
    """Checks one release; `read` gives the bytes of a path in it. Raises nothing for a release that does not hold."""
    try:
        names = ("cells", "relations", "movements", "proofs")
        cells, relations, movements, proofs = (_table(read, f"{FOLDER}/{name}.parquet") for name in names)
        manifest = json.loads(read(f"{FOLDER}/certificates.json"))
        problems = [
            *_hashes(read, manifest),
            *_cells(cells),
            *_published(read, cells),
            *_identities(cells, relations),
            *_sums(cells, movements),
            *_worlds(cells, relations, movements),
            *_widths(cells, movements, proofs, manifest),
        ]
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError) as error:
        return CheckResult((f"the certificates cannot be read: {type(error).__name__}: {error}",), {})
    counts = {"cells": cells.height, "relations": relations["relation"].n_unique(), "certificates": proofs.height}
    return CheckResult(tuple(problems), {**counts, "hidden": cells.filter(pl.col("mask") == "suppressed").height})


def _table(read: Read, path: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(read(path)))


def _hashes(read: Read, manifest: dict[str, dict[str, str]]) -> list[str]:
    """Every public table and every table of certificates is the one that was certified."""
    listed = {**manifest["tables"], **manifest["certificates"]}
    return [
        f"{p}: not the file that was certified" for p, h in listed.items() if hashlib.sha256(read(p)).hexdigest() != h
    ]


def _cells(cells: pl.DataFrame) -> list[str]:
    """Cells are told once, and their bounds hold what is true."""
    twice = cells.filter(pl.col("cell").is_duplicated() | pl.col("name").is_duplicated())
    outside = cells.filter(~pl.col("value").is_between("low", "high"))
    exact = cells.filter((pl.col("mask") == "published") & (pl.col("low") != pl.col("high")))
    naked = cells.filter((pl.col("mask") == "suppressed") & (pl.col("need") < 1) & (pl.col("low") < pl.col("high")))
    return [
        *_problems_of(twice, "told twice"),
        *_problems_of(outside, "true value outside its bounds"),
        *_problems_of(exact, "published, yet not fixed"),
        *_problems_of(naked, "hidden, yet no width is asked of it"),
    ]


def _published(read: Read, cells: pl.DataFrame) -> list[str]:
    """What the public tables show is what the cells say; whatever they hide or round is a cell."""
    problems = []
    for table, (cut, part, value) in TABLES.items():
        rows = _table(read, f"public/{table}/{table}.parquet")
        if table == "public_ladder_flow":
            rows = rows.filter(pl.col("grain") == "state")
        amount = pl.col(value).cast(pl.Decimal(18, 2)).cast(pl.Float64) * 100 if value == "amount" else pl.col(value)
        columns = [("program_id",), ("school_year",), cut, part, ("grain",), ("lea_id",), ("school_id",)]
        key_texts = [pl.lit(table), *(_joined(rows, each) for each in columns)]
        named = rows.select(
            "reason",
            name=pl.concat_str(key_texts, separator="|"),
            public_mask="mask",
            public_value=amount.round(0).cast(pl.Int64),
        )
        both = named.join(cells, on="name", how="left")
        closed = pl.col("reason").is_in(["not_released", "not_available"]).fill_null(False)
        lost = both.filter(pl.col("cell").is_null() & (pl.col("public_mask") != "published") & ~closed)
        other = both.filter(pl.col("cell").is_not_null() & (pl.col("public_mask") != pl.col("mask")))
        leaked = both.filter((pl.col("public_mask") == "suppressed") & pl.col("public_value").is_not_null())
        moved = both.filter((pl.col("mask") != "suppressed") & (pl.col("public_value") != pl.col("shown")))
        kinds = ((lost, "no cell"), (other, "another mask"), (leaked, "shown, yet hidden"), (moved, "another value"))
        problems += [each for bad, what in kinds for each in _problems_of(bad, f"public table: {what}")]
    return problems


def _joined(rows: pl.DataFrame, columns: tuple[str, ...]) -> pl.Expr:
    there = [pl.col(c).cast(pl.String).fill_null("") for c in columns if c in rows.columns]
    return pl.concat_str(there, separator=" > ") if there else pl.lit("")


def _identities(cells: pl.DataFrame, relations: pl.DataFrame) -> list[str]:
    """Every relation holds for the true values."""
    valued = relations.join(cells.select("cell", "value"), on="cell", how="left")
    total, lost = (pl.col("coefficient") * pl.col("value")).sum(), pl.col("value").has_nulls()
    sums = valued.group_by("relation").agg(pl.col("name").first(), sum=total, lost=lost)
    return _problems_of(sums.filter((pl.col("sum") != 0) | pl.col("lost")), "the relation does not hold")


def _sums(cells: pl.DataFrame, movements: pl.DataFrame) -> list[str]:
    """Read from the names alone: certificates keep the state its districts' sum, wholes their parts'."""
    key_texts = pl.col("name").str.split("|").list
    named = movements.join(cells.select("cell", "name"), on="cell").with_columns(
        key=key_texts.head(5).list.join("|"),
        place=pl.concat_str([key_texts.head(4).list.join("|"), key_texts.slice(5).list.join("|")], separator="|"),
        table=key_texts.first(),
        part=key_texts.get(4, null_on_oob=True),
        grain=key_texts.get(5, null_on_oob=True),
    )
    down = named.filter(pl.col("table").str.starts_with("public_"))
    state = pl.when(pl.col("grain") == "state").then(-1).otherwise(1) * pl.col("change")
    apart = down.group_by("movement", "key").agg(state.sum().alias("sum"), pl.col("name").first())
    counts = down.filter(pl.col("table").is_in(["public_designation", "public_retention"]))
    whole = pl.when(pl.col("part") == "all").then(-1).otherwise(1) * pl.col("change")
    parts = counts.group_by("movement", "place").agg(whole.sum().alias("sum"), pl.col("name").first())
    return [
        *_problems_of(apart.filter(pl.col("sum") != 0), "a certificate makes the state another sum than its districts"),
        *_problems_of(parts.filter(pl.col("sum") != 0), "a certificate makes a whole another sum than its parts"),
    ]


def _worlds(cells: pl.DataFrame, relations: pl.DataFrame, movements: pl.DataFrame) -> list[str]:
    """Each movement keeps every relation, moves nothing that is shown, and stays in bounds."""
    moved = movements.join(cells, on="cell", how="left")
    broken = (
        movements.join(relations, on="cell")
        .group_by("movement", "relation")
        .agg((pl.col("change") * pl.col("coefficient")).sum().alias("sum"), pl.col("name").first())
        .filter(pl.col("sum") != 0)
    )
    shown = moved.filter(pl.col("name").is_null() | (pl.col("mask") == "published"))
    outside = moved.filter(~(pl.col("value") + pl.col("change")).is_between("low", "high"))
    return [
        *_problems_of(broken, "a certificate breaks the relation"),
        *_problems_of(shown, "a certificate moves what is shown"),
        *_problems_of(outside, "a certificate leaves the bounds"),
    ]


def _widths(
    cells: pl.DataFrame, movements: pl.DataFrame, proofs: pl.DataFrame, manifest: dict[str, dict[str, int]]
) -> list[str]:
    """Hidden cells, and rounded ones that ask for it, have certificates that differ in them by their width; no width is
    less than the policy's.
    """
    change = movements.select("cell", "movement", "change")
    wide = (
        cells.filter((pl.col("mask") == "suppressed") | ((pl.col("mask") == "rounded") & (pl.col("need") > 0)))
        .join(proofs, on="cell", how="left")
        .join(change.rename({"movement": "up", "change": "more"}), on=["cell", "up"], how="left")
        .join(change.rename({"movement": "down", "change": "less"}), on=["cell", "down"], how="left")
        .with_columns(width=pl.col("more").fill_null(0) - pl.col("less").fill_null(0))
    )
    own = (pl.col("rule") != "complementary") & (pl.col("rule") != "not_released")
    money = pl.max_horizontal(
        (pl.col("value").abs() * manifest["width"]["money_share"]).ceil(), manifest["width"]["dollars"] * 100
    )
    asked = pl.when(pl.col("unit") == "persons").then(float(manifest["width"]["persons"])).otherwise(money)
    less = wide.filter(own & (pl.col("need") < pl.min_horizontal(asked, pl.col("high") - pl.col("low"))))
    return [
        *_problems_of(wide.filter(pl.col("width") < pl.col("need")), "its certificates are too narrow"),
        *_problems_of(less, "a smaller width is asked than the policy's"),
    ]


def _problems_of(rows: pl.DataFrame, what: str) -> list[str]:
    """One line for a kind of problem: how often, and the first by name."""
    if rows.is_empty():
        return []
    return [f"{what}: {rows.height:,}, first {rows.sort('name')['name'][0]}"]
