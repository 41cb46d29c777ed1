"""A waiver: the state applies a held submission although too many of its rows were quarantined, and says why."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.certification import certified
from rung.lake.ledger import Submission
from rung.lake.workspace import Workspace

WAIVED = "waived: "


def waive(work: Workspace, lea_id: str, school_year: int, extract: str, why: str, at: datetime) -> Submission:
    """Apply the newest submission of a place, which must be held: its accepted rows count, its quarantined rows do not.

    The ledger keeps the reason beside the state, and `waiver.json` lies with the receipt. Raises RungError where the
    newest submission is not held, the district-year is certified, or no reason is given.
    """
    place = (lea_id, school_year, extract)
    named = f"{lea_id} {school_year} {extract}"
    if not why.strip():
        raise RungError(f"{named}: a waiver needs a reason; say it with --why")
    if (lea_id, school_year) in certified(work.ledger):
        raise RungError(f"{named}: the district-year is certified; `rung reopen {lea_id} {school_year}` first")
    found = [each for each in work.ledger.states() if (each[0].lea_id, each[0].school_year, each[0].extract) == place]
    current = [each for each in found if each[1] != "superseded"]
    if not current or current[-1][1] != "held":
        state = current[-1][1] if current else "missing"
        raise RungError(f"{named}: the newest submission is {state}, not held; nothing to waive")
    submission = current[-1][0]
    in_force = {(s.lea_id, s.school_year, s.extract): s.submission_id for s in work.ledger.in_force()}
    event = work.ledger.table("submission_event")
    with work.ledger.writing() as connection:
        number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.event_id), 0))).scalar_one()
        said = [(submission.submission_id, "accepted", WAIVED + why.strip())]
        if (old := in_force.get(place)) is not None:
            said.insert(0, (old, "superseded", f"replaced by {submission.submission_id}"))
        rows = [
            {"event_id": number + i, "submission_id": s, "state": state, "at": at.isoformat(), "why": reason}
            for i, (s, state, reason) in enumerate(said, start=1)
        ]
        connection.execute(sa.insert(event), rows)
    folder = f"{lea_id}/{school_year}/{extract}/{submission.submission_id}"
    note = {"submission_id": submission.submission_id, "why": why.strip(), "at": at.isoformat()}
    work.receipts.write(f"{folder}/waiver.json", json.dumps(note, indent=1, sort_keys=True).encode())
    return submission
