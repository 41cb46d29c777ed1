"""Whom a district reads, what a digest of their rows sees, and which districts a change touches."""

from __future__ import annotations

import polars as pl
import pytest

from rung.lake.results import Inputs
from rung.marts.district_sets import _touched_districts, digests_of, read_by_districts

ASSIGNED = [("A", "ann", "s1"), ("A", "bob", "s2"), ("B", "cy", "s2"), ("B", "dee", "s3"), ("C", "eve", "s4")]
RATED = [("A", "ann", None), ("B", "cy", "eve"), ("C", "eve", None)]


def frames(assigned: list[tuple[str, str, str]] = ASSIGNED) -> dict[str, pl.LazyFrame]:
    rated = {"lea_id": pl.String, "staff_id": pl.String, "evaluator_staff_id": pl.String}
    return {
        "assignments": pl.LazyFrame(assigned, schema=["lea_id", "staff_id", "school_id"], orient="row"),
        "ratings": pl.LazyFrame(RATED, schema=rated, orient="row"),
    }


def digests(assigned: list[tuple[str, str, str]]) -> dict[str, int]:
    of = frames(assigned)
    return dict(digests_of(of, read_by_districts(of)).collect().iter_rows())


def test_a_district_reads_its_own_its_schools_and_their_evaluators() -> None:
    rows = read_by_districts(frames()).collect().rows()
    assert {lea: {staff for one, staff in rows if one == lea} for lea in "ABC"} == {
        "A": {"ann", "bob", "cy", "eve"},  # cy works at s2 for another district, and eve evaluates cy
        "B": {"bob", "cy", "dee", "eve"},
        "C": {"eve"},
    }


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        (("A", "ann", "s9"), {"A"}),
        (("B", "cy", "s9"), {"A", "B"}),
        (("B", "dee", "s9"), {"B"}),
        (("C", "eve", "s9"), {"A", "B", "C"}),
    ],
)
def test_a_digest_changes_where_a_row_that_is_read_changes(changed: tuple[str, str, str], touched: set[str]) -> None:
    before = digests(ASSIGNED)
    after = digests([changed if row[:2] == changed[:2] else row for row in ASSIGNED])
    assert {lea for lea in before if before[lea] != after[lea]} == touched


def test_a_digest_asks_for_no_order_and_sees_every_row() -> None:
    assert digests(ASSIGNED[::-1]) == digests(ASSIGNED)
    assert digests([*ASSIGNED, ASSIGNED[0]])["A"] != digests(ASSIGNED)["A"]


def inputs(digests: dict[str, str], rosters: set[tuple[str, int]]) -> Inputs:
    return Inputs(frozenset((digest, "districts", lea, 0) for lea, digest in digests.items()), frozenset(rosters))


def test_which_districts_a_change_touches() -> None:
    many = {f"{number:02}": "same" for number in range(20)} | {"A": "a", "B": "b", "C": "c"}
    years = {("A", 2025), ("A", 2026), ("B", 2025), ("B", 2026), ("C", 2025)}
    reads = read_by_districts(frames())

    def touched(digests: dict[str, str], rosters: set[tuple[str, int]]) -> list[str] | None:
        found = _touched_districts(inputs(many, years), inputs(digests, rosters), reads)
        return None if found is None else found["lea_id"].to_list()

    assert touched(many, years) == []
    assert touched(many | {"B": "other"}, years) == ["B"]
    assert touched({lea: of for lea, of in many.items() if lea != "C"}, years) == ["C"]
    assert touched(many, years | {("C", 2026)}) == ["A", "B", "C"]  # who reads eve asks whether C has reported
    assert touched(many, years | {("A", 2027)}) is None  # of a year more, every district asks
    assert touched(dict.fromkeys(many, "all"), years) is None
