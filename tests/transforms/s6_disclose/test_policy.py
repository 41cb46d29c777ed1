"""The rules one by one, earlier releases, and that nothing fails open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from pydantic import ValidationError
from transforms.s6_disclose.counts import LEAF
from transforms.s6_disclose.hierarchy import counted
from transforms.s6_disclose.primary import primary_rule, with_bands
from transforms.s6_disclose.problem import EngineFailure, problem_of
from transforms.s6_disclose.suppress import DisclosureBlocked, Suppression, suppress

from contracts.policy.disclosure import DisclosurePolicy
from transforms.s6_disclose import attack

POLICY = yaml.safe_load((Path(__file__).parents[3] / "programs/disclosure.yaml").read_text())
COLUMNS: dict[str, Any] = {
    "cell": pl.UInt32,
    "name": pl.String,
    "unit": pl.String,
    "value": pl.Int64,
    "persons": pl.Int64,
    "is_part": pl.Boolean,
    "residual": pl.Boolean,
    "group": pl.UInt32,
    "group_persons": pl.Int64,
    "largest": pl.Int64,
    "two_largest": pl.Int64,
    "forced": pl.String,
    "empty_everywhere": pl.Boolean,
    "floor": pl.Int64,
    "known_low": pl.Int64,
    "known_high": pl.Int64,
    "last_exact": pl.Int64,
}
RELATIONS = {"relation": pl.UInt32, "cell": pl.UInt32, "coefficient": pl.Int8, "table": pl.UInt32}


def policy(**changes: Any) -> DisclosurePolicy:
    return DisclosurePolicy.model_validate({**POLICY, **changes})


def cells(rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    plain = {"unit": "persons", "is_part": False, "residual": False, "empty_everywhere": False, "floor": 0}
    whole = [
        {**plain, "cell": n, "name": f"c{n}", "persons": row["value"], "group_persons": row["value"], **row}
        for n, row in enumerate(rows)
    ]
    return pl.DataFrame([{column: row.get(column) for column in COLUMNS} for row in whole], schema=COLUMNS)


def distribution(parts: list[int]) -> list[Mapping[str, Any]]:
    """Parts of one group, and its whole."""
    group = {"group": 0, "group_persons": sum(parts)}
    return [{"value": value, "is_part": True, **group} for value in parts] + [{"value": sum(parts), **group}]


def relation(*entries: tuple[int, int, int]) -> pl.DataFrame:
    rows = [(r, c, s, 0) for r, c, s in entries]
    return pl.DataFrame(rows, schema=RELATIONS, orient="row").sort("relation", "cell")


def rules(rows: list[Mapping[str, Any]]) -> list[str | None]:
    return cells(rows).lazy().with_columns(rule=primary_rule(policy())).collect()["rule"].to_list()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([12, 11, 10], [None, None, None]),
        ([12, 9, 11], [None, "few_persons", None]),
        ([40, 0, 0], ["uniform"] * 3),  # everybody the same, however many
        ([39, 1, 0], ["one_off", "few_persons", "one_off"]),  # one differs from all others
        ([15, 0, 2], [None, "sensitive_zero", "few_persons"]),  # 17 persons: the zero tells of each
        ([15, 0, 12], [None, None, None]),  # 27 persons: it does not
    ],
)
def test_rules_of_distributions(parts: list[int], expected: list[str | None]) -> None:
    assert rules(distribution(parts))[: len(parts)] == expected


def test_rules_of_money() -> None:
    money = {"unit": "cents", "value": 100_000, "group": None}
    assert rules(
        [
            {**money, "persons": 20, "largest": 10_000, "two_largest": 20_000},
            {**money, "persons": 9, "largest": 12_000, "two_largest": 24_000},
            {**money, "persons": 20, "largest": 76_000, "two_largest": 78_000},
            {**money, "persons": 20, "largest": 50_000, "two_largest": 91_000},
            {**money, "persons": 20},  # nobody knows who is behind it
            {**money, "value": 0, "persons": 0},
            {**money, "persons": 20, "largest": 1, "two_largest": 2, "forced": "confidential_pay"},
        ]
    ) == [None, "few_persons", "dominance", "dominance", "dominance", None, "confidential_pay"]


def test_what_is_public_and_still_true_is_not_hidden_for_its_company() -> None:
    """A zero published over 20 persons; one left since, and 19 would make it sensitive."""
    rows = [dict(row) for row in distribution([19, 0])]
    rows[1] |= {"last_exact": 0, "known_low": 0, "known_high": 0}
    assert rules(rows)[1] is None
    rows[1] |= {"last_exact": 2, "known_low": None, "known_high": None}
    assert rules(rows)[1] == "uniform"
    small = [{"value": 3, "last_exact": 3, "known_low": 3, "known_high": 3}]
    assert rules(small) == ["few_persons"], "a small count stays hidden, and somebody must sign"


def bands(rows: list[Mapping[str, Any]]) -> list[tuple[int, int]]:
    shown = with_bands(cells(rows).lazy(), policy()).collect()
    return list(zip(shown["shown_low"], shown["shown_high"], strict=True))


def test_bands() -> None:
    assert bands(distribution([12, 14]))[:2] == [(10, 14), (10, 14)]  # 26 persons: bands of five
    assert bands(distribution([12, 18]))[:2] == [(12, 12), (18, 18)]  # 30: exact
    assert bands(distribution([390, 10]))[:2] == [(390, 390), (10, 10)]  # 97.5 % and 2.5 % of 400
    assert bands(distribution([1990, 10]))[:2] == [(1980, 2000), (0, 20)]  # beyond 99 % and 1 %
    small = cells([{"value": 101, "last_exact": 103}, {"value": 101, "last_exact": 140}])
    shown = with_bands(small.lazy(), policy()).collect()
    assert shown["shown_low"].to_list() == [100, 101]  # restated by two persons: a band over both values
    assert shown["shown_high"].to_list() == [119, 101]


def test_money_restated_by_a_few_persons_pay_is_banded() -> None:
    money = {"unit": "cents", "persons": 40, "largest": 1, "two_largest": 2}
    rows = [
        {**money, "value": 22_245_600, "last_exact": 22_245_600},  # the same
        {**money, "value": 21_985_400, "last_exact": 22_245_600},  # 2,602 dollars less
        {**money, "value": 22_245_600, "last_exact": 2_000_000},  # another order of things
    ]
    shown = with_bands(cells(rows).lazy(), policy()).collect()
    assert shown["shown_low"].to_list() == [22_245_600, 21_000_000, 22_245_600]
    assert shown["shown_high"].to_list() == [22_245_600, 22_999_999, 22_245_600]


def table(values: list[list[int]]) -> tuple[list[Mapping[str, Any]], pl.DataFrame]:
    """A table with row and column totals, no distribution rules."""
    grid = [[*row, sum(row)] for row in values]
    grid.append([sum(column) for column in zip(*grid, strict=True)])
    wide = len(grid[0])
    entries = []
    for r in range(len(grid)):
        entries += [(r, r * wide + c, -1 if c == wide - 1 else 1) for c in range(wide)]
    for c in range(wide):
        entries += [(len(grid) + c, r * wide + c, -1 if r == len(grid) - 1 else 1) for r in range(len(grid))]
    return [{"value": value} for row in grid for value in row], relation(*entries)


def masks(done: Suppression) -> list[str]:
    return done.decisions["mask"].to_list()


def test_one_small_cell_needs_three_complements_in_a_table() -> None:
    """By hand: one small cell in a 3x3 table is protected by a rectangle, no less."""
    rows, relations = table([[3, 40, 50], [41, 42, 43], [44, 45, 46]])
    done = suppress(cells(rows), relations, policy(), compare=True)
    assert masks(done).count("suppressed") == 4
    assert done.primary.recovered == 1
    assert done.chosen.recovered == done.chosen.too_narrow == 0
    assert done.decisions.filter(pl.col("rule") == "complementary").height == 3
    hidden = {int(c) for c in done.decisions.filter(pl.col("mask") == "suppressed")["cell"]}
    assert hidden == {0, 1, 4, 5}  # 3, 40 over 41, 42: the cheapest rectangle


def test_what_an_earlier_release_published_cannot_cover() -> None:
    rows, relations = table([[3, 40, 50], [41, 42, 43], [44, 45, 46]])
    told = [dict(row) for row in rows]
    for cell in (1, 5):
        told[cell] |= {"known_low": told[cell]["value"], "known_high": told[cell]["value"]}
    done = suppress(cells(told), relations, policy())
    hidden = {int(c) for c in done.decisions.filter(pl.col("mask") == "suppressed")["cell"]}
    assert 0 in hidden and len(hidden) >= 4
    assert not ({0, 1, 4, 5} >= hidden), "known cells protect nothing"


def test_a_cell_that_an_earlier_release_gave_away_blocks_and_is_named() -> None:
    rows, relations = table([[3, 40, 50], [41, 42, 43], [44, 45, 46]])
    told = [dict(row) for row in rows]
    told[0] |= {"known_low": 3, "known_high": 3, "last_exact": 3}
    with pytest.raises(DisclosureBlocked, match=r"c0;? ?.*sign"):
        suppress(cells(told), relations, policy())
    signed = policy(acknowledged=[{"cell": "c0", "signed_by": "A. Person", "why": "published in 2024"}])
    assert masks(suppress(cells(told), relations, signed))[0] == "suppressed"


def test_persons_at_no_school_are_protected_from_subtraction() -> None:
    """An LEA of 54 less its schools' 30 and 23 would tell of the one teacher who has no school."""
    rows = [{"value": 30}, {"value": 23}, {"value": 1, "residual": True}, {"value": 54}]
    done = suppress(cells(rows), relation((0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, -1)), policy())
    assert masks(done) == ["published", "suppressed", "published"], "the smallest cell that covers"
    open_rows = [{"value": 30}, {"value": 23}, {"value": 12, "residual": True}, {"value": 65}]
    done = suppress(cells(open_rows), relation((0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, -1)), policy())
    assert masks(done) == ["published"] * 3, "twelve persons tell of nobody"


