"""Alike is not the same: only rows equal in every column of the file are dropped, and they are listed as returned."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from rung.intake.checked import Checked
from rung.intake.dry_run import check_files
from rung.lake.workspace import Workspace, open_workspace
from tests.small_state import CONFIG

HEAD = "staff_id,pay_date,pay_code,fund_code,amount,Check No"
LINE = "00101,2025-09-30,BASE,100,50.00"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("alike")
    tables = {
        "districts": ["lea_id,name", "A,A"],
        "schools": ["school_id,school_year,lea_id,name", "S01,2026,A,S01"],
        "program_adoption": ["lea_id,program_id,from_year,to_year"],
        "rating_systems": ["rating_system,version,from_year,rating_level,band,is_top,is_positive"],
        "pay_codes": ["lea_id,pay_code,pay_type,program_id,role_code"],
        "funds": ["lea_id,fund_code,stream,recurring"],
    }
    (root / "reference").mkdir()
    for name, lines in tables.items():
        (root / "reference" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (root / "rung.toml").write_text(CONFIG)
    return open_workspace(root / "rung.toml")


def check(work: Workspace, tmp_path: Path, *lines: str) -> tuple[Checked, list[dict[str, str]]]:
    path = tmp_path / "pay.csv"
    path.write_text("\n".join(lines) + "\n")
    (checked,) = check_files(work, [path], "payroll", "A", 2026)
    returned = checked.files.get("returned.csv", b"").decode("utf-8-sig").splitlines()
    return checked, list(csv.DictReader(returned))


def test_two_posts_with_equal_pay_both_stay(work: Workspace, tmp_path: Path) -> None:
    checked, returned = check(work, tmp_path, HEAD, f"{LINE},1", f"{LINE},2", f"{LINE},3")
    assert (checked.rows_accepted, returned) == (3, [])


def test_rows_equal_in_every_column_are_dropped_and_listed(work: Workspace, tmp_path: Path) -> None:
    checked, returned = check(work, tmp_path, HEAD, f"{LINE},1", f"{LINE},1", f"{LINE},2")
    said = json.loads(checked.files["receipt.json"])
    assert (said["rows_accepted"], said["rows_duplicate"], said["cents_duplicate"]) == (2, 1, 5000)
    assert [(row["_rung_row"], row["_rung_rule"], row["Check No"]) for row in returned] == [("3", "duplicate", "1")]


def test_a_clean_file_lists_its_duplicates_too(work: Workspace, tmp_path: Path) -> None:
    checked, returned = check(work, tmp_path, HEAD.removesuffix(",Check No"), LINE, LINE)
    assert checked.rows_accepted == 1
    assert [row["_rung_row"] for row in returned] == ["3"]


def test_two_rows_that_could_not_be_split_do_not_repeat_each_other(work: Workspace, tmp_path: Path) -> None:
    torn = '00101,2025-09-30,"BA "X",100,50.00,1'
    checked, returned = check(work, tmp_path, HEAD, *[f"{LINE},{at}" for at in range(9)], torn, torn)
    assert (checked.rows_accepted, checked.rows_quarantined) == (9, 2)
    assert ["ROW-002" in row["_rung_rule"] for row in returned] == [True, True]


def test_two_posts_in_the_second_of_two_files_both_stay(work: Workspace, tmp_path: Path) -> None:
    """Polars' `format` panicked where the first file has repeats and no such posts: the drop came back (FILE-054)."""
    other = LINE.replace("00101", "00102") + ",1"
    files = {"a.csv": [other, other, other], "b.csv": [f"{LINE},1", f"{LINE},2", f"{LINE},3"]}
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join([HEAD, *lines]) + "\n")
    (checked,) = check_files(work, [tmp_path / name for name in files], "payroll", "A", 2026)
    assert (checked.decision.state, checked.rows_accepted, checked.rows_quarantined) == ("accepted", 4, 0)
