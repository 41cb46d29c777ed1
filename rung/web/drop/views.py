"""What the drop page shows a district: its own submissions, what still waits, and what can be answered or signed.

Every function takes the district, and looks up nothing of another: an id that is another's is as one that is none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.vocabulary import EXTRACTS
from rung.intake.explanations import count_answers, warnings_of
from rung.intake.receipt_page import STATES
from rung.lake.certification import certificates
from rung.lake.place import Place
from rung.lake.reference import ReferenceTables
from rung.lake.submissions import Standing, Submission
from rung.lake.workspace import Workspace

# Files of a receipt that a district may fetch.
RECEIPT_FILES = {
    "returned.csv": "text/csv",
    "errors.csv": "text/csv",
    "warnings.csv": "text/csv",
    "crosswalk_proposal.csv": "text/csv",
    "crosswalk_started.csv": "text/csv",
    "receipt.json": "application/json",
}
SHOWN_ROWS = 100  # warned rows of a rule on the page; more are answered all at once, or by file


@dataclass(frozen=True)
class Line:
    """A submission in the history."""

    submission_id: str
    extract: str
    school_year: int
    received: str
    word: str
    tone: str
    rows_accepted: int
    rows_quarantined: int
    mends: str
    counts: bool
    answers_open: int


@dataclass(frozen=True)
class Year:
    """A school year of the district: what is in force and its files, what hinders a signature, who has signed."""

    school_year: int
    files: tuple[tuple[str, tuple[str, ...]], ...]
    in_force: tuple[str, ...]
    answers_open: int
    signed_by: str
    signed_at: str


@dataclass(frozen=True)
class Waiting:
    """A file in the landing that no intake has looked at yet."""

    name: str
    school_year: int
    extract: str


def standings_of(work: Workspace, lea_id: str) -> list[Standing]:
    """The district's submissions, oldest decision first."""
    return [each for each in work.ledger.standings() if each.submission.lea_id == lea_id]


def find_submission(work: Workspace, lea_id: str, submission_id: str) -> Standing | None:
    """A submission of the district by its id."""
    found = (each for each in standings_of(work, lea_id) if each.submission.submission_id == submission_id)
    return next(found, None)


def history(work: Workspace, lea_id: str) -> tuple[list[Line], list[Year]]:
    """The district's submissions, the newest first, and its school years."""
    standings = standings_of(work, lea_id)
    in_force = {s.submission_id for s in work.ledger.in_force() if s.lea_id == lea_id}
    newest = _newest(standings)
    counts = count_answers(work, [each.submission for each in newest])
    still_open = {
        submission_id: sum(each.open for each in found if each.needs_answer) for submission_id, found in counts.items()
    }
    lines = [_line(each, in_force, still_open) for each in reversed(standings)]
    signed = {year: found for (lea, year), found in certificates(work.ledger).items() if lea == lea_id}
    years = []
    for year in sorted({each.submission.school_year for each in standings}, reverse=True):
        mine = [e.submission for e in standings if e.submission.school_year == year]
        certificate = signed.get(year)
        years.append(
            Year(
                school_year=year,
                files=_files([s for s in mine if s.submission_id in in_force]),
                in_force=tuple(
                    x for x in EXTRACTS if any(s.extract == x and s.submission_id in in_force for s in mine)
                ),
                answers_open=sum(still_open.get(s.submission_id, 0) for s in mine if s.submission_id in in_force),
                signed_by=certificate.signature.signed_by if certificate else "",
                signed_at=certificate.at[:10] if certificate else "",
            )
        )
    return lines, years


