"""An outsider with the published CSV files alone, and relations of the outsider's own, works nothing out.

Whole numbers throughout: the least and the largest value that each hidden count can have, by integer programs. Nothing
of the engine is used but to make the tables; what each cell must keep open is asked of the decisions.
"""

from __future__ import annotations

import io
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import highspy
import numpy as np
import polars as pl
import pytest

from tests.disclosed import decided, files_of, levels
from tests.transforms.s6_disclose.test_attacks import FIRST, release, remembered
from tests.transforms.s6_disclose.test_together import outcomes
from transforms.s6_disclose.decide import Decided

# Table -> what a row counts, beside program, year and place; the last is what adds up.
COUNTS = {
    "public_designation": ("level",),
    "public_retention": ("comparison_group", "outcome"),
    "public_access": ("measure", "poverty_quartile"),
    "public_ladder_flow": ("from_level", "to_level"),
}
Cell = tuple[str, str, int, str, str, str]  # table, program, year, LEA or "", group, part
Relation = tuple[tuple[tuple[Cell, int], ...], float]  # coefficients, and how far above zero their sum may be


def cells(csv: dict[str, str]) -> dict[Cell, int | None]:
    """Counts of districts and the state as a reader has them: a number, or None where nothing exact stands."""
    found: dict[Cell, int | None] = {}
    for table, columns in COUNTS.items():
        if table not in csv:
            continue
        rows = pl.read_csv(io.StringIO(csv[table]), infer_schema=False)
        for row in rows.filter(pl.col("grain") != "school").iter_rows(named=True):
            if row["reason"] == "not_released" or any(not row[c] for c in columns):
                continue
            group = row[columns[0]] if len(columns) > 1 else ""
            place = row["lea_id"] or ""
            number = int(row["persons"]) if row["persons"] and row["mask"] == "published" else None
            found[table, row.get("program_id") or "", int(row["school_year"]), place, group, row[columns[-1]]] = number
    return found


def relations(known: dict[Cell, int | None]) -> list[Relation]:
    """What the outsider writes down: sums of places and of parts, and who cannot be more than whom."""
    equal: dict[object, list[tuple[Cell, int]]] = defaultdict(list)
    leas = {cell[3] for cell in known if cell[3]}
    for cell in known:
        table, program, year, place, group, part = cell
        if table == "public_ladder_flow":
            if part != "none":
                equal["came", program, year, part].append((cell, 1))
            continue
        if " + " in part:
            equal["sum", cell] += [(cell, -1), *(((*cell[:5], each), 1) for each in part.split(" + "))]
            continue
        if any((table, program, year, lea, group, part) in known for lea in leas):
            equal["state", table, program, year, group, part].append((cell, 1 if place else -1))
        if (*cell[:5], "all") in known:
            equal["parts", cell[:5]].append((cell, -1 if part == "all" else 1))
        if table == "public_access" and ("public_retention", "", year, place, "leaders", "all") in known:
            if group == "leaders":
                equal["quarters", year, place].append((cell, 1))
            else:
                equal["teachers", year, place].append((cell, 1))
        if table == "public_retention" and not program and part == "all":
            if group == "leaders":
                equal["quarters", year, place].append((cell, -1))
            if group in ("leaders", "others"):
                equal["teachers", year, place].append((cell, -1))
    made: list[Relation] = []
    for what, terms in equal.items():
        if isinstance(what, tuple) and what[0] == "came":
            whole: Cell = ("public_designation", what[1], what[2], "", "", what[3])
            if whole not in known:
                continue
            made.append(((*terms, (whole, -1)), 0.0))
        else:
            made.append((tuple(terms), 0.0))
    return made + at_most(known)


def at_most(known: dict[Cell, int | None]) -> list[Relation]:
    """The top-rated are leaders or others; who moved from a level held it the year before."""
    made: list[Relation] = []
    left: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in known:
        table, program, year, place, group, part = cell
        if table == "public_retention" and group == "top_rated" and " + " not in part:
            both: list[Cell] = [(table, program, year, place, each, part) for each in ("leaders", "others")]
            if all(each in known for each in both):
                made.append(((*((each, 1) for each in both), (cell, -1)), float("inf")))
        if table == "public_ladder_flow" and group != "none":
            left["public_designation", program, year - 1, place, "", group].append(cell)
    for before, moved in left.items():
        if before in known:
            made.append((((before, 1), *((cell, -1) for cell in moved)), float("inf")))
    return made


def bounds(
    known: dict[Cell, int | None],
    most: int,
    more: Sequence[Relation] = (),
    box: Mapping[Cell, tuple[int, int]] | None = None,
) -> dict[Cell, tuple[int, int]]:
    """The least and the largest value of every hidden count, given everything shown, `more` relations and boxes."""
    hidden = [cell for cell, number in known.items() if number is None]
    place = {cell: at for at, cell in enumerate(hidden)}
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    for cell in hidden:
        low, high = (box or {}).get(cell, (0, most))
        model.addVar(float(max(low, 0)), float(high))
    for terms, above in [*relations(known), *more]:
        free = [(place[c], k) for c, k in terms if c in place]
        told = sum(k * (known[c] or 0) for c, k in terms if c not in place)
        if not free:
            assert 0 <= told <= above, f"what is published does not hold: {terms}"
            continue
        index, by = np.array([f[0] for f in free], np.int32), np.array([f[1] for f in free], float)
        model.addRow(-float(told), above - told, len(free), index, by)
    columns = np.arange(len(hidden), dtype=np.int32)
    model.changeColsIntegrality(len(hidden), columns, np.full(len(hidden), 1, np.uint8))
    found = {}
    for cell, at in place.items():
        ends = []
        for sign in (1.0, -1.0):
            model.changeColCost(at, sign)
            model.run()
            assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal, cell
            ends.append(round(model.getSolution().col_value[at]))
        model.changeColCost(at, 0.0)
        found[cell] = (ends[0], ends[1])
    return found


