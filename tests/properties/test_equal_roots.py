"""The marts' Merkle root depends on what was accepted alone: not on threads, sets, runner, arrival or history."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.demo import write_demo
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.marts.build import run_marts
from tests import small_state as small

ARRIVED = 1_780_000_000  # one time of arrival for every file: the mart data_quality says when files came


def settle(root: Path) -> None:
    for path in (root / "landing").rglob("*.csv"):
        os.utime(path, (ARRIVED, ARRIVED))


def root_of(root: Path, keys: str = "", **environment: str) -> str:
    """The root of a state's marts, made by a process of its own from nothing."""
    for made in ("lake", "receipts"):
        shutil.rmtree(root / made, ignore_errors=True)
    (root / "rung.db").unlink(missing_ok=True)
    settle(root)
    config = root / "runner.toml"
    config.write_text((root / "rung.toml").read_text() + keys)
    rung = [sys.executable, "-c", "from rung.cli.main import main; main()"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    for command in ("intake", "marts"):
        done = subprocess.run(
            [*rung, command, "-c", str(config), "--json"],
            env={**kept, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    inputs_id = json.loads(done.stdout.strip().splitlines()[-1])["inputs_id"]
    return str(json.loads((root / "lake" / "marts" / inputs_id / "inputs.json").read_text())["root"])


@pytest.mark.slow
def test_threads_sets_runner_and_order_of_arrival_change_nothing(tmp_path: Path) -> None:
    root = tmp_path / "state"
    write_demo(root, leas=4, educators=90, years=4, seed=5)
    one = root_of(root, POLARS_MAX_THREADS="1")
    assert root_of(root, POLARS_MAX_THREADS="2") == one
    assert root_of(root, "[runner]\nbuckets = 16\n") == one
    assert root_of(root, '[runner]\nkind = "dask"\nworkers = 2\nbuckets = 3\n') == one
    files = [(path, path.read_bytes()) for path in (root / "landing").rglob("*.csv")]
    random.Random(1).shuffle(files)
    shutil.rmtree(root / "landing")
    for path, data in files:  # a folder lists its files in another order
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert root_of(root) == one


def changed(dice: random.Random, root: Path) -> None:
    """A drop, a supersede or a restatement: one file of a district and year, with fewer or other rows, or as it was."""
    lea, year = dice.choice(small.LEAS), dice.choice(small.YEARS)
    extract = dice.choice(small.EXTRACTS_SENT)
    header = {"roster": small.ROSTER, "evaluation": small.EVALUATION, "payroll": small.PAYROLL}[extract]
    rows = getattr(small, extract)(lea, year)
    kind = dice.choice(["fewer", "other", "as it was"])
    if kind == "fewer":
        rows = dice.sample(rows, len(rows) - dice.randint(1, 2))
    elif kind == "other":
        rows = [row.replace("3000.50", f"{dice.randint(2500, 4000)}.25").replace(",HE,", ",E,") for row in rows]
    small.drop(root, lea, year, extract, small.csv(header, rows))


def follow(root: Path, seed: int) -> tuple[str, str]:
    """Roots after a random history: as the lake grew, and from the same submissions with nothing kept."""
    dice = random.Random(seed)
    work = open_workspace(small.write_state(root))
    reference = load_reference(work.reference)

    def marts() -> str:
        return run_marts(work, reference, Progress(quiet=True)).root

    for _ in range(dice.randint(1, 3)):
        run_intake(work, reference, Progress(quiet=True))
        marts()
        changed(dice, root)
    run_intake(work, reference, Progress(quiet=True))
    grown = marts()
    for made in ("marts", "results", "pay_sums"):
        shutil.rmtree(root / "lake" / made)
    return grown, marts()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 30))])
def test_a_lake_with_a_history_has_the_root_of_one_without(tmp_path: Path, seed: int) -> None:
    grown, anew = follow(tmp_path / "state", seed)
    assert grown and grown == anew
