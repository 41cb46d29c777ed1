"""Payroll is summed when it is accepted; an older lake gets its sums when they are first needed, and both agree."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from rung.core.code import code_of
from rung.core.errors import GateFailed
from rung.core.settings import load_settings
from rung.lake.accepted import accepted_tables, scan_accepted
from rung.lake.ledger import Submission
from rung.lake.pay_sums import make_pay_sums, pay_sums, write_pay_sums
from rung.lake.upgrade import upgrade
from rung.lake.workspace import Workspace, open_workspace
from transforms.money import cents

FIXTURE = Path(__file__).parent / "fixtures" / "lake_v1"  # from before sums; one payroll superseded
BETWEEN = datetime(2026, 11, 25, 19, 15, 30, tzinfo=UTC)  # after the first payroll, before the second
PERSON = ["lea_id", "school_year", "staff_id"]


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    shutil.copy(FIXTURE / "rung.toml", tmp_path)
    shutil.copytree(FIXTURE / "accepted", tmp_path / "lake" / "accepted")
    with sqlite3.connect(tmp_path / "rung.db") as ledger:
        ledger.executescript((FIXTURE / "ledger.sql").read_text())
    ledger.close()
    settings = load_settings(tmp_path / "rung.toml")
    upgrade(settings, print)
    return open_workspace(tmp_path / "rung.toml")


def payroll_of(work: Workspace) -> list[Submission]:
    return [each for each in work.ledger.in_force() if each.extract == "payroll"]


@pytest.mark.parametrize("as_of", [None, BETWEEN])
def test_an_older_lake_gets_its_sums_and_they_are_those_of_the_lines(work: Workspace, as_of: datetime | None) -> None:
    in_force = work.ledger.in_force(as_of)
    sums = pay_sums(work.lake, in_force).collect()
    lines = accepted_tables(work.lake, in_force)["payroll"].collect()
    by_line = lines.group_by(PERSON).agg(pl.col("amount").pipe(cents).sum().alias("cents"), pl.len().alias("lines"))
    by_sum = sums.group_by(PERSON).agg(pl.col("cents", "lines").sum())
    assert by_line.sort(PERSON).equals(by_sum.sort(PERSON).select(by_line.columns))
    assert int(sums["lines"].sum()) == (100 if as_of else 99)
    first = lines.group_by(PERSON).agg(pl.col("source_row").min()).sort(PERSON)
    assert first.equals(sums.group_by(PERSON).agg(pl.col("source_row").min()).sort(PERSON))


def test_sums_are_made_once(work: Workspace) -> None:
    assert make_pay_sums(work.lake, payroll_of(work)) == 2  # an object a year
    assert make_pay_sums(work.lake, payroll_of(work)) == 0


@pytest.mark.parametrize("wrong", ["rows_accepted", "cents_accepted"])
def test_sums_that_are_not_those_of_the_lines_stop(work: Workspace, wrong: str) -> None:
    one = payroll_of(work)[0]
    other = replace(one, **{wrong: getattr(one, wrong) + 1})
    with pytest.raises(GateFailed, match="pay lines and their sums do not add up"):
        write_pay_sums(work.lake, [other], [scan_accepted(work.lake, "payroll", [one])])
    assert not list(work.lake.entries("pay_sums"))


def test_code_is_what_a_module_imports_and_nothing_else() -> None:
    assert code_of("transforms.s2_resolve.pay") == code_of("transforms.s2_resolve.pay")
    assert code_of("transforms.s2_resolve.pay") != code_of("transforms.s2_resolve.run")
    with pytest.raises(ModuleNotFoundError):
        code_of("transforms.s9_nothing")
