"""What earlier releases published, kept inside the newest release: the unit of publication is the district-year.

A district-year's block is replaced as a whole, and only when k persons' records in it changed since it was published,
or a state orders it; else it keeps its last numbers and masks (DISCLOSURE 7). `restricted/memory/` has the records'
checksums under hashed names, every row with its mask, and the anchors: sets of district-years whose sum an earlier
state total tells.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rung.audit.checker import FOLDER as CERTIFICATES
from rung.lake.parquet import to_parquet
from rung.lake.workspace import Workspace
from rung.release.anchors import sets_of, totals_known
from rung.release.disclosure_terms import Block
from transforms.money import cents
from transforms.s6_disclose.past import MOVES, TOLD, Past, nothing_before
from transforms.s6_disclose.run import PublicSide
from transforms.s6_disclose.shape import KEY, PLACE

FOLDER = "restricted/memory"
LEA_YEAR = ["lea_id", "school_year"]


@dataclass(frozen=True)
class Memory:
    """The newest release's memory. `since`: (lea, year) -> the day from which its numbers stand."""

    number: int
    policy: str
    since: Mapping[Block, str]
    anchors: Mapping[int, tuple[tuple[str, ...], ...]]
    records: pl.DataFrame
    rows: pl.DataFrame
    told: pl.DataFrame
    moves: pl.DataFrame


@dataclass(frozen=True)
class Plan:
    """What this release publishes: blocks (now or kept), what is before them, and the memory's next state."""

    blocks: pl.DataFrame
    past: Past
    records: pl.DataFrame
    since: Mapping[Block, str]
    anchors: Mapping[int, tuple[tuple[str, ...], ...]]
    kept: tuple[Block, ...]


def newest(work: Workspace, until: str | None = None) -> Memory | None:
    """The memory with the highest number among the releases that are kept, whichever is current; None before any.

    `until`: of those before this release only, to make it once more as it was.
    """
    name = holder(work, until)
    if name is None:
        return None
    note = _note(work, name)

    def read(table: str) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(work.releases.read(f"{name}/{FOLDER}/{table}.parquet")))

    cells, changed = (
        pl.read_parquet(io.BytesIO(work.releases.read(f"{name}/{CERTIFICATES}/{table}.parquet")))
        for table in ("cells", "movements")
    )
    moves = moves_of(cells, changed)
    since = {(lea, int(year)): day for lea, year, day in note["since"]}
    anchors = {int(year): tuple(tuple(each) for each in sets) for year, sets in note["anchors"].items()}
    return Memory(note["number"], note["policy"], since, anchors, read("records"), read("rows"), read("told"), moves)


