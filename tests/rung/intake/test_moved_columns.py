"""A file whose columns moved against the submission in force is held, and a waiver lets it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from expectations.moved import MovedRule, find_moved, moved_rules
from expectations.suites import load_suite
from rung.core.progress import Progress
from rung.core.project import SUITES
from rung.intake.run import run_intake
from rung.intake.waiver import waive
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

HEADER = small.ROSTER + ",first_name,last_name"


def roster(
    who: Callable[[int], str] = lambda n: f"7{n:04d}",
    title: Callable[[int], str] = lambda n: f"Teacher {n % 4}",
    name: Callable[[int], str] = lambda n: "Ana",
    fte: Callable[[int], str] = lambda n: "1.0",
) -> str:
    """Sixty rows of a district."""
    rows = [
        f"{who(n)},010001,2025-08-01,2026-06-15,teacher,{title(n)},{fte(n)},{n % 3},{name(n)},Lee" for n in range(60)
    ]
    return small.csv(HEADER, rows)


def take_in(root: Path, extract: str, *texts: str) -> tuple[Workspace, str, str]:
    """Each text in turn in the place of the one before; state and reason of the last."""
    for text in texts:
        small.drop(root, "0100", 2026, extract, text)
        work = open_workspace(root / "rung.toml")
        run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work, *newest(work, extract)


def newest(work: Workspace, extract: str) -> tuple[str, str]:
    states = work.ledger.states()
    found = [
        (state, why) for s, state, why in states if (s.lea_id, s.school_year, s.extract) == ("0100", 2026, extract)
    ]
    return found[-1]


@pytest.mark.parametrize(
    ("moved", "rule", "example"),
    [
        (roster(title=lambda n: "100234"), "ROS-070", "line 2 “100234”"),
        (roster(title=lambda n: f"Tchr {n}" if n < 31 else "Teacher 1"), "ROS-070", "31 of 60 rows"),
        (roster(who=lambda n: f"{n:04d}"), "ROS-071", "line 2, line 3, line 4"),
        (roster(name=lambda n: "Ana4" if n < 7 else "Ana"), "ROS-072", "7 of 60 rows, 0% in what counts now"),
        (roster(fte=lambda n: "0.1" if n < 16 else "1.0"), "ROS-074", "16 of 60 rows"),
    ],
)
def test_a_roster_that_moved_is_held_with_examples(tmp_path: Path, moved: str, rule: str, example: str) -> None:
    small.write_state(tmp_path)
    work, state, why = take_in(tmp_path, "roster", roster(), moved)
    assert state == "held" and f"({rule}: " in why and example in why
    assert "Ana4" not in why  # a name is shown by its line
    waive(work, "0100", 2026, "roster", "the district confirmed it", datetime.now(UTC))
    assert newest(work, "roster") == ("accepted", "waived: the district confirmed it")


@pytest.mark.parametrize(
    "next_file",
    [
        roster(title=lambda n: f"Tchr {n}" if n < 30 else "Teacher 1"),
        roster(who=lambda n: f"{n + 7000:05d}" if n < 30 else f"7{n:04d}"),
        roster(name=lambda n: "Ana4" if n < 6 else "Ana"),
        roster(fte=lambda n: "0.1" if n < 15 else "1.0"),
        roster(fte=lambda n: "0.2"),
    ],
)
def test_at_the_bound_it_is_accepted(tmp_path: Path, next_file: str) -> None:
    small.write_state(tmp_path)
    assert take_in(tmp_path, "roster", roster(), next_file)[1] == "accepted"


def test_what_was_so_before_has_not_moved(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    part_time = roster(fte=lambda n: "0.1", name=lambda n: "A1")
    first = small.drop(tmp_path, "0100", 2026, "roster", part_time)
    assert first.exists() and take_in(tmp_path, "roster", part_time, part_time + "\n")[1] == "accepted"


def test_cents_for_dollars_are_held(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    rows = small.payroll("0100", 2026)
    in_cents = [f"{row.rpartition(',')[0]},{float(row.rpartition(',')[2]) * 100:.0f}" for row in rows]
    state, why = take_in(tmp_path, "payroll", small.csv(small.PAYROLL, rows), small.csv(small.PAYROLL, in_cents))[1:]
    assert (state, "PAY-053" in why, "100.0 times" in why) == ("held", True, True)


def test_a_bound_of_the_states_own_counts(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    (tmp_path / "own").mkdir()
    rule = next(rule for rule in load_suite("roster", SUITES).moved if rule.rule_id == "ROS-070")
    own = rule.model_copy(update={"most": 0.95}).model_dump(exclude_none=True)
    meta = {"moved": [own], "off": {"ROS-071": "ids were given anew this year"}}
    (tmp_path / "own" / "roster.json").write_text(json.dumps({"name": "roster", "meta": meta}))
    with (tmp_path / "rung.toml").open("a") as file:
        file.write('[overlay]\nexpectations = "own"\n')
    moved = roster(title=lambda n: f"Tchr {n}" if n < 55 else "Teacher 1", who=lambda n: f"{n:05d}")
    assert take_in(tmp_path, "roster", roster(), moved)[1] == "accepted"


@pytest.mark.parametrize("extract", EXTRACTS)
def test_every_bound_is_about_a_column_of_its_table(extract: str) -> None:
    rules = load_suite(extract, SUITES).moved
    assert rules and {rule.column for rule in rules} <= set(EXTRACTS[extract].sent.columns())


def test_a_bound_that_cannot_stand_is_named() -> None:
    good = load_suite("roster", SUITES).moved[0].model_dump(exclude_none=True)
    for change, what in (({"most": 1.5}, "share"), ({"pattern": "x"}, "matches"), ({"measure": "below"}, "below")):
        with pytest.raises(ValueError, match=what):
            moved_rules({"moved": [good | change]})


def test_few_rows_and_no_column_are_not_measured() -> None:
    rule = MovedRule(
        rule_id="ROS-070", column="t", measure="new_values", most=0.5, message="Most titles are new.", fix="Check them."
    )

    def found(now: Sequence[str | None], then: Sequence[str | None]) -> list[str]:
        rows = pl.DataFrame({"t": now, "source_row": range(len(now))}, schema_overrides={"t": pl.String})
        return find_moved([rule], rows.lazy(), pl.LazyFrame({"t": then}, schema={"t": pl.String}))

    assert found(["a"] * 5, ["b"] * 5)
    assert not found(["a"] * 4, ["b"] * 5)
    assert not found(["a"] * 5, [None] * 5)
    assert not found([None] * 5, ["b"] * 5)
