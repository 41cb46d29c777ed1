"""A position file's roster and pay stand or fall together, and a waiver lets both in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.intake.dry_run import check_files
from rung.intake.run import run_intake
from rung.intake.waiver import waive
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

MAPPING = """
layouts:
  - extract: roster
    from_year: 2018
    columns: {staff_id: Id, school_id: School, position_title: Title, begin_date: From, staff_classification: Kind,
      full_time_equivalency: FTE}
    pay:
      pay_date: "{year}-06-30"
      lines:
        - {amount: Salary, pay_code: BASE, fund_code: "01"}
"""


def positions(salary: str = "50000", fte: str = "1.0", title: str = "Teacher", rows: int = 20) -> str:
    """A position file of which the last three rows have the given values."""
    lines = [f"00010{n:02},010001,Teacher,2025-08-01,teacher,1.0,{50000 + n}" for n in range(rows - 3)]
    lines += [f"00010{n:02},010001,{title},2025-08-01,teacher,{fte},{salary}" for n in range(rows - 3, rows)]
    return small.csv("Id,School,Title,From,Kind,FTE,Salary", lines)


def write_state(root: Path, text: str) -> None:
    small.write_state(root)
    (root / "landing/0100/2026/payroll/payroll.csv").unlink()
    (root / "reference/mappings").mkdir()
    (root / "reference/mappings/0100.yaml").write_text(MAPPING)
    small.drop(root, "0100", 2026, "roster", text)


def take_in(root: Path) -> Workspace:
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def states(work: Workspace) -> dict[str, tuple[str, str]]:
    """The newest roster and payroll of 0100 in 2026."""
    found = work.ledger.states()
    return {s.extract: (state, why) for s, state, why in found if (s.lea_id, s.school_year) == ("0100", 2026)}


def in_force(work: Workspace) -> set[str]:
    found = {s.extract for s in work.ledger.in_force() if (s.lea_id, s.school_year) == ("0100", 2026)}
    return found & {"roster", "payroll"}


@pytest.mark.parametrize(
    ("text", "guilty", "other"),
    [(positions(salary="much"), "payroll", "roster"), (positions(fte="9"), "roster", "payroll")],
)
def test_what_holds_one_holds_both_and_a_waiver_lets_both_in(
    tmp_path: Path, text: str, guilty: str, other: str
) -> None:
    write_state(tmp_path, text)
    work = take_in(tmp_path)
    found = states(work)
    assert (found[guilty][0], found[other][0], in_force(work)) == ("held", "held", set())
    assert found[guilty][1].startswith("15.0% of the rows came back")
    assert found[other][1].startswith(f"It stands and falls with the {guilty} in the same file, which is held: 15.0%")
    checked = check_files(work, [tmp_path / "landing/0100/2026/roster/roster.csv"], "roster", "0100", 2026)
    assert {each.decision.state for each in checked} == {"held"}
    waive(work, "0100", 2026, other, "mended by phone", datetime.now(UTC))
    assert in_force(work) == {"roster", "payroll"}
    assert take_in(tmp_path).ledger.states() == work.ledger.states()  # and nothing is judged again


def test_both_stand_where_both_are_good_and_later_each_is_replaced_by_itself(tmp_path: Path) -> None:
    write_state(tmp_path, positions())
    work = take_in(tmp_path)
    assert in_force(work) == {"roster", "payroll"}
    small.drop(tmp_path, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)))
    assert states(take_in(tmp_path))["payroll"][0] == "held"  # its dollars shrink; the roster stays
    assert in_force(work) == {"roster", "payroll"}


def test_what_mends_one_lets_both_in(tmp_path: Path) -> None:
    write_state(tmp_path, positions(salary="much"))
    assert in_force(take_in(tmp_path)) == set()
    with (tmp_path / "rung.toml").open("a") as file:
        file.write("[gate]\nmax_quarantine_share = 0.2\n")
    assert in_force(take_in(tmp_path)) == {"roster", "payroll"}
