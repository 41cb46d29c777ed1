"""The engine: what is hidden, that nothing hidden can be worked out, and what it costs."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosed import decided, files_of, holds, levels, masks, policy, streams

COUNT = st.one_of(st.integers(0, 14), st.integers(15, 80))


@st.composite
def states(draw: st.DrawFn) -> dict[str, list[int]]:
    parts = draw(st.integers(2, 4))
    leas = draw(st.integers(1, 4))
    return {f"{n:05d}": draw(st.lists(COUNT, min_size=parts, max_size=parts)) for n in range(leas)}


@settings(max_examples=60, deadline=None)
@given(states())
def test_every_hidden_number_of_a_random_state_is_certified(counts: dict[str, list[int]]) -> None:
    made = decided(levels(counts))
    assert holds(files_of(made))
    shown = made.cells.filter(pl.col("mask") == "published")
    assert (shown["low"] == shown["high"]).all()


@settings(max_examples=25, deadline=None)
@given(states())
def test_the_same_state_gives_the_same_decisions(counts: dict[str, list[int]]) -> None:
    one, two = decided(levels(counts)), decided(levels(dict(reversed(counts.items()))))
    assert one.cells.equals(two.cells)
    assert one.movements.equals(two.movements)


def test_an_enumeration_finds_no_hidden_number_of_a_small_state() -> None:
    """Owes nothing to engine or checker: every table of whole numbers that a reader cannot rule out."""
    counts = {"00001": [12, 3, 14], "00002": [13, 25, 11]}
    made = decided(levels(counts))
    seen = masks(made)
    parts = ("none", "l1", "l2")
    worlds = []
    for rows in itertools.product(range(30), repeat=4):  # the third part follows from the wholes, which are shown
        table = {"00001": [*rows[:2], 29 - sum(rows[:2])], "00002": [*rows[2:], 49 - sum(rows[2:])]}
        table["state"] = [a + b for a, b in zip(table["00001"], table["00002"], strict=True)]
        true = {**counts, "state": [25, 28, 25]}
        right = all(
            seen[place, part] != "published" or table[place][at] == true[place][at]
            for place in table
            for at, part in enumerate(parts)
        )
        if right and all(n >= 0 for row in table.values() for n in row):
            worlds.append(table)
    hidden = [
        (p, at) for p in ("00001", "00002", "state") for at, part in enumerate(parts) if seen[p, part] == "suppressed"
    ]
    assert ("00001", 1) in hidden
    for place, at in hidden:
        possible = {world[place][at] for world in worlds}
        asked = policy().width.persons if (place, at) == ("00001", 1) else 1
        assert max(possible) - min(possible) >= asked, (place, parts[at])


def test_boundaries_of_few_persons_and_zero() -> None:
    k = policy().minimum_persons
    seen = masks(decided(levels({"00001": [40, k - 1, k, k + 1], "00002": [40, 50, 60, 0]})))
    assert seen["00001", "l1"] == "suppressed"
    assert seen["00002", "l3"] in ("published", "suppressed")  # a zero of 150 is shown unless it protects another
    alone = masks(decided(levels({"00001": [40, k, k + 1], "00002": [40, 50, 0]})))
    assert set(alone.values()) == {"published"}
    below = masks(decided(levels({"00001": [0, 11, 8], "00002": [40, 50, 30]})))
    assert {below["00001", part] for part in ("none", "l1", "l2")} == {"suppressed"}, "19 holders: the whole only"
    assert below["00001", "all"] == "published"


def test_uniform_and_one_off_hide_another_level_and_never_the_whole() -> None:
    for holders in ([0, 30, 0], [1, 29, 0]):
        seen = masks(decided(levels({"00001": holders, "00002": [30, 40, 50], "00003": [20, 20, 20]})))
        assert seen["00001", "l1"] == "suppressed"
        assert sum(seen["00001", part] == "suppressed" for part in ("none", "l1", "l2")) >= 2
        assert seen["00001", "all"] == "published"


def test_state_wholes_of_many_are_never_hidden_and_districts_go_first() -> None:
    seen = masks(decided(levels({f"{n:05d}": [30 + n, 4, 40] for n in range(1, 6)})))
    assert seen["state", "all"] == "published"
    assert {seen["state", part] for part in ("none", "l1", "l2")} <= {"published", "rounded"}
    assert sum(seen[f"{n:05d}", part] == "suppressed" for n in range(1, 6) for part in ("none", "l2")) <= 5


@pytest.mark.parametrize(("persons", "mask"), [(9, "suppressed"), (10, "published"), (0, "published")])
def test_money_of_few_persons(persons: int, mask: str) -> None:
    amounts = {
        "00001": {"a": (persons * 1_000, persons), "b": (50_000, 50)},
        "00002": {"a": (40_000, 40), "b": (60_000, 60)},
        "00003": {"a": (41_000, 41), "b": (61_000, 61)},
    }
    assert masks(decided(streams(amounts)), "public_money")["00001", "a"] == mask


def test_money_keeps_a_fifth_of_its_value_open() -> None:
    amounts = {f"{n:05d}": {"a": (9_000 + n, 3), "b": (80_000, 50), "c": (70_000, 40)} for n in range(1, 5)}
    made = decided(streams(amounts))
    own = made.cells.filter(pl.col("rule") == "few_persons")
    assert (own["need"] >= (own["value"] * policy().width.money_share)).all()
    assert holds(files_of(made))


def test_confidential_money_is_rounded_and_does_not_count_holders() -> None:
    """Three holders are hidden; money / award would count them to the cent, or to three figures."""
    award = 500_00
    people = levels({"00001": [60, 3, 40], "00002": [50, 30, 40], "00003": [40, 30, 20]})
    paid = streams({lea: {"a": (20_000_000, 43), "b": (1_000_000, 60)} for lea in ("00001", "00002", "00003")}, True)
    made = decided(pl.concat([people, paid]), award=award)
    money = made.rows.filter((pl.col("table") == "public_money") & (pl.col("lea_id") == "00001"))
    told = money.filter(pl.col("mask") != "suppressed")
    assert set(told["mask"]) == {"rounded"}
    assert ((told["box_high"] - told["box_low"] + 1) >= policy().width.persons * award).all()
