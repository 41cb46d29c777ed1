"""A disk that loses the end of a file: what Rung made it makes again, what it cannot make again it names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import run_marts
from rung.pipeline import run_all
from tests.small_state import PAYROLL, csv, drop, payroll, write_state

QUIET = Progress(quiet=True)
DAMAGED = (
    r"accepted rows of 0100/2026/roster, 0200/2026/roster are damaged or gone; put the file back from a backup of the "
    r"lake, or put the files of these districts into landing/ once more"
)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def turn_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def marts(work: Workspace) -> dict[str, bytes]:
    """The files of the marts, without the one that has the second in which a file came."""
    reference = load_reference(work.reference)
    run_intake(work, reference, QUIET)
    folder = f"marts/{run_marts(work, reference, QUIET).inputs_id}"
    keys = [e.key for e in work.lake.entries(folder) if e.key.endswith(".parquet") and "data_quality" not in e.key]
    return {key.rpartition("/")[2]: work.lake.read(key) for key in keys}


def test_a_damaged_file_of_the_lake(tmp_path: Path) -> None:
    config = write_state(tmp_path)
    (tmp_path / "whole").mkdir()
    whole = write_state(tmp_path / "whole")
    assert marts(open_workspace(config)) == marts(open_workspace(whole))
    kept = sorted([*tmp_path.glob("lake/results/**/*.parquet"), *tmp_path.glob("lake/pay_sums/**/*.parquet")])
    assert len(kept) > 5
    for path in kept:
        cut(path)
    # Other pay asks for marts anew, from what is kept of the rest.
    drop(tmp_path, "0100", 2026, "payroll", csv(PAYROLL, payroll("0100", 2026)[:-1]))
    mended = marts(open_workspace(config))
    drop(tmp_path / "whole", "0100", 2026, "payroll", csv(PAYROLL, payroll("0100", 2026)[:-1]))
    assert mended == marts(open_workspace(whole))

    cut(next((tmp_path / "lake/accepted/roster/2026").glob("*.parquet")))
    drop(tmp_path, "0200", 2026, "payroll", csv(PAYROLL, payroll("0200", 2026)[:-1]))
    with pytest.raises(RungError, match=DAMAGED):
        marts(open_workspace(config))
    for lea_id in ("0100", "0200"):
        sent = tmp_path / f"landing/{lea_id}/2026/roster/roster.csv"
        os.utime(sent, (sent.stat().st_atime, sent.stat().st_mtime + 60))
    drop(tmp_path / "whole", "0200", 2026, "payroll", csv(PAYROLL, payroll("0200", 2026)[:-1]))
    assert marts(open_workspace(config)) == marts(open_workspace(whole))


def test_damaged_marts_are_not_released(tmp_path: Path) -> None:
    """Neither those that cannot be read nor those of which a bit is another."""
    work = open_workspace(write_state(tmp_path))
    receipt = run_all(work, QUIET)
    for name, damage in (("designation", cut), ("retention", turn_a_bit)):
        shutil.rmtree(tmp_path / "releases")
        damage(tmp_path / f"lake/marts/{receipt.marts.inputs_id}/{name}.parquet")
        with pytest.raises(RungError, match="these marts are not as they were made"):
            run_all(open_workspace(tmp_path / "rung.toml"), QUIET)
        again = run_all(open_workspace(tmp_path / "rung.toml"), QUIET)
        assert again.marts.root == receipt.marts.root and again.release.release_id == receipt.release.release_id


def test_marts_of_a_run_that_died_are_removed_by_the_next(tmp_path: Path) -> None:
    """Rows of people whose inputs no later run may have again: they would lie there for ever."""
    work = open_workspace(write_state(tmp_path))
    made = run_all(work, QUIET).marts.inputs_id
    for name in ("educator_year.parquet", "compensation.parquet"):
        work.lake.write(f"marts/0123456789abcdef0123/{name}", b"half of a run that was killed")
    drop(tmp_path, "0200", 2026, "payroll", csv(PAYROLL, payroll("0200", 2026)[:-1]))
    now = run_all(work, QUIET).marts.inputs_id
    assert {entry.key.split("/")[1] for entry in work.lake.entries("marts")} == {made, now}
