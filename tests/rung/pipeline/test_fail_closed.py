"""Without its suites or without Great Expectations an intake stops, in one line, and the ledger knows of nothing."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rung.core import rules
from rung.core.errors import GateFailed, RungError
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A small state with suites of its own, which a test may spoil."""
    config = small.write_state(tmp_path)
    suites = tmp_path / "expectations"
    suites.mkdir()
    for path in rules.SUITES.glob("*.json"):
        shutil.copy(path, suites)
    monkeypatch.setattr(rules, "SUITES", suites)
    for cached in (rules._suite, rules._row_rules):
        cached.cache_clear()
    yield open_workspace(config)
    for cached in (rules._suite, rules._row_rules):
        cached.cache_clear()


def stopped(work: Workspace, error: type[RungError]) -> str:
    """The one line that an intake stops with; nothing is accepted."""
    with pytest.raises(error) as stop:
        run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert type(stop.value) is error
    assert "\n" not in str(stop.value)
    assert work.ledger.in_force() == []
    return str(stop.value)


def test_an_absent_suite(work: Workspace) -> None:
    (rules.SUITES / "payroll.json").unlink()
    assert "payroll.json is absent: put it back" in stopped(work, RungError)


@pytest.mark.parametrize("content", ["", "{}", '{"name": "payroll", "expectations": []}'])
def test_an_empty_suite(work: Workspace, content: str) -> None:
    (rules.SUITES / "payroll.json").write_text(content)
    said = stopped(work, RungError)
    assert "payroll.json" in said
    assert "is empty" in said or "does not read as JSON" in said


def test_a_reference_table_that_breaks_a_rule(work: Workspace) -> None:
    """The contract of the table knows no districts; its suite does."""
    path = work.settings.root / "reference" / "funds.csv"
    path.write_text(path.read_text() + "0999,01,local_general,,,true\n")
    said = stopped(work, RungError)
    assert said.startswith("reference/funds: row 6: FUN-002 The district is not in the state's table of districts.")


def test_great_expectations_that_does_not_import(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    assert "Great Expectations does not import" in stopped(work, RungError)


def test_a_mask_that_is_wrong_on_purpose(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mask of one rule looks at another column than the suite says."""
    right = rules.row_rules

    def wrong(suite: object, school_year: int) -> object:
        content = json.loads((rules.SUITES / "payroll.json").read_text())
        for each in content["expectations"]:
            if each["meta"]["rule_id"] == "PAY-006":
                each["kwargs"]["column"] = "position_id"
        spoiled = type(suite).model_validate(content)  # type: ignore[attr-defined]
        return right(spoiled if suite.name == "payroll" else suite, school_year)  # type: ignore[attr-defined,arg-type]

    monkeypatch.setattr(rules, "row_rules", wrong)
    said = stopped(work, GateFailed)
    assert "rule PAY-006 of payroll disagrees: Great Expectations counts 0 rows" in said
    assert GateFailed.exit_code == 1
    assert RungError.exit_code == 2