def _files(submissions: Sequence[Submission]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Extract and names of the files of each submission, in order of extract; of mended rows what they mend."""
    ordered = sorted(submissions, key=lambda s: EXTRACTS.index(s.extract))
    return tuple((s.extract, tuple(_named(s, file["name"]) for file in json.loads(s.files))) for s in ordered)


def _named(submission: Submission, name: str) -> str:
    """A file's name; of mended rows with the submission whose rows they replace, as all others of it still count."""
    return f"{name}, which mends submission {submission.parent[:8]}" if submission.parent else name


def _newest(standings: Sequence[Standing]) -> list[Standing]:
    found = {(e.submission.school_year, e.submission.extract): e for e in standings if e.state != "superseded"}
    return list(found.values())


def _line(each: Standing, in_force: set[str], still_open: dict[str, int]) -> Line:
    s = each.submission
    word, tone, _ = STATES.get(each.state, ("Replaced", "quiet", ""))
    return Line(
        submission_id=s.submission_id,
        extract=s.extract,
        school_year=s.school_year,
        received=s.received_at[:16].replace("T", " "),
        word=word,
        tone=tone,
        rows_accepted=s.rows_accepted,
        rows_quarantined=s.rows_quarantined,
        mends=s.parent,
        counts=s.submission_id in in_force,
        answers_open=still_open.get(s.submission_id, 0),
    )


def waiting(work: Workspace, lea_id: str) -> list[Waiting]:
    """The district's files that lie in the landing and that no intake has looked at."""
    seen = work.ledger.seen()
    found = []
    for place in work.landing:
        for entry in place.entries(lea_id, []):
            parts = entry.key.split("/")
            known = len(parts) >= 4 and parts[1].isdecimal() and len(parts[1]) == 4 and parts[2] in EXTRACTS
            if known and seen.get((place.address, entry.key), ("", ""))[0] != entry.etag:
                found.append(Waiting("/".join(parts[3:]), int(parts[1]), parts[2]))
    return found


def landing_of(work: Workspace, lea_id: str) -> Place:
    """The landing place into which a district's files go: the one that has its folder, else the first."""
    for place in work.landing:
        if next(iter(place.entries(lea_id, [])), None) is not None:
            return place
    return work.landing[0]


def years_of(reference: ReferenceTables, lea_id: str) -> list[int]:
    """School years for which the district can send: those in which it has schools, the newest first."""
    schools = reference.tables["schools"]
    own = schools.filter(pl.col("lea_id") == lea_id) if "lea_id" in schools.columns else schools
    return sorted(own["school_year"].unique().to_list(), reverse=True)


def receipt_of(work: Workspace, submission: Submission) -> dict[str, Any] | None:
    """A submission's receipt as data; None where it is not there any more."""
    data = receipt_file(work, submission, "receipt.json")
    return None if data is None else json.loads(data)


def receipt_file(work: Workspace, submission: Submission, name: str) -> bytes | None:
    """A file of a receipt; None for a name that is none, or one that the receipt does not have."""
    if name not in RECEIPT_FILES:
        return None
    folder = f"{submission.lea_id}/{submission.school_year}/{submission.extract}/{submission.submission_id}"
    try:
        return work.receipts.read(f"{folder}/{name}")
    except FileNotFoundError:
        return None


def questions(work: Workspace, submission: Submission) -> list[dict[str, Any]]:
    """The warnings of a submission by rule, each with its first rows and what was answered."""
    warnings = warnings_of(work, submission)
    found = []
    for (rule_id,), rows in warnings.partition_by("rule_id", as_dict=True, maintain_order=True).items():
        found.append(
            {
                "rule_id": rule_id,
                "message": rows["message"][0],
                "needs_answer": rows["needs_answer"][0],
                "count": rows.height,
                "open": rows["answer"].null_count(),
                "rows": rows.head(SHOWN_ROWS).to_dicts(),
            }
        )
    return found


def folder_problems(work: Workspace, lea_id: str, school_year: int, extract: str) -> list[str]:
    """What could not be used of the last explanations.csv of a place."""
    try:
        text = work.receipts.read(f"{lea_id}/{school_year}/{extract}/explanations_problems.csv").decode("utf-8-sig")
    except FileNotFoundError:
        return []
    return text.splitlines()[1:]
