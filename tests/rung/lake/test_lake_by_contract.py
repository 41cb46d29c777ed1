"""A lake that an older Rung wrote (`fixtures/lake_v1`, made at commit 32614eb) is read by today's contract.

Two districts, two years; the payroll of 0100 in 2026 came twice, so that one submission is superseded.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from contracts import extracts
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.core.settings import Settings, load_settings
from rung.lake import lake_schema
from rung.lake.accepted import accepted_schema, accepted_tables
from rung.lake.ledger import Ledger
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.upgrade import plan_lines, plan_upgrade, upgrade
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import run_marts
from tests.rung.lake.test_run_lock import holder

FIXTURE = Path(__file__).parent / "fixtures" / "lake_v1"
BETWEEN = datetime(2026, 11, 25, 19, 15, 30, tzinfo=UTC)  # after the first payroll, before the second


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copy(FIXTURE / "rung.toml", tmp_path)
    shutil.copytree(FIXTURE / "reference", tmp_path / "reference")
    shutil.copytree(FIXTURE / "accepted", tmp_path / "lake" / "accepted")
    (tmp_path / "landing").mkdir()
    with sqlite3.connect(tmp_path / "rung.db") as ledger:
        ledger.executescript((FIXTURE / "ledger.sql").read_text())
    ledger.close()
    return tmp_path


@pytest.fixture
def work(root: Path) -> Workspace:
    upgrade(settings(root), print)
    return open_workspace(root / "rung.toml")


def settings(root: Path) -> Settings:
    return load_settings(root / "rung.toml")


def files_of(root: Path, extract: str) -> list[Path]:
    return sorted((root / "lake" / "accepted" / extract).rglob("*.parquet"))


class Later(extracts.AcceptedPayroll):
    """The contract of a later Rung: one column more, one (`hours`) less, one of another type."""

    cost_center = dy.String(nullable=True)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[dy.Schema]]:
    now = extracts.EXTRACTS["payroll"]
    monkeypatch.setitem(extracts.EXTRACTS, "payroll", extracts.Extract(now.sent, Later, now.key))
    yield Later


def read(work: Workspace, as_of: datetime | None = None) -> dict[str, pl.DataFrame]:
    return {name: rows.collect() for name, rows in accepted_tables(work.lake, work.ledger.in_force(as_of)).items()}


def test_the_old_lake_reads_and_as_of_shows_what_was_superseded(work: Workspace) -> None:
    today, before = read(work), read(work, BETWEEN)
    assert {name: rows.height for name, rows in today.items()} == {
        "evaluation": 24,
        "roster": 32,
        "payroll": 99,
        "leadership": 0,
    }
    assert before["payroll"].height == 100
    for name, rows in today.items():
        assert rows.schema == accepted_schema(name)
        extracts.EXTRACTS[name].accepted.validate(rows)
    gone = before["payroll"].join(today["payroll"], on=["staff_id", "pay_date", "pay_code"], how="anti")
    assert gone.select("lea_id", "school_year", "pay_code").rows() == [("0100", 2026, "LIFT")]


def test_a_column_added_later_reads_as_empty_and_one_removed_is_ignored(
    work: Workspace, later: type[dy.Schema], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = read(work)["payroll"]
    assert rows["cost_center"].null_count() == rows.height == 99
    sent = {name: column for name, column in Later.columns().items() if name != "hours"}
    monkeypatch.setattr(Later, "columns", classmethod(lambda cls: sent))
    assert "hours" not in read(work)["payroll"].columns


def test_asking_what_an_upgrade_does_changes_nothing(root: Path, later: type[dy.Schema]) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    plan = plan_upgrade(settings(root))
    assert (plan.version, plan.marked, plan.to_version, plan.nothing) == (1, False, 2, False)
    payroll = next(each for each in plan.extracts if each.extract == "payroll")
    assert (payroll.files, payroll.lacking, payroll.rewritten) == (5, {"cost_center": 5}, ())
    assert "    cost_center: missing in 5, read as empty" in list(plan_lines(plan))
    assert "  13 files of one submission each, to be put together by extract and year" in list(plan_lines(plan))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_lake_of_version_1_is_refused_and_brought_over_with_every_row(root: Path) -> None:
    with pytest.raises(RungError, match=r"has version 1, this Rung writes version 2; see `rung upgrade`"):
        _ = open_workspace(root / "rung.toml").lake
    old = {extract: pl.read_parquet(files_of(root, extract)) for extract in ("evaluation", "roster", "payroll")}
    sums = root / "lake" / "pay_sums" / "0123456789ab" / "of-one-submission.parquet"
    sums.parent.mkdir(parents=True)
    sums.write_bytes(b"sums of one submission")
    upgrade(settings(root), print)
    # Two years of each, and beside the payrolls of 2026 the one that was replaced.
    assert {extract: len(files_of(root, extract)) for extract in old} == {"evaluation": 2, "roster": 2, "payroll": 3}
    assert not sums.exists()
    for extract, rows in old.items():
        now = pl.read_parquet(files_of(root, extract))
        assert now.sort(pl.all()).equals(rows.select(now.columns).sort(pl.all()))
    assert plan_upgrade(settings(root)).nothing
    before = {path: path.read_bytes() for path in (root / "lake").rglob("*") if path.is_file()}
    upgrade(settings(root), print)
    assert {path: path.read_bytes() for path in (root / "lake").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("writes", range(12))
def test_an_upgrade_that_is_stopped_is_finished_by_the_next(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Stopped before each of its writes and removals in turn."""
    whole = tmp_path_factory.mktemp("whole")
    shutil.copytree(root, whole, dirs_exist_ok=True)
    upgrade(settings(whole), print)
    left = writes

    def stopping(name: str) -> Callable[..., Any]:
        done = getattr(LocalPlace, name)

        def stop(*arguments: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return done(*arguments)

        return stop

    with monkeypatch.context() as patched:
        for name in ("write", "remove_one"):
            patched.setattr(LocalPlace, name, stopping(name))
        with pytest.raises(KeyboardInterrupt):
            upgrade(settings(root), print)
    upgrade(settings(root), print)
    held = [
        {str(path.relative_to(each)): path.read_bytes() for path in (each / "lake").rglob("*.*")}
        for each in (root, whole)
    ]
    assert held[0] == held[1]
    assert read(open_workspace(root / "rung.toml"))["payroll"].height == 99


def test_an_upgrade_waits_for_a_run_and_changes_nothing_meanwhile(root: Path) -> None:
    with (root / "rung.toml").open("a") as file:
        file.write("wait_seconds = 0\n")
    ledger = Ledger("sqlite:///rung.db", root)
    before = {path: path.read_bytes() for path in (root / "lake").rglob("*") if path.is_file()}
    heard: list[str] = []
    with holder(str(ledger.url), 60) as other:
        with pytest.raises(RungError, match="another run has worked in this lake"):
            upgrade(settings(root), heard.append)
        other.kill()
    assert heard == ["another run works in this lake; waiting for it, at most 0 s"]
    assert {path: path.read_bytes() for path in (root / "lake").rglob("*") if path.is_file()} == before
    upgrade(settings(root), print)
    assert plan_upgrade(settings(root)).nothing


def test_an_upgrade_rewrites_what_has_another_type_and_is_then_done(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {**extracts.AcceptedPayroll.columns(), "source_row": dy.Int64(nullable=False)}
    assert accepted_schema("payroll")["source_row"] != pl.Int64
    monkeypatch.setattr(extracts.AcceptedPayroll, "columns", classmethod(lambda cls: columns))
    plan = plan_upgrade(settings(root))
    payroll = next(each for each in plan.extracts if each.extract == "payroll")
    assert (payroll.retyped, len(payroll.rewritten)) == ({"source_row": 5}, 5)
    upgrade(settings(root), print)
    work = open_workspace(root / "rung.toml")
    assert read(work)["payroll"].schema["source_row"] == pl.Int64
    assert read(work)["payroll"].height == 99
    assert plan_upgrade(settings(root)).nothing
    assert json.loads((root / "lake" / "schema.json").read_text())["version"] == 2


def test_a_value_that_does_not_fit_the_new_type_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {**extracts.AcceptedPayroll.columns(), "pay_code": dy.Int64(nullable=False)}
    monkeypatch.setattr(extracts.AcceptedPayroll, "columns", classmethod(lambda cls: columns))
    with pytest.raises(RungError, match="column pay_code has values that are no Int64"):
        upgrade(settings(root), print)
    assert not (root / "lake" / "schema.json").exists()


@pytest.mark.parametrize("mark", ['{"version": 99}', '{"version": "new"}', "[]", ""])
def test_an_older_rung_refuses_a_newer_lake(root: Path, mark: str) -> None:
    (root / "lake" / "schema.json").write_text(mark)
    with pytest.raises(RungError) as refused:
        _ = open_workspace(root / "rung.toml").lake
    assert "version" in str(refused.value) and "\n" not in str(refused.value)


def test_an_older_rung_refuses_a_newer_ledger(root: Path) -> None:
    with sqlite3.connect(root / "rung.db") as ledger:
        ledger.execute("INSERT INTO schema_version VALUES (9999)")
    ledger.close()
    with pytest.raises(RungError, match=r"written by a newer Rung \(schema 9999"):
        _ = open_workspace(root / "rung.toml").ledger


def test_the_types_of_accepted_rows_belong_to_the_version() -> None:
    """A type that changes needs a new VERSION, so that lakes are upgraded; a column more does not."""
    recorded: dict[str, dict[str, Any]] = {}
    for extract in extracts.EXTRACTS:
        files = sorted((FIXTURE / "accepted" / extract).rglob("*.parquet"))
        recorded[extract] = dict(pl.read_parquet_schema(files[0])) if files else {}
    assert lake_schema.VERSION == 2
    for extract, columns in recorded.items():
        now = accepted_schema(extract)
        assert {name: now[name] for name in columns if name in now} == {n: columns[n] for n in columns if n in now}


def test_marts_of_the_old_lake_hold_after_a_column_is_added(root: Path, later: type[dy.Schema]) -> None:
    upgrade(settings(root), print)
    work = open_workspace(root / "rung.toml")
    reference = load_reference(work.reference)
    paid = {}
    for as_of in (None, BETWEEN):
        made = run_marts(work, reference, Progress(quiet=True), as_of)
        pay = pl.read_parquet(root / "lake" / "marts" / made.inputs_id / "compensation.parquet")
        paid[as_of] = pay.filter(pl.col("lea_id") == "0100", pl.col("school_year") == 2026)["amount"].sum()
        lines = read(work, as_of)["payroll"].filter(pl.col("lea_id") == "0100", pl.col("school_year") == 2026)
        assert paid[as_of] == lines["amount"].sum()
    assert paid[None] != paid[BETWEEN]