def moves_of(cells: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    """A release's movements by names of cells."""
    named = movements.join(cells.select("cell", "name"), on="cell", how="left", maintain_order="left")
    return named.select(pl.col(name).cast(kind) for name, kind in MOVES.items())


def holder(work: Workspace, until: str | None = None) -> str | None:
    """The release that holds the newest memory; it must be kept as long as none has a newer one."""
    order = list(dict.fromkeys(reversed(work.ledger.releases())))
    names = order[: order.index(until)] if until in order else order
    kept = [name for name in names if work.releases.tag(f"{name}/{FOLDER}/memory.json") is not None]
    return max(kept, key=lambda name: (_note(work, name)["number"], kept.index(name)), default=None)


def _note(work: Workspace, name: str) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(work.releases.read(f"{name}/{FOLDER}/memory.json"))
    return note


def records_of(marts: Mapping[str, pl.LazyFrame], key: bytes) -> pl.DataFrame:
    """One row per LEA x year x person: a checksum of everything that public numbers count of the person there."""
    parts = [
        ("educator_year", ["school_id", "is_teacher", "is_leader", "is_top", "next_year_outcome"]),
        ("designation", ["program_id", "level"]),
        ("program_pay", ["program_id", "stream", "ends", "cents"]),
        ("compensation", ["pay_type", "cents"]),
    ]
    lines = []
    for name, columns in parts:
        rows = marts[name]
        if name == "compensation":
            by = [*LEA_YEAR, "staff_id", "pay_type"]
            rows = rows.group_by(by).agg(cents(pl.col("amount")).sum().alias("cents"))
        text = pl.concat_str([pl.lit(name), *(pl.col(c).cast(pl.String).fill_null("") for c in columns)], separator="|")
        lines.append(rows.select(*LEA_YEAR, "staff_id", text.alias("line")))
    persons = (
        pl.concat(lines)
        .group_by(*LEA_YEAR, "staff_id")
        .agg(pl.col("line").sort().str.join("\n"))
        .sort(*LEA_YEAR, "staff_id")
        .collect()
    )

    def hashed(texts: pl.Series) -> pl.Series:
        digests = [hashlib.blake2b(t.encode(), key=key[:64], digest_size=8).hexdigest() for t in texts]
        return pl.Series(digests, dtype=pl.String)

    names = persons.select(pl.col("staff_id").unique().sort())
    names = names.with_columns(person=hashed(names["staff_id"]))
    persons = persons.join(names, on="staff_id", maintain_order="left")
    return persons.select(*LEA_YEAR, "person", record=hashed(persons["line"]))


def changes(now: pl.DataFrame, before: pl.DataFrame) -> dict[Block, int]:
    """Persons whose record is other than before, new or gone, by LEA-year that both have; 0 for an unchanged one."""
    both = now.join(before, on=[*LEA_YEAR, "person"], how="full", coalesce=True, suffix="_before")
    shared = now.select(LEA_YEAR).unique().join(before.select(LEA_YEAR).unique(), on=LEA_YEAR)
    counted = both.group_by(LEA_YEAR).agg(pl.col("record").ne_missing(pl.col("record_before")).sum().alias("n"))
    rows = shared.join(counted, on=LEA_YEAR)
    return {(lea, year): n for lea, year, n in rows.iter_rows()}


def plan(
    blocks: pl.DataFrame,
    records: pl.DataFrame,
    memory: Memory | None,
    k: int,
    today: str,
    late: str,
    republish: Collection[Block] = (),
    *,
    hold: bool = False,
) -> Plan:
    """Which blocks are replaced, and which keep what they published. See the module.

    Under another policy, or with another pack, readers still have what they have: what was hidden stays hidden, what
    was shown is known, and blocks that change follow the new rules. `late`: wait keeps the only
    block of a year that comes or changes as it was before (nothing, when it is new) until another comes. `hold` does
    so with every block of a year that was published.
    """
    present = {(lea, year) for lea, year in blocks.select(LEA_YEAR).unique().iter_rows()}
    if memory is None:
        return Plan(blocks, nothing_before(), records, dict.fromkeys(present, today), {}, ())
    changed = changes(records, memory.records)
    known = set(memory.since)
    few = {b for b in known & present if changed.get(b, 0) < k and b not in republish}
    moved = present - few
    published = {year for _, year in known}
    if hold:
        moved = {block for block in moved if block[1] not in published}
    elif late == "wait":
        by_year: dict[int, list[Block]] = {}
        for block in sorted(moved - set(republish)):
            by_year.setdefault(block[1], []).append(block)
        alone = {each[0] for year, each in by_year.items() if len(each) == 1 and year in published}
        moved -= alone
    kept = (known & present) - moved
    gone = known - present
    return _planned(blocks, records, memory, moved, kept, gone, today)


def _planned(
    blocks: pl.DataFrame,
    records: pl.DataFrame,
    memory: Memory,
    moved: set[Block],
    kept: set[Block],
    gone: set[Block],
    today: str,
) -> Plan:
    now, old = _frame(moved), _frame(kept)
    shape = blocks.columns
    before = memory.rows.filter(pl.col("grain") != "state").join(old, on=LEA_YEAR, how="semi")
    public = pl.concat([blocks.join(now, on=LEA_YEAR, how="semi"), before.select(shape)])
    note = pl.concat([records.join(now, on=LEA_YEAR, how="semi"), memory.records.join(old, on=LEA_YEAR, how="semi")])
    years = {year for _, year in moved | gone}
    frozen = memory.rows.filter(pl.col("grain") == "state").filter(~pl.col("school_year").is_in(list(years)))
    # A row that was not released yet is decided for the first time.
    same = unchanged(blocks.join(now, on=LEA_YEAR, how="semi"), memory.rows)
    masks = pl.concat([before, same, frozen]).select(*MASKED).filter(pl.col("rule").fill_null("") != "not_released")
    fresh = now.filter(pl.col("school_year").is_in([year for _, year in memory.since]))
    since = {block: memory.since[block] for block in kept} | dict.fromkeys(moved, today)
    told = totals_known(memory.told, memory.rows, same, kept, years)
    anchors = sets_of(told)
    past = Past(masks, anchors, fresh, told, memory.moves)
    return Plan(public, past, note, since, anchors, tuple(sorted(kept)))


def unchanged(blocks: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Of `before` (rows of the memory) the distributions that stand in `blocks` with the same numbers.

    They keep their masks although their district-year is replaced: other cells hidden beside the same numbers would
    open what both releases hide. So it is where a pack is added, or another table's numbers changed.
    """
    key = [*MASKED[:8]]
    group = ["table", "program_id", "school_year", "cut", "grain", "lea_id", "school_id"]
    both = blocks.select(*key, now="value").join(
        before.filter(pl.col("grain") != "state").select(*key, "value", there=pl.lit(True)),
        on=key,
        how="left",
        nulls_equal=True,
    )
    same = both.group_by(group).agg(
        (pl.col("now").eq_missing(pl.col("value")) & pl.col("there").fill_null(False)).all().alias("same")
    )
    return before.join(same.filter("same"), on=group, how="semi", nulls_equal=True)


MASKED = [*KEY, *PLACE, "mask", "rule", "unit_of_rounding"]


def _frame(blocks: Collection[Block]) -> pl.DataFrame:
    return pl.DataFrame(sorted(blocks), schema={"lea_id": pl.String, "school_year": pl.Int16}, orient="row")


def believed() -> tuple[pl.Expr, pl.Expr]:
    """`less` and `more` of a decided row: how far below and above the truth readers believe a number that stands."""
    exact = pl.col("mask") == "published"
    return (
        pl.when(exact).then(0).otherwise(pl.col("value") - pl.col("low")).cast(pl.Int64).alias("less"),
        pl.when(exact).then(0).otherwise(pl.col("high") - pl.col("value")).cast(pl.Int64).alias("more"),
    )


def memory_files(
    plan: Plan, side: PublicSide, policy: str, before: Memory | None, why: Mapping[str, str]
) -> dict[str, bytes]:
    """Files of `restricted/memory/` of a release. `why`: what a state ordered to be published again, and why."""
    note = {
        "number": (before.number if before else 0) + 1,
        "policy": policy,
        "since": [[lea, year, day] for (lea, year), day in sorted(plan.since.items())],
        "kept": [list(block) for block in plan.kept],
        "anchors": {str(year): [list(each) for each in sets] for year, sets in sorted(plan.anchors.items())},
        "republished": dict(why),
    }
    decided = side.decided.rows.select(*MASKED, *believed())
    blocks = plan.blocks.join(decided, on=MASKED[:8], how="left", nulls_equal=True)
    state = decided.filter(pl.col("grain") == "state")
    rows = pl.concat([blocks, state], how="diagonal")
    return {
        f"{FOLDER}/memory.json": json.dumps(note, indent=1).encode(),
        f"{FOLDER}/records.parquet": to_parquet(plan.records, (*LEA_YEAR, "person"), released=True),
        f"{FOLDER}/rows.parquet": to_parquet(rows, MASKED[:8], released=True),
        f"{FOLDER}/told.parquet": to_parquet(plan.past.told, list(TOLD)[:7], released=True),
    }
