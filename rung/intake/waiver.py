"""A waiver: the state applies a held submission although too many of its rows were quarantined, and says why."""

from __future__ import annotations

import json
from datetime import datetime

from rung.core.errors import RungError
from rung.lake.certification import certified
from rung.lake.ledger import Submission
from rung.lake.workspace import Workspace

WAIVED = "waived: "
WAIVABLE = ("held", "late")


def waive(work: Workspace, lea_id: str, school_year: int, extract: str, why: str, at: datetime) -> Submission:
    """Apply the newest submission of a place, held or late: its accepted rows count, its quarantined rows do not.

    The ledger keeps the reason beside the state, and `waiver.json` lies with the receipt. Raises RungError where the
    newest submission is neither held nor late, the district-year is certified, or no reason is given.
    """
    place = (lea_id, school_year, extract)
    named = f"{lea_id} {school_year} {extract}"
    if not why.strip():
        raise RungError(f"{named}: a waiver needs a reason; say it with --why")
    if (lea_id, school_year) in certified(work.ledger):
        raise RungError(f"{named}: the district-year is certified; `rung reopen {lea_id} {school_year}` first")
    found = [each for each in work.ledger.states() if (each[0].lea_id, each[0].school_year, each[0].extract) == place]
    current = [each for each in found if each[1] != "superseded"]
    if not current or current[-1][1] not in WAIVABLE:
        state = current[-1][1] if current else "missing"
        raise RungError(f"{named}: the newest submission is {state}, not held or late; nothing to waive")
    submission = current[-1][0]
    folder = f"{lea_id}/{school_year}/{extract}/{submission.submission_id}"
    note = {"submission_id": submission.submission_id, "why": why.strip(), "at": at.isoformat()}
    work.receipts.write(f"{folder}/waiver.json", json.dumps(note, indent=1, sort_keys=True).encode())
    work.ledger.accept(submission, WAIVED + why.strip(), at)  # last, so that one that was stopped can be said again
    return submission
