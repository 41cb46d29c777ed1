"""A held submission is applied by a waiver with a reason, and by nothing less."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.intake.waiver import waive
from rung.lake.certification import certify
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

PLACE = ("0100", 2026, "payroll")
NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A first payroll in force, and a second that is held: 5 of its 30 rows have no fund."""
    root = tmp_path_factory.mktemp("held")
    small.write_state(root)
    for extra in ([], [f"00010{n}1,2026-01-15,BASE,,5.00" for n in range(5)]):
        small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, [*small.payroll("0100", 2026), *extra]))
        work = open_workspace(root / "rung.toml")
        run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def newest(work: Workspace, lea: str = "0100") -> tuple[str, str, str]:
    places = [
        each
        for each in work.ledger.states()
        if (each[0].lea_id, each[0].school_year, each[0].extract) == (lea, *PLACE[1:])
    ]
    return places[-1][0].submission_id, places[-1][1], places[-1][2]


def test_a_waiver_needs_a_reason_and_something_held(held: Workspace) -> None:
    with pytest.raises(RungError, match="needs a reason"):
        waive(held, *PLACE, " ", NOW)
    with pytest.raises(RungError, match="is accepted, not held"):
        waive(held, "0200", 2026, "payroll", "because", NOW)
    with pytest.raises(RungError, match="is missing, not held"):
        waive(held, "0100", 2026, "leadership", "because", NOW)


def test_a_waived_submission_is_in_force_and_says_why(held: Workspace) -> None:
    before = next(s for s in held.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == PLACE)
    submission_id, state, _ = newest(held)
    assert state == "held"
    waived = waive(held, *PLACE, "five people between funds, agreed by phone", datetime.now(UTC))
    assert waived.submission_id == submission_id
    now = next(s for s in held.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == PLACE)
    assert (now.submission_id, now.rows_accepted, now.rows_quarantined) == (submission_id, 25, 5)
    states = {s.submission_id: (state, why) for s, state, why in held.ledger.states()}
    assert states[before.submission_id] == ("superseded", f"replaced by {submission_id}")
    assert states[submission_id] == ("accepted", "waived: five people between funds, agreed by phone")
    note = json.loads(held.receipts.read(f"0100/2026/payroll/{submission_id}/waiver.json"))
    assert note["why"] == "five people between funds, agreed by phone"


def test_a_certified_year_takes_no_waiver(held: Workspace) -> None:
    certify(held.ledger, "0200", 2026, NOW, small.SIGNED)
    with pytest.raises(RungError, match="certified"):
        waive(held, "0200", 2026, "payroll", "because", NOW)