def test_persons_at_no_school_may_hold_any_part() -> None:
    """A reader does not know that the one person at no school holds `none`: the place has a cell for every part."""
    place = {"mart": "m", "measure": None, "program_id": "p", "cut": None, "school_year": 2024, "value": 1}
    leaves = [
        {**place, "lea_id": "1", "school_id": None, "part": "none"},
        {**place, "lea_id": "2", "school_id": "s", "part": "lead"},
    ]
    frame = pl.LazyFrame(leaves, schema_overrides={"measure": pl.String, "cut": pl.String}).select(LEAF)
    rows = counted(frame, schools=True, sensitive=True).filter(pl.col("grain") == "unplaced").collect()
    assert dict(rows.select("part", "value").iter_rows()) == {"none": 1, "lead": 0, "all": 1}


def test_an_exposed_cell_blocks_and_is_named() -> None:
    """A small cell whose only companions are known to everybody cannot be protected."""
    rows = [{"value": 3}, {"value": 50, "known_low": 50, "known_high": 50}]
    rows.append({"value": 53, "known_low": 53, "known_high": 53})
    with pytest.raises(DisclosureBlocked, match="c0"):
        suppress(cells(rows), relation((0, 0, 1), (0, 1, 1), (0, 2, -1)), policy())


def test_a_wrong_identity_stops_the_engine() -> None:
    rows = [{"value": 20}, {"value": 30}, {"value": 51}]
    with pytest.raises(EngineFailure, match="do not hold"):
        suppress(cells(rows), relation((0, 0, 1), (0, 1, 1), (0, 2, -1)), policy())