def cell_of(name: str) -> Cell:
    """The cell of a name in the decisions."""
    table, program, year, cut, part, _, lea, *_ = name.split("|")
    group = part.split(" > ")[0] if table == "public_ladder_flow" else cut
    return table, program, int(year), lea, group, part.split(" > ")[-1]


def needs(log: pl.DataFrame) -> dict[Cell, tuple[int, int]]:
    """Of each hidden count its true value and the width that it must keep."""
    hidden = log.filter(pl.col("mask") == "suppressed").select("name", "value", "need")
    return {cell_of(name): (value, need) for name, value, need in hidden.iter_rows()}


def boxes(log: pl.DataFrame) -> dict[Cell, tuple[int, int]]:
    """What an outsider knows of rounded counts who knows to which unit each was rounded."""
    about = log.filter((pl.col("mask") == "rounded") & pl.col("name").str.starts_with("public_"))
    return {cell_of(name): (low, high) for name, low, high in about.select("name", "low", "high").iter_rows()}


def attacked(csv: dict[str, str], log: pl.DataFrame, most: int = 100_000) -> int:
    """Asserts that no hidden count is recovered or too narrow; how many hidden ones were tried."""
    known, asked = cells(csv), needs(log)
    found = bounds(known, most, box=boxes(log))
    tried = {cell: ends for cell, ends in found.items() if cell in asked}
    for cell, (low, high) in tried.items():
        value, need = asked[cell]
        assert low <= value <= high, f"the outsider's relations are wrong: {cell}"
        assert high - low >= max(need, 1) or need == 0, f"{cell}: {low} to {high}, {need} must stay open"
    return len(tried)


def small(seed: int) -> pl.DataFrame:
    """A random small state: a confidential program's levels, and what its leaders did next."""
    draw = random.Random(seed)
    leas = [f"{n:05d}" for n in range(1, 5)]
    held = {lea: [draw.choice((draw.randint(0, 12), draw.randint(13, 60))) for _ in range(4)] for lea in leas}
    after = {lea: [draw.randint(20, 60), draw.randint(0, 9), *(draw.randint(0, 4) for _ in range(3))] for lea in leas}
    return pl.concat([levels(held), outcomes(after)])


@cache
def published(seed: int) -> tuple[dict[str, str], pl.DataFrame]:
    made = decided(small(seed))
    return in_csv(made), made.cells


@pytest.mark.parametrize("seed", range(8))
def test_nothing_hidden_of_a_random_small_state_can_be_worked_out(seed: int) -> None:
    csv, log = published(seed)
    assert attacked(csv, log) > 3


def test_the_outsider_finds_what_primary_suppression_alone_would_leave_open() -> None:
    """The attack is one: with complements shown again it recovers hidden counts."""
    csv, log = published(3)
    known = cells(csv)
    worth = {cell: value for cell, (value, need) in needs(log).items() if need < 5}
    found = bounds({**known, **worth}, 100_000, box=boxes(log))
    assert any(low == high for low, high in found.values())


def in_csv(made: Decided) -> dict[str, str]:
    """The CSV files of the public tables."""
    files = {path: data for path, data in files_of(made).items() if path.startswith("public/")}
    return {path.split("/")[1]: pl.read_parquet(io.BytesIO(data)).write_csv() for path, data in files.items()}


@pytest.mark.parametrize("late", [[40, 6, 30], [25, 3, 2], [60, 40, 9]])
def test_two_releases_with_a_late_district_tell_no_more_than_the_decisions_say(late: list[int]) -> None:
    """Districts of the first release keep their numbers, so the state now less the state before is the late one."""
    first_plan, first = release(FIRST, None)
    _, second = release({**FIRST, "00009": late}, remembered(first_plan, first))
    now, before = in_csv(second), in_csv(first)
    earlier = {(c[0], c[1], c[2] - 1000, *c[3:]): ends for c, ends in boxes(first.cells).items()}
    box, shown = {**boxes(second.cells), **earlier}, cells(now)
    old = {(c[0], c[1], c[2] - 1000, *c[3:]): number for c, number in cells(before).items()}
    same: list[Relation] = [
        (((cell, 1), ((cell[0], cell[1], cell[2] + 1000, *cell[3:]), -1)), 0.0) for cell in old if cell[3]
    ]
    found = bounds({**shown, **old}, 10_000, same, box)
    asked = needs(second.cells)
    tried = [cell for cell in found if cell in asked]
    assert len(tried) > 2
    for cell in tried:
        value, need = asked[cell]
        low, high = found[cell]
        assert low <= value <= high and high - low >= need, (cell, low, high, need)
