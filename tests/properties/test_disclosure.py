"""Random hierarchies: no hidden cell is recovered, no published margin is wrong (issue 8, 2)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import polars as pl
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms.s6_disclose.suppress import suppress

from contracts.policy.disclosure import DisclosurePolicy

Table = list[list[list[int]]]  # LEA x school x level


@cache
def policy() -> DisclosurePolicy:
    path = Path(__file__).parents[2] / "programs/disclosure.yaml"
    return DisclosurePolicy.model_validate(yaml.safe_load(path.read_text()))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[list[int]]]:
    """Counts of a random state, and a second cut of its schools (a poverty quartile, say) that crosses districts."""
    levels = draw(st.integers(2, 4))
    count = st.one_of(st.integers(0, 12), st.integers(0, 60))
    schools = st.lists(st.lists(count, min_size=levels, max_size=levels), min_size=1, max_size=4)
    table = draw(st.lists(schools, min_size=1, max_size=4))
    cut = [[draw(st.integers(0, 1)) for _ in district] for district in table]
    return table, cut


def problem(table: Table, cut: list[list[int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`Cells` and `Relations`: school, district, quartile and state x level, each with its total."""
    levels = len(table[0][0])
    values: dict[tuple[str, int], int] = {}

    def put(place: str, counts: list[int]) -> None:
        for level, count in enumerate(counts):
            values[place, level] = count
        values[place, levels] = sum(counts)

    def added(rows: list[list[int]]) -> list[int]:
        return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * levels

    parents: dict[str, list[str]] = {"state": [], "q0": [], "q1": []}
    every: dict[str, list[list[int]]] = {"state": [], "q0": [], "q1": []}
    for i, district in enumerate(table):
        parents[f"lea{i}"] = [f"school{i}.{j}" for j in range(len(district))]
        parents["state"].append(f"lea{i}")
        for j, counts in enumerate(district):
            put(f"school{i}.{j}", counts)
            parents[f"q{cut[i][j]}"].append(f"school{i}.{j}")
            every[f"q{cut[i][j]}"].append(counts)
        put(f"lea{i}", added(district))
        every["state"] += district
    for place, rows in every.items():
        put(place, added(rows))
    parents |= {"all": ["q0", "q1"]}
    number = {key: n for n, key in enumerate(values)}
    places = {place: n for n, place in enumerate(dict.fromkeys(place for place, _ in values))}
    entries: list[tuple[int, int, int, int]] = []
    relation = 0
    for place, at in places.items():
        entries += [(relation, number[place, level], 1, at) for level in range(levels)]
        entries.append((relation, number[place, levels], -1, at))
        relation += 1
    for parent, children in parents.items():
        whole = "state" if parent == "all" else parent
        for level in range(levels + 1):
            entries += [(relation, number[child, level], 1, places[whole]) for child in children]
            entries.append((relation, number[whole, level], -1, places[whole]))
            relation += 1
    null = pl.lit(None, pl.Int64)
    cells = pl.DataFrame(
        {
            "cell": list(number.values()),
            "name": [f"{place}|{level}" for place, level in values],
            "value": list(values.values()),
            "is_part": [level < levels for _, level in values],
            "group": [places[place] for place, _ in values],
            "group_persons": [values[place, levels] for place, _ in values],
            "empty_everywhere": [values["state", level] == 0 for _, level in values],
        }
    ).with_columns(
        pl.col("cell", "group").cast(pl.UInt32),
        unit=pl.lit("persons"),
        persons=pl.col("value"),
        residual=pl.lit(False),
        forced=pl.lit(None, pl.String),
        floor=pl.lit(0, pl.Int64),
        largest=null,
        two_largest=null,
        known_low=null,
        known_high=null,
        last_exact=null,
    )
    schema = {"relation": pl.UInt32, "cell": pl.UInt32, "coefficient": pl.Int8, "table": pl.UInt32}
    return cells, pl.DataFrame(entries, schema=schema, orient="row")


@settings(max_examples=60, deadline=None)
@given(tables())
def test_no_hidden_cell_is_recovered_and_no_margin_is_wrong(drawn: tuple[Table, list[list[int]]]) -> None:
    cells, relations = problem(*drawn)
    decisions = suppress(cells, relations, policy()).decisions
    value = cells["value"].to_list()
    mask = decisions["mask"].to_list()
    low, high = decisions["shown_low"].to_list(), decisions["shown_high"].to_list()
    for cell, true in enumerate(value):
        if mask[cell] == "suppressed":
            assert low[cell] is None and high[cell] is None
        else:
            assert low[cell] <= true <= high[cell]
            assert (low[cell] == high[cell]) == (mask[cell] == "published")
            assert not 1 <= true <= 9
    assert _published_margins_hold(relations, mask, low)
    assert _determined(relations, mask) == set()
    narrow = _propagated(relations, mask, low, high)
    for cell, (least, most) in narrow.items():
        if mask[cell] == "suppressed":
            rule = decisions["rule"][cell]
            assert most - least >= (1 if rule == "complementary" else 10), decisions["name"][cell]


def _rows(relations: pl.DataFrame) -> dict[int, list[tuple[int, int]]]:
    rows: dict[int, list[tuple[int, int]]] = {}
    for relation, cell, sign, _ in relations.iter_rows():
        rows.setdefault(relation, []).append((cell, sign))
    return rows


def _published_margins_hold(relations: pl.DataFrame, mask: list[str], low: list[int]) -> bool:
    """Where a total and all its parts are published exactly, they add up."""
    exact = [row for row in _rows(relations).values() if all(mask[cell] == "published" for cell, _ in row)]
    return all(sum(sign * low[cell] for cell, sign in row) == 0 for row in exact)


def _determined(relations: pl.DataFrame, mask: list[str]) -> set[int]:
    """Suppressed cells that exact elimination over the relations solves (whatever the numbers are)."""
    pivots: dict[int, dict[int, Fraction]] = {}
    for row in _rows(relations).values():
        left = {cell: Fraction(sign) for cell, sign in row if mask[cell] != "published"}
        for pivot, known in pivots.items():
            if pivot in left:
                _subtract(left, known, left[pivot])
        if left:
            pivot = min(left)
            scale = left[pivot]
            left = {cell: weight / scale for cell, weight in left.items()}
            for known in pivots.values():
                if pivot in known:
                    _subtract(known, left, known[pivot])
            pivots[pivot] = left
    return {pivot for pivot, row in pivots.items() if len(row) == 1 and mask[pivot] == "suppressed"}


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], times: Fraction) -> None:
    for cell, weight in other.items():
        row[cell] = row.get(cell, Fraction(0)) - times * weight
        if row[cell] == 0:
            del row[cell]


def _propagated(
    relations: pl.DataFrame, mask: list[str], low: list[int | None], high: list[int | None]
) -> dict[int, tuple[float, float]]:
    """Bounds that a patient reader derives by hand: each total less the least its other parts can be, repeated."""
    least = {c: float(low[c] or 0) if mask[c] != "suppressed" else 0.0 for c in range(len(mask))}
    most = {c: float(high[c] or 0) if mask[c] != "suppressed" else float("inf") for c in range(len(mask))}
    for _ in range(12):
        for row in _rows(relations).values():
            for cell, sign in row:
                others = [(c, s * -sign) for c, s in row if c != cell]
                top = sum((most if s > 0 else least)[c] * s for c, s in others)
                bottom = sum((least if s > 0 else most)[c] * s for c, s in others)
                most[cell], least[cell] = min(most[cell], top), max(least[cell], bottom)
    return {c: (least[c], most[c]) for c in least}