def test_a_solver_without_an_answer_stops_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = attack.new_engine

    def tired() -> Any:
        made = engine()
        made.setOptionValue("simplex_iteration_limit", 0)
        made.setOptionValue("presolve", "off")
        return made

    monkeypatch.setattr(attack, "new_engine", tired)
    rows, relations = table([[3, 4, 50], [5, 42, 6], [44, 7, 8]])
    with pytest.raises(EngineFailure):
        suppress(cells(rows), relations, policy())


def test_the_audit_knows_bands_and_whole_persons() -> None:
    """a + b = 2c with c published as a band 10-11 leaves a hidden cell between those bounds only."""
    rows = [{"value": 4}, {"value": 16}, {"value": 20}]
    ruled = with_bands(cells(rows).lazy(), policy()).collect()
    banded = ruled.with_columns(shown_low=pl.Series([4, 16, 20]), shown_high=pl.Series([4, 16, 22]))
    problem = problem_of(banded, relation((0, 0, 1), (0, 1, 1), (0, 2, -1)), policy())
    from transforms.s6_disclose.audit import audit

    primary = np.array([True, False, False])
    found = audit(problem, primary, primary)
    assert (found.low[0], found.high[0]) == (4, 6)
    assert found.failing.tolist() == [0]
    assert found.recovered.tolist() == []


@pytest.mark.parametrize(
    "change", [{"minimum_persons": 5}, {"typo": 1}, {"dominance": {"largest_share": 2, "two_largest_share": 0.9}}]
)
def test_a_policy_below_the_floor_or_with_unknown_keys_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy(**change)


def test_release_dates() -> None:
    rule = policy(release_after_program={"x": {"years_later": 1, "month": 7, "day": 1}})
    assert str(rule.opens("x", 2026)) == "2027-07-01"
    assert str(rule.opens("y", 2026)) == "2026-07-01"


def test_a_cover_of_the_last_release_stays_hidden() -> None:
    """Another cover would be cheaper; the old one, unchanged, would open the small cell in the old tables."""
    rows, relations = table([[3, 40, 50], [41, 42, 43], [44, 45, 46]])
    told = cells(rows).with_columns(was_hidden=pl.col("cell").is_in([0, 2, 8, 10]))
    hidden = suppress(told, relations, policy()).decisions.filter(pl.col("mask") == "suppressed")["cell"]
    assert {0, 2, 8, 10} <= {int(cell) for cell in hidden}
