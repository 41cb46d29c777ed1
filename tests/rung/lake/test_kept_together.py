"""Accepted rows of a batch lie in one object; the ledger says which, and what is not in force is not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.accepted import accepted_tables, by_object, holds_only, objects_of, scan_accepted
from rung.lake.reference import load_reference
from rung.lake.submissions import DecidedSubmission, Submission
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small


def submission(number: int, lea_id: str, extract: str = "roster", school_year: int = 2026) -> Submission:
    counts = dict.fromkeys(("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_set_aside"), 0)
    cents = dict.fromkeys(("cents_read", "cents_accepted", "cents_quarantined", "cents_duplicate", "cents_set_aside"))
    named = {"submission_id": f"s{number}", "lea_id": lea_id, "extract": extract, "school_year": school_year}
    told = {"landing": "landing", "files": "[]", "received_at": "", "code_version": "1", "rows_warned": 0}
    return Submission(**named, **told, **counts, **cents)  # type: ignore[arg-type]


def take_in(root: Path) -> Workspace:
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def objects(work: Workspace, extract: str) -> list[str]:
    return [entry.key for entry in work.lake.entries(f"accepted/{extract}")]


def test_those_of_a_year_and_extract_share_an_object_and_two_of_a_district_do_not() -> None:
    sent = [
        submission(1, "0100"),
        submission(2, "0200"),
        submission(3, "0100"),
        submission(4, "0100", "payroll"),
        submission(5, "0200", school_year=2025),
    ]
    objects = objects_of(sent)
    assert set(objects) == {"s1", "s2", "s3", "s4", "s5"}
    assert objects["s1"] == objects["s2"] and len(set(objects.values())) == 4
    assert objects["s1"].startswith("accepted/roster/2026/") and objects["s1"].endswith("-2.parquet")
    assert objects["s4"].startswith("accepted/payroll/2026/") and objects["s5"].startswith("accepted/roster/2025/")
    assert objects_of(list(reversed(sent[:2])))["s1"] == objects["s1"]  # by who lies in it, whatever the order
    placed = [replace(each, kept_in=objects[each.submission_id]) for each in sent]
    assert holds_only(objects["s1"], placed[:2]) and not holds_only(objects["s1"], placed[:1])
    assert set(by_object(placed)) == set(objects.values())


def test_what_is_replaced_lies_beside_the_others_and_is_not_read(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    work = take_in(tmp_path)
    before = work.ledger.in_force()
    first = accepted_tables(work.lake, before)["payroll"].collect()
    assert len(objects(work, "payroll")) == len({each.school_year for each in before if each.extract == "payroll"})
    known_then = datetime.now(UTC)
    small.drop(tmp_path, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)[:19]))
    old_objects = {key: work.lake.read(key) for key in objects(work, "payroll")}
    work = take_in(tmp_path)
    assert {key: work.lake.read(key) for key in old_objects} == old_objects  # nothing that lay there was touched
    assert len(objects(work, "payroll")) == len(old_objects) + 1

    now = accepted_tables(work.lake, work.ledger.in_force())["payroll"].collect()
    mine = (pl.col("lea_id") == "0100") & (pl.col("school_year") == 2026)
    assert now.filter(mine).height == 19 and first.filter(mine).height == 25
    order = ["lea_id", "school_year", "source_row"]
    assert now.filter(~mine).sort(order).equals(first.filter(~mine).sort(order))
    then = accepted_tables(work.lake, work.ledger.in_force(known_then))["payroll"].collect()
    assert then.sort(order).equals(first.sort(order))


@pytest.mark.parametrize("lea_id", ["0100", "0200"])
def test_one_submission_is_read_out_of_an_object_of_several(tmp_path: Path, lea_id: str) -> None:
    small.write_state(tmp_path)
    work = take_in(tmp_path)
    (one,) = [s for s in work.ledger.in_force() if (s.lea_id, s.extract, s.school_year) == (lea_id, "roster", 2026)]
    rows = scan_accepted(work.lake, "roster", [one]).collect()
    assert rows.height == one.rows_accepted > 0
    assert rows["lea_id"].unique().to_list() == [lea_id]
    assert rows["submission_id"].unique().to_list() == [one.submission_id]


def test_rows_of_an_object_stand_by_district_and_as_they_were_sent(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    work = take_in(tmp_path)
    for key in objects(work, "payroll"):
        rows = pl.read_parquet(work.lake.uri(key)).select("lea_id", "source_file", "source_row")
        assert rows["lea_id"].n_unique() > 1 and rows.equals(rows.sort(rows.columns))


def test_a_file_that_came_again_and_could_not_be_read_leaves_its_rows_where_they_are(tmp_path: Path) -> None:
    """The same bytes, judged accepted once and, by a reader that was too slow, rejected the next time."""
    small.write_state(tmp_path)
    work = take_in(tmp_path)
    one = next(each for each in work.ledger.in_force() if each.extract == "roster")
    before = scan_accepted(work.lake, "roster", [one]).collect()
    refused = DecidedSubmission(replace(one, kept_in=""), "rejected", "FILE-053", (), made_from="{}")
    work.ledger.record([refused], datetime.now(UTC))
    (now,) = [each for each in work.ledger.in_force() if each.submission_id == one.submission_id]
    assert now == one
    assert scan_accepted(work.lake, "roster", [now]).collect().equals(before)
