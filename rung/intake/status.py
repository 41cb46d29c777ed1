"""Where every district stands: one line per district x school year x extract, the expected ones that never came too."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from contracts.vocabulary import EXPECTED_EXTRACTS, EXTRACTS
from rung.lake.certification import certified
from rung.lake.ledger import Submission
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace


@dataclass(frozen=True)
class StatusLine:
    """State of the newest submission and, where that one is not in force, of the one that is."""

    lea_id: str
    school_year: int
    extract: str
    state: str
    why: str
    submission_id: str | None
    in_force: str | None
    received_at: str | None
    rows_accepted: int
    rows_quarantined: int
    versions: int
    days_late: int | None
    certified: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def status_lines(work: Workspace, reference: ReferenceTables) -> list[StatusLine]:
    """All lines in order of year, district and extract. A year is expected once anybody has sent anything of it."""
    newest: dict[tuple[str, int, str], list[tuple[Submission, str, str]]] = {}
    for submission, state, why in work.ledger.states():
        place = (submission.lea_id, submission.school_year, submission.extract)
        newest.setdefault(place, []).append((submission, state, why))
    in_force = {(s.lea_id, s.school_year, s.extract): s.submission_id for s in work.ledger.in_force()}
    years = sorted({year for _, year, _ in newest})
    leas = reference.tables["districts"]["lea_id"].to_list()
    expected = {(lea, year, extract) for lea in leas for year in years for extract in EXPECTED_EXTRACTS}
    locked = certified(work.ledger)
    due = _due(reference.tables["calendar"])
    return [
        _line(place, newest.get(place, []), in_force.get(place), place[:2] in locked, due.get((place[1], place[2])))
        for place in sorted(expected | set(newest), key=lambda p: (p[1], p[0], EXTRACTS.index(p[2])))
    ]


def _due(calendar: pl.DataFrame) -> dict[tuple[int, str], date]:
    columns = (calendar[name].to_list() for name in ("school_year", "extract", "due"))
    return {(year, extract): day for year, extract, day in zip(*columns, strict=True)}


def _line(
    place: tuple[str, int, str],
    found: list[tuple[Submission, str, str]],
    in_force: str | None,
    locked: bool,
    due: date | None,
) -> StatusLine:
    if not found:
        return StatusLine(*place, "missing", "never sent", None, None, None, 0, 0, 0, None, locked)
    # The newest decision counts; one that was replaced by it is no state of the place.
    submission, state, why = next((each for each in reversed(found) if each[1] != "superseded"), found[-1])
    day = date.fromisoformat(submission.received_at[:10])
    return StatusLine(
        *place,
        state="certified" if locked and submission.submission_id == in_force else state,
        why=why,
        submission_id=submission.submission_id,
        in_force=in_force,
        received_at=submission.received_at,
        rows_accepted=submission.rows_accepted,
        rows_quarantined=submission.rows_quarantined,
        versions=len(found),
        days_late=max(0, (day - due).days) if due else None,
        certified=locked,
    )


def count_states(lines: list[StatusLine]) -> dict[str, int]:
    """Lines by state."""
    counted: dict[str, int] = {}
    for line in lines:
        counted[line.state] = counted.get(line.state, 0) + 1
    return dict(sorted(counted.items()))
