"""Killed with SIGKILL at random moments and run again, intake ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import small_state as small

# One process has imported everything; each run is a fork of it, so that a moment falls into the work, not into imports.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["rung.intake.run", "rung.lake.workspace", "expectations.gate", "great_expectations"])


def take_in(config: str) -> None:
    import rung.intake.run
    from rung.core.progress import Progress
    from rung.intake.run import run_intake
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    rung.intake.run.code_version = lambda: "the same code in every run"
    work = open_workspace(Path(config))
    run_intake(work, load_reference(work.reference), Progress(quiet=True))


def run(root: Path, kill_after: float | None = None) -> float:
    """Run an intake, or kill it. Returns its seconds."""
    process = FORKS.Process(target=take_in, args=(str(root / "rung.toml"),))
    start = time.monotonic()
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
        process.join()
    else:
        assert process.exitcode == 0
    return time.monotonic() - start


def everything(root: Path) -> dict[str, Any]:
    """Lake, receipts and ledger. Left out: the gate's results (by time of run) and the time of an event."""
    found: dict[str, Any] = {}
    for folder in ("lake", "receipts"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            if path.is_file() and not path.name.startswith(".") and "gate" not in name.parts:
                found[str(name)] = path.read_bytes()
    engine = sa.create_engine(f"sqlite:///{root / 'rung.db'}", poolclass=sa.NullPool)
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            columns = [column for column in table.columns if column.name != "at"]
            found[table.name] = sorted(map(tuple, connection.execute(sa.select(*columns)).all()))
    return found


def fresh(state: Path, root: Path) -> None:
    """The state again at the same place with the same times: a landing does not change because a run died."""
    shutil.rmtree(root, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(state, root)


@pytest.mark.parametrize("moments", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_killed_and_run_again(tmp_path: Path, moments: int) -> None:
    state, root = tmp_path / "state", tmp_path / "root"
    small.write_state(state)
    bad = [*small.payroll("0100", 2026), "0001001,2026-01-15,BASE,01,ten"]
    small.drop(state, "0100", 2026, "payroll", small.csv(small.PAYROLL, bad))
    small.drop(state, "0200", 2026, "roster", "not,a,roster\n1,2,3\n")
    fresh(state, root)
    run(root)  # the first fork imports
    fresh(state, root)
    seconds = run(root)
    undisturbed = everything(root)
    assert len(undisturbed["submission"]) == 12
    dice = random.Random(7)
    killed = 0
    for number in range(moments):
        fresh(state, root)
        run(root, kill_after=seconds * (number + dice.random()) / moments)
        killed += not (root / "rung.db").exists() or everything(root) != undisturbed
        run(root)
        assert everything(root) == undisturbed
    assert killed >= moments // 2  # most moments fell into the work


def test_two_runs_at_once_take_everything_in_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    small.write_state(root)
    runs = [FORKS.Process(target=take_in, args=(str(root / "rung.toml"),)) for _ in range(2)]
    for process in runs:
        process.start()
    for process in runs:
        process.join()
    assert [process.exitcode for process in runs] == [0, 0]
    found = everything(root)
    assert len(found["submission"]) == 12
    assert sorted(event[2] for event in found["submission_event"]) == ["accepted"] * 12 + ["received"] * 12
    assert len(found["landed_object"]) == 12
