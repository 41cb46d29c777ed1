"""Where every district stands: one line per district x school year x extract, the expected ones that never came too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from contracts.vocabulary import EXPECTED_EXTRACTS, EXTRACTS
from rung.core.errors import RungError
from rung.intake.explanations import Answers, count_answers
from rung.lake.certification import Certificate, certificates
from rung.lake.ledger import Submission
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace

NEEDS_A_PERSON = ("rejected", "held", "late", "missing")


@dataclass(frozen=True)
class StatusLine:
    """State of the newest submission and, where that one is not in force, of the one that is.

    `answers_open`: rows of the newest whose warning must be answered and is not; `answered`: rows with an answer.
    """

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
    name: str = ""
    region_id: str = ""
    answered: int = 0
    answers_open: int = 0
    certified_by: str = ""

    @property
    def needs_person(self) -> bool:
        """Whether somebody must do something: what came was not applied or did not come, or waits for an answer."""
        return self.state in NEEDS_A_PERSON or self.answers_open > 0

    @property
    def district(self) -> str:
        """The district as a person reads it."""
        return f"{self.name} ({self.lea_id})" if self.name else self.lea_id

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


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
    locked = certificates(work.ledger)
    due = _due(reference.tables["calendar"])
    districts = {row["lea_id"]: row for row in reference.tables["districts"].to_dicts()}
    lines = [
        _line(place, newest.get(place, []), in_force.get(place), place[:2] in locked, due.get((place[1], place[2])))
        for place in sorted(expected | set(newest), key=lambda p: (p[1], p[0], EXTRACTS.index(p[2])))
    ]
    shown = {line.submission_id for line in lines}
    current = [s for found in newest.values() for s, _, _ in found if s.submission_id in shown]
    answers = count_answers(work, current)
    return [_shown(line, districts.get(line.lea_id, {}), answers, locked) for line in lines]


def _shown(
    line: StatusLine,
    district: Mapping[str, Any],
    answers: Answers,
    locked: Mapping[tuple[str, int], Certificate],
) -> StatusLine:
    """A line with the names, the answers to its newest submission and who signed for it."""
    counts = answers.get(line.submission_id or "", ())
    signed = locked.get((line.lea_id, line.school_year))
    return replace(
        line,
        name=district.get("name") or "",
        region_id=district.get("region_id") or "",
        answered=sum(each.confirmed + each.explained for each in counts),
        answers_open=sum(each.open for each in counts if each.needs_answer),
        certified_by=signed.signature.signed_by if signed else "",
    )


def filter_lines(
    lines: Sequence[StatusLine],
    *,
    leas: Collection[str] = (),
    years: Collection[int] = (),
    regions: Collection[str] = (),
    needs_person: bool = False,
) -> list[StatusLine]:
    """The lines of some districts, years or regions (none named: all), or only those that wait for a person.

    Raises RungError for a district, year or region that no line has: a slip of the pen is no empty answer.
    """
    asked: tuple[tuple[str, Collection[Any], Callable[[StatusLine], Any]], ...] = (
        ("district", leas, lambda line: line.lea_id),
        ("school year", years, lambda line: line.school_year),
        ("region", regions, lambda line: line.region_id),
    )
    kept = list(lines)
    for what, wanted, of in asked:
        known = {of(line) for line in lines}
        if unknown := [value for value in wanted if value not in known]:
            raise RungError(f"no {what} {unknown[0]}; see `rung status` and reference/districts.csv")
        kept = [line for line in kept if not wanted or of(line) in wanted]
    return [line for line in kept if line.needs_person] if needs_person else kept


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
