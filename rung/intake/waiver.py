"""A waiver: the state applies a submission that is held or late all the same, and gives the reason."""

from __future__ import annotations

import json
from datetime import datetime

from rung.core.errors import RungError
from rung.lake.certification import certified
from rung.lake.ledger import Submission
from rung.lake.workspace import Workspace

WAIVED = "waived: "
WAIVABLE = ("held", "late")
IN_ONE_FILE = {"roster": "payroll", "payroll": "roster"}


def waive(work: Workspace, lea_id: str, school_year: int, extract: str, why: str, at: datetime) -> Submission:
    """Apply the newest submission of a place, held or late: its accepted rows count, its quarantined rows do not.

    A position file's roster and pay are applied together. The ledger keeps the reason beside the state, and
    `waiver.json` lies with the receipt. Raises RungError where the newest submission is neither held nor late, the
    district-year is certified, or no reason is given.
    """
    place = (lea_id, school_year, extract)
    named = f"{lea_id} {school_year} {extract}"
    if not why.strip():
        raise RungError(f"{named}: a waiver needs a reason; say it with --why")
    if (lea_id, school_year) in certified(work.ledger):
        raise RungError(f"{named}: the district-year is certified; `rung reopen {lea_id} {school_year}` first")
    submission, state = _newest(work, place)
    if submission is None or state not in WAIVABLE:
        raise RungError(f"{named}: the newest submission is {state}, not held or late; nothing to waive")
    waived = [submission]
    if extract in IN_ONE_FILE:
        other, its_state = _newest(work, (lea_id, school_year, IN_ONE_FILE[extract]))
        if other is not None and other.files == submission.files and its_state in WAIVABLE:
            waived.append(other)
    for each in waived:
        folder = f"{lea_id}/{school_year}/{each.extract}/{each.submission_id}"
        note = {"submission_id": each.submission_id, "why": why.strip(), "at": at.isoformat()}
        work.receipts.write(f"{folder}/waiver.json", json.dumps(note, indent=1, sort_keys=True).encode())
    work.ledger.accept(waived, WAIVED + why.strip(), at)  # last, so that one that was stopped can be said again
    return submission


def _newest(work: Workspace, place: tuple[str, int, str]) -> tuple[Submission | None, str]:
    """The newest submission of a place that nothing has replaced, and its state."""
    states = work.ledger.states()
    found = [(s, state) for s, state, _ in states if (s.lea_id, s.school_year, s.extract) == place]
    current = [each for each in found if each[1] != "superseded"]
    return current[-1] if current else (None, "missing")
