"""An optional column's unknown words warn and count as unknown; a required column's send the row back."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from expectations.suites import load_suite
from rung.core.progress import Progress
from rung.core.project import SUITES
from rung.intake.run import run_intake
from rung.intake.warned import warned_rows
from rung.lake.reference import load_reference
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.kept_rows import kept_rows

EVENTS = "staff_id,event_date,event_type,outcome,school_id"
ROSTER = small.ROSTER + ",tested_group,high_need_subject,highest_degree"


def take_in(root: Path, extract: str, text: str) -> tuple[Workspace, Submission, str, dict[str, object]]:
    """The newest submission of 0100's extract, its state and its receipt."""
    small.drop(root, "0100", 2026, extract, text)
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    found = [each for each in work.ledger.states() if (each[0].lea_id, each[0].school_year) == ("0100", 2026)]
    submission, state, _ = next(each for each in found if each[0].extract == extract)
    receipt = work.receipts.read(f"0100/2026/{extract}/{submission.submission_id}/receipt.json")
    return work, submission, state, json.loads(receipt)


def warned(receipt: dict[str, object]) -> dict[str, tuple[str, int]]:
    return {rule["rule_id"]: (rule["severity"], rule["rows"]) for rule in receipt["rules"]}  # type: ignore[attr-defined]


def test_a_roster_of_unknown_words_stays_and_they_count_as_unknown(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    rows = [f"{row},perhaps,perhaps,Masters+" for row in small.roster("0100", 2026)]
    work, submission, state, receipt = take_in(tmp_path, "roster", small.csv(ROSTER, rows))
    assert (state, submission.rows_accepted, submission.rows_warned) == ("accepted", 8, 8)
    assert warned(receipt) == dict.fromkeys(("ROS-032", "ROS-033", "ROS-048"), ("warn", 8))
    assert {example["value"] for rule in receipt["rules"] for example in rule["examples"]} == {"perhaps", "Masters+"}
    kept = kept_rows(work, submission)
    assert all(kept[name].null_count() == 8 for name in ("tested_group", "high_need_subject", "highest_degree"))
    shown = warned_rows(work, submission).group_by("rule_id").agg(pl.col("value").unique()).sort("rule_id")
    assert shown["value"].to_list() == [["perhaps"], ["perhaps"], ["Masters+"]]


def test_pay_in_an_unknown_school_counts_to_the_cent_without_a_school(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    rows = [f"{row},{school}" for row in small.payroll("0100", 2026) for school in ("010001",)]
    one = f"{small.staff('0100')[0]},2025-11-15,BASE,01"
    rows += [f"{one},10.00,NOWHERE", f"{one},20.00,ELSEWHERE"]  # two lines by their schools, one key without them
    work, submission, state, receipt = take_in(tmp_path, "payroll", small.csv(small.PAYROLL + ",school_id", rows))
    assert (state, submission.rows_quarantined, submission.rows_duplicate) == ("accepted", 0, 0)
    assert submission.cents_accepted == submission.cents_read
    assert warned(receipt)["PAY-033"] == ("warn", 2)
    kept = kept_rows(work, submission).filter(pl.col("pay_date") == pl.date(2025, 11, 15))
    assert sorted(kept["amount"].cast(pl.Float64)) == [10.0, 20.0] and kept["school_id"].null_count() == 2
    assert kept_rows(work, submission)["school_id"].null_count() == 2
    form = work.receipts.read(f"0100/2026/payroll/{submission.submission_id}/warnings.csv").decode()
    keys = warned_rows(work, submission)["row_key"].to_list()
    assert len(set(keys)) == len(keys) == 2 and all(key in form for key in keys)


def test_an_unknown_outcome_is_no_outcome(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    who = small.staff("0100")
    rows = [f"{person},2025-10-01,application,sort of,NOWHERE" for person in who]
    work, submission, state, receipt = take_in(tmp_path, "leadership", small.csv(EVENTS, rows))
    assert state == "accepted"
    assert (warned(receipt)["LDR-017"], warned(receipt)["LDR-034"]) == (("warn", 8), ("warn", 8))
    kept = kept_rows(work, submission)
    assert kept["outcome"].null_count() == kept["school_id"].null_count() == 8


def test_a_social_security_number_is_no_unknown_word(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    (tmp_path / "rung.toml").write_text(small.CONFIG + "[gate]\nmax_quarantine_share = 0.5\n")
    rows = [f"{row},perhaps,,master" for row in small.roster("0100", 2026)]
    rows[0] = rows[0].replace("perhaps", "078-05-1120")
    rows[1] = rows[1].replace("master", "078051120")
    _, submission, state, receipt = take_in(tmp_path, "roster", small.csv(ROSTER, rows))
    assert (state, submission.rows_quarantined, warned(receipt)["ROS-032"]) == ("accepted", 2, ("warn", 8))
    assert {rule for rule, (kind, _) in warned(receipt).items() if kind == "error"} == {"ROS-075", "ROS-076"}
    for folder in ("lake/warned", "lake/quarantined", "receipts"):
        for path in (tmp_path / folder).rglob("*"):
            shown = str(pl.read_parquet(path).rows()) if path.suffix == ".parquet" else ""
            text = path.read_text(errors="replace") if path.is_file() and not shown else shown
            assert "078-05-1120" not in text and "078051120" not in text, path


@pytest.mark.parametrize("extract", EXTRACTS)
def test_the_suites_follow_the_contract(extract: str) -> None:
    """A closed list of words: a required column's rule is an error, an optional one's warns."""
    columns = EXTRACTS[extract].sent.columns()
    closed = {name for name, column in columns.items() if (column.metadata or {}).get("values")}
    found = {}
    for rule in load_suite(extract, SUITES).expectations:
        name = rule.columns[0].removesuffix("__known").removesuffix("__unreadable")
        listed = name in closed and rule.type == "expect_column_values_to_be_in_set"
        flag = name in columns and str(columns[name].dtype) == "Boolean" and "null" in rule.type
        if listed or flag or rule.columns[0] == "school_id__known":
            found[name] = rule.meta.severity
    assert set(found) >= closed | ({"school_id"} & set(columns))
    assert found == {name: "warn" if columns[name].nullable else "error" for name in found}
