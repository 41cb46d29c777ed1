"""Outcomes of the state that are told together: what is shown, what it tells nobody, and that releases agree."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from contracts.public import PLUS
from contracts.vocabulary import NEXT_YEAR_OUTCOMES
from rung.release.memory import Memory, Plan, plan
from tests.disclosed import decided, files_of, holds, masks, policy
from tests.transforms.s6_disclose.test_attacks import records, remembered
from transforms.s6_disclose.decide import Decided
from transforms.s6_disclose.past import nothing_before
from transforms.s6_disclose.shape import shaped
from transforms.s6_disclose.together import spans
from transforms.s6_disclose.utility import utility

K = policy().minimum_persons


def outcomes(counts: dict[str, list[int]]) -> pl.DataFrame:
    """Leaves of a program's leaders by next-year outcome, whose sums are the state's rows."""
    rows = []
    for lea, persons in counts.items():
        told = [*zip(NEXT_YEAR_OUTCOMES, [*persons, 0], strict=True), ("all", sum(persons))]
        rows += [
            {"lea_id": lea, "part": p, "value": n, "group": sum(persons), "sensitive": p != "all"} for p, n in told
        ]
    frame = pl.DataFrame(rows).with_columns(
        pl.col("sensitive") & (pl.col("part") != NEXT_YEAR_OUTCOMES[-1]),
        program_id=pl.lit("p"),
        school_year=pl.lit(2026),
        cut=pl.lit("leaders"),
    )
    return shaped(frame, "public_retention", grain="leaf")


def state(made: Decided) -> dict[str, str]:
    return {part: mask for (_, part), mask in masks(made, "public_retention").items()}


def test_two_small_outcomes_are_one_row_and_no_large_one_is_hidden() -> None:
    made = decided(outcomes({"00001": [100, 20, 4, 5, 30], "00002": [90, 15, 3, 2, 20]}))
    seen = state(made)
    together = PLUS.join(("move_lea", "leave_teaching"))
    assert {part for part, mask in seen.items() if mask == "suppressed"} == {"move_lea", "leave_teaching"}
    shown = made.rows.filter(pl.col("part") == together)["shown"].to_list()
    assert shown == [14]
    assert holds(files_of(made))
    told = utility(made.rows, K).filter(pl.col("grain") == "state").row(0, named=True)
    assert (told["of_many"], told["of_value"]) == (1.0, 1.0)


def test_a_single_small_outcome_takes_the_smaller_neighbour_along() -> None:
    made = decided(outcomes({"00001": [100, 20, 4, 15, 30], "00002": [90, 15, 3, 12, 20]}))
    seen = state(made)
    assert seen["move_lea + leave_teaching"] == "published"
    assert {part for part, mask in seen.items() if mask == "suppressed"} == {"move_lea", "leave_teaching"}
    width = {row["name"].split("|")[4]: row["need"] for row in made.cells.iter_rows(named=True)}
    assert width["move_lea"] == policy().width.persons


@pytest.mark.parametrize(
    ("values", "hidden", "expected"),
    [
        ([50, 20, 12, 11, 30], (), []),
        ([30, 0, 0, 2, 4], (3, 4), []),  # the rest of the group is few: nothing can be told beside the whole
        ([50, 20, 3, 3, 30], (2, 3), [("move_school", "move_lea", "leave_teaching")]),
        ([50, 4, 30, 12, 5], (1, 4), [("move_school", "move_lea"), ("leave_teaching", "left_state_schools")]),
    ],
)
def test_spans_by_hand(values: list[int], hidden: tuple[int, ...], expected: list[tuple[str, ...]]) -> None:
    names = NEXT_YEAR_OUTCOMES[:-1]
    rules = {name: "few_persons" if at in hidden else None for at, name in enumerate(names)}
    assert spans(dict(zip(names, values, strict=True)), rules, K) == expected


def test_a_later_release_tells_the_same_sums_and_an_old_one_without_gets_none() -> None:
    """Another sum of the same persons would be a difference of two releases."""
    counts = {"00001": [100, 20, 4, 15, 30], "00002": [90, 15, 3, 12, 20]}
    first = decided(outcomes(counts))
    columns = nothing_before().masks.columns
    before = first.rows.filter(pl.col("grain") == "state").select(columns)
    again = decided(outcomes(counts), past=dataclasses.replace(nothing_before(), masks=before))
    assert state(again) == state(first)
    without = before.filter(~pl.col("part").str.contains(PLUS, literal=True))
    later = decided(outcomes(counts), past=dataclasses.replace(nothing_before(), masks=without))
    assert not any(PLUS in part for part in state(later))
    assert holds(files_of(later))


def test_a_late_district_does_not_tell_what_few_leaders_of_a_program_did() -> None:
    """Its leaves are published nowhere, but the state now less the state before would be them: two moved, 29 - 27."""
    counts = {"00001": [100, 20, 14, 15, 30], "00002": [90, 15, 13, 12, 20]}
    late = {**counts, "00003": [40, 3, 2, 0, 11]}

    def released(counts: dict[str, list[int]], memory: Memory | None) -> tuple[Plan, Decided]:
        planned = plan(outcomes(counts), records(counts), memory, K, "2026-11-01", "round")
        return planned, decided(planned.blocks, past=planned.past)

    planned, first = released(counts, None)
    _, second = released(late, remembered(planned, first))
    assert set(state(first).values()) == {"published"}
    seen = state(second)
    assert {seen["move_school"], seen["move_lea"]} <= {"suppressed", "rounded"}
    assert sum(mask != "published" for mask in seen.values()) >= 2
    assert seen["all"] == "published"
    assert holds(files_of(second))
    leaves = second.cells.filter(pl.col("name").str.contains("leaf|00003", literal=True) & (pl.col("need") > 0))
    assert sorted(leaves["value"]) == [2, 3]
    for cell in leaves["cell"]:
        mine = second.movements.filter(pl.col("cell") == cell)["change"]
        highest, lowest = max([0, *mine]), min([0, *mine])
        assert highest - lowest >= policy().width.persons
