"""Versions over time: replaced, certified, late, reopened; who is whose across districts; windows of the calendar."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.status import status_lines
from rung.lake import certification
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small.write_state(tmp_path)
    for lea in small.LEAS:
        for extract in ("evaluation", "payroll", "roster"):
            (tmp_path / "landing" / lea / "2025" / extract / f"{extract}.csv").unlink()
    return tmp_path


def take_in(root: Path) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True))


def pay(work: Workspace, as_of: datetime | None = None) -> Submission:
    return next(s for s in work.ledger.in_force(as_of) if (s.lea_id, s.extract) == ("0100", "payroll"))


def lake(root: Path) -> dict[str, bytes]:
    found = (root / "lake" / "accepted").rglob("*.parquet")
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_replaced_certified_late_reopened(root: Path) -> None:
    work, _ = take_in(root)
    first, before = pay(work), lake(root)
    known_then = datetime.now(UTC)
    time.sleep(0.01)
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)[:19]))
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1}
    second = pay(work)
    assert second.rows_accepted == 19
    assert pay(work, known_then) == first  # what --as-of reads
    assert {name: lake(root)[name] for name in before} == before  # and its rows are still there

    certification.certify(work.ledger, "0100", 2026, datetime.now(UTC), small.SIGNED)
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)[:15]))
    in_force, rows = work.ledger.in_force(), lake(root)
    work, receipt = take_in(root)
    assert receipt.states == {"late": 1}
    assert work.ledger.in_force() == in_force
    assert {name: lake(root)[name] for name in rows} == rows
    state = {(line.lea_id, line.extract): line for line in status_lines(work, load_reference(work.reference))}
    assert state["0100", "payroll"].state == "late"
    assert state["0100", "payroll"].in_force == second.submission_id
    assert state["0100", "roster"].state == "certified"
    assert take_in(root)[1].drops == 0  # a late drop is not looked at again

    assert certification.reopen(work.ledger, "0100", 2026, datetime.now(UTC)) == 1
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1}
    assert pay(work).rows_accepted == 15


def test_windows_of_the_calendar(root: Path) -> None:
    (root / "reference" / "calendar.csv").write_text(
        "school_year,extract,opens,due,closes\n"
        "2026,payroll,2020-01-01,2020-06-01,2020-07-01\n"
        "2026,roster,2095-01-01,2095-06-01,2095-07-01\n"
        "2026,evaluation,2020-01-01,2020-06-01,2095-07-01\n"
    )
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 4, "held": 2}  # a first load is never late
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)[:-1]))
    work, receipt = take_in(root)
    assert receipt.states == {"late": 1}
    lines = {(line.lea_id, line.extract): line for line in status_lines(work, load_reference(work.reference))}
    assert "after 2020-07-01" in lines["0100", "payroll"].why
    assert "opens on 2095-01-01" in lines["0100", "roster"].why
    late = lines["0100", "evaluation"].days_late
    assert late is not None and late > 2_000


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one run, in batches of one file"])
def test_one_id_for_two_people_is_told_to_both_districts(root: Path, together: bool) -> None:
    header = small.ROSTER + ",license_id"

    def rows(lea: str, license_id: str) -> list[str]:
        mine = [f"{row},{lea}-{n}" for n, row in enumerate(small.roster(lea, 2026))]
        shared = f"00777,{lea}01,2025-08-01,2026-06-15,teacher,Teacher,0.5,3,{license_id}"
        return [*mine, shared] + [f"{row[:7]}X{row[7:]}" for row in mine]

    config = (root / "rung.toml").read_text()
    (root / "rung.toml").write_text(config + "[gate]\nmax_quarantine_share = 0.5\n[intake]\nbatch_bytes = 1500\n")
    small.drop(root, "0100", 2026, "roster", small.csv(header, rows("0100", "LIC-1")))
    elm = root / "landing" / "0200" / "2026" / "roster" / "roster.csv"
    elm.unlink()
    if not together:
        take_in(root)
    small.drop(root, "0200", 2026, "roster", small.csv(header, rows("0200", "LIC-2")))
    work, _ = take_in(root)
    found = {(s.lea_id, s.extract): s for s in work.ledger.in_force()}
    theirs, ours = found["0200", "roster"], found["0100", "roster"]
    receipt = json.loads(work.receipts.read(f"0200/2026/roster/{theirs.submission_id}/receipt.json"))
    assert "ROW-006" in {rule["rule_id"] for rule in receipt["rules"]}
    assert theirs.rows_quarantined == 1
    notice = work.receipts.read(f"0100/2026/roster/{ours.submission_id}/shared_ids.csv").decode("utf-8-sig")
    assert "00777" in notice and "ROW-006" in notice
    assert "LIC-2" not in notice


def test_a_roster_without_ids_brings_a_proposal(root: Path) -> None:
    header = small.ROSTER + ",first_name,last_name"
    named = [f"{row},Ann{n},Lee" for n, row in enumerate(small.roster("0100", 2026))]
    small.drop(root, "0100", 2026, "roster", small.csv(header, named))
    take_in(root)
    without = [row.partition(",")[2] for row in named]
    small.drop(root, "0100", 2026, "roster", small.csv(header.partition(",")[2], without))
    work, receipt = take_in(root)
    assert receipt.states == {"rejected": 1}
    submission = work.ledger.states()[-1][0]
    place = f"0100/2026/roster/{submission.submission_id}"
    proposal = work.receipts.read(f"{place}/crosswalk_proposal.csv").decode("utf-8-sig").splitlines()
    assert proposal[0] == "district_staff_id,staff_id,matched_on,candidates,people_by"
    assert len(proposal) == 9
    assert proposal[1].startswith('ann0|lee|teacher|010002,0001001,"name, title and school",1,')


def test_a_write_that_fails_stops_the_intake_at_once_and_the_ledger_says_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of one file: the first is being written while the second is read, and no second one is written."""
    config = (root / "rung.toml").read_text()
    (root / "rung.toml").write_text(config + "[intake]\nbatch_bytes = 400\n")
    tried: list[str] = []

    def full(_place: object, key: str, *_: object) -> bytes:
        tried.append(key)
        raise RungError("no space left")

    monkeypatch.setattr("rung.intake.commit.write_parquet", full)
    with pytest.raises(RungError, match="no space left"):
        take_in(root)
    assert len(tried) == 1
    assert open_workspace(root / "rung.toml").ledger.seen() == {}
