"""Planted attacks with several releases in hand: rounding that ends, another policy, another pack, a rollback."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from rung.release.memory import FOLDER, Memory, Plan, holder, plan
from tests.disclosed import NO_YEARS, decided, files_of, holds, levels, masks, policy, streams
from tests.transforms.s6_disclose.test_attacks import FIRST, K, records, release, remembered
from tests.transforms.s6_disclose.test_outsider import Relation, bounds, boxes, cells, in_csv, needs
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.decide import Decided, decide

STRICTER = policy().model_copy(update={"minimum_persons": 20})


def shown_of_state(made: Decided, part: str = "l1") -> tuple[str, int]:
    row = made.rows.filter((pl.col("grain") == "state") & (pl.col("part") == part))
    return row["mask"][0], row["shown"][0]


def test_a_number_that_stood_rounded_is_not_told_exactly_by_the_next_release() -> None:
    """The late district was the difference of two states: one release later it must not be so."""
    second_plan, second = release({**FIRST, "00004": [40, 6, 30]}, remembered(*release(FIRST, None)))
    mask, number = shown_of_state(second)
    assert mask == "rounded"
    _, third = release({**FIRST, "00004": [40, 6, 30]}, remembered(second_plan, second, 2))
    assert shown_of_state(third) == (mask, number)


def under(counts: dict[str, list[int]], memory: Memory, strict: bool) -> tuple[Plan, Decided]:
    terms = STRICTER if strict else policy()
    k = terms.minimum_persons
    planned = plan(levels(counts), records(counts), memory, k, "2026-12-01", "round")
    awards = pl.DataFrame({"program_id": ["p"], "school_year": [2026], "award": [0]}).cast({"school_year": pl.Int16})
    return planned, decide(pl.concat([planned.blocks, of_state(planned.blocks)]), terms, NO_YEARS, awards, planned.past)


def together(first: Decided, second: Decided) -> dict[Any, tuple[int, int]]:
    """What an outsider with both releases works out of the second's year: districts' numbers are the same in both."""
    old = {(c[0], c[1], c[2] - 1000, *c[3:]): n for c, n in cells(in_csv(first)).items()}
    box = {(c[0], c[1], c[2] - 1000, *c[3:]): ends for c, ends in boxes(first.cells).items()} | boxes(second.cells)
    same: list[Relation] = [(((c, 1), ((c[0], c[1], c[2] + 1000, *c[3:]), -1)), 0.0) for c in old]
    return bounds({**cells(in_csv(second)), **old}, 10_000, same, box)


def test_a_stricter_policy_withdraws_what_was_shown_and_opens_nothing() -> None:
    """What a reader has cannot be hidden: under k = 20 the 15 is withdrawn, and nothing new is shown beside it."""
    counts = {"00001": [40, 15, 30, 44], "00002": [30, 25, 40, 4], "00003": [35, 4, 44, 60]}
    memory = remembered(*release(counts, None))
    first = release(counts, None)[1]
    _, second = under(counts, memory, strict=True)
    before, after = masks(first), masks(second)
    assert (before["00001", "l1"], after["00001", "l1"]) == ("published", "suppressed")
    row = second.rows.filter((pl.col("lea_id") == "00001") & (pl.col("part") == "l1"))
    assert row["rule"][0] == "withdrawn"
    assert all(after[key] == "suppressed" for key, mask in before.items() if mask == "suppressed")
    assert holds(files_of(second))
    found, asked = together(first, second), needs(first.cells)
    for cell, (value, need) in asked.items():
        low, high = found[cell]
        assert low <= value <= high and high - low >= need, (cell, low, high)


def test_another_pack_changes_no_mask_of_the_programs_that_were_there() -> None:
    """Every person's record changes; other complements beside the same numbers would open what both releases hide."""
    first_plan, first = release(FIRST, None)
    other = levels({lea: [50, 20, sum(n) - 70] for lea, n in FIRST.items() if sum(n) > 90} or FIRST)
    blocks = pl.concat([levels(FIRST), other.with_columns(program_id=pl.lit("q"))])
    everybody = {lea: sum(holders) for lea, holders in FIRST.items()}
    planned = plan(blocks, records(FIRST, everybody), remembered(first_plan, first), K, "2026-12-01", "round")
    assert planned.kept == ()
    second = decided(planned.blocks, past=planned.past)
    names = ["table", "program_id", "part", "lea_id", "mask"]
    old = first.rows.filter(pl.col("grain") == "lea").select(names)
    assert old.join(second.rows, on=names, how="anti", nulls_equal=True).is_empty()
    assert "q" in set(second.rows["program_id"])
    assert holds(files_of(second))


@pytest.mark.parametrize("current", ["a", "b", "c"])
def test_a_rollback_forgets_nothing(current: str) -> None:
    """The memory of the release with the highest number counts, whichever release is current."""
    numbers = {"a": 1, "b": 3, "c": 2}
    files = {f"{name}/{FOLDER}/memory.json": json.dumps({"number": n}).encode() for name, n in numbers.items()}
    work: Any = SimpleNamespace(
        ledger=SimpleNamespace(releases=lambda: [current, "c", "b", "a"]),
        releases=SimpleNamespace(tag=files.get, read=files.__getitem__),
    )
    assert holder(work) == "b"


@pytest.mark.parametrize("holders", [1, 3, 6, 9])
def test_money_divided_by_a_known_award_does_not_count_hidden_holders(holders: int) -> None:
    """Persons x award = pay: the reader knows the award, the other levels and the shown pay of the district."""
    award = 1_500_00
    people = levels({"00001": [60, holders, 40], "00002": [50, 30, 40], "00003": [40, 30, 20]})
    dollars = {"00001": (award * (holders + 40) // 100, holders + 40)}
    dollars |= dict.fromkeys(("00002", "00003"), (award * 70 // 100, 70))
    paid = streams({lea: {"a": each, "b": (1_000_000, 60)} for lea, each in dollars.items()}, confidential=True)
    made = decided(pl.concat([people, paid]), award=award)
    row = made.rows.filter(
        (pl.col("table") == "public_money") & (pl.col("lea_id") == "00001") & (pl.col("part") == "a")
    )
    assert masks(made)["00001", "l1"] == "suppressed"
    if row["mask"][0] == "suppressed":
        return
    low, high = row["box_low"][0], row["box_high"][0]
    seen, true = masks(made), {"none": 60, "l1": holders, "l2": 40}
    possible = [
        first
        for first, second in itertools.product(range(120), repeat=2)
        for none in [sum(true.values()) - first - second]
        if none >= 0 and low <= award * (first + second) <= high
        if (seen["00001", "l2"] == "suppressed" or second == true["l2"])
        if (seen["00001", "none"] == "suppressed" or none == true["none"])
    ]
    assert max(possible) - min(possible) >= policy().width.persons, possible
