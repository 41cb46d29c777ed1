"""Submissions as the ledger keeps them: the row, the decision that is written, how one stands today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Submission:
    """A submission and its accounting: rows and cents read = accepted + quarantined + duplicate + set aside.

    `parent`: the submission whose rows this one mends; its rows are the parent's with the mended ones in their places.
    `kept_in`: the object of the lake that holds its accepted rows with those of others (`rung.lake.accepted`).
    """

    submission_id: str
    lea_id: str
    school_year: int
    extract: str
    landing: str
    files: str
    received_at: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int
    rows_set_aside: int
    cents_read: int | None
    cents_accepted: int | None
    cents_quarantined: int | None
    cents_duplicate: int | None
    cents_set_aside: int | None
    rows_warned: int
    code_version: str
    parent: str = ""
    kept_in: str = ""


@dataclass(frozen=True)
class DecidedSubmission:
    """What is written when a submission has been judged: the row, its state and why, the objects it came from.

    `made_from`: hashes of all that the decision depends on, as JSON (`rung.intake.made_from`).
    """

    submission: Submission
    state: str
    why: str
    objects: tuple[tuple[str, str, str, int], ...]  # landing, key, etag, size
    broken: tuple[tuple[str, str, int], ...] = ()  # rule, severity, rows that break it
    made_from: str = ""


@dataclass(frozen=True)
class Standing:
    """A submission with its state today and why; what its last decision was made from (`decided_from`: not that it was
    replaced); when it last came, and the number of its first event."""

    submission: Submission
    state: str
    why: str
    decided_from: str
    received_at: str
    first_event: int


def superseding(old: str | None, new: str) -> list[dict[str, Any]]:
    """The event by which a newly accepted submission replaces the one in force; none where there is none."""
    if old in (None, new):
        return []
    return [{"submission_id": old, "state": "superseded", "why": f"replaced by {new}"}]


def is_decided(
    decision: DecidedSubmission,
    seen: Mapping[tuple[str, str], tuple[str, str]],
    made: Mapping[str, str],
    decisions: Sequence[DecidedSubmission],
) -> bool:
    """Whether another run has already written this decision: its objects stand in the ledger as this run saw them, and
    it was made from the same.

    A position file's pay carries no objects; it goes with the roster of the same folder.
    """
    new = decision.submission
    if made.get(new.submission_id) != decision.made_from:
        return False
    known = {(landing, key): (etag, new.submission_id) for landing, key, etag, _ in decision.objects}
    if known:
        return all(seen.get(place) == tag for place, tag in known.items())
    rosters = [
        d
        for d in decisions
        if d.objects and (d.submission.lea_id, d.submission.school_year) == (new.lea_id, new.school_year)
    ]
    return bool(rosters) and all(is_decided(roster, seen, made, ()) for roster in rosters)
