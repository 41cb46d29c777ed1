"""`rung check`: a district's dry run. The state's exact rules over files on disk; nothing is uploaded, no ledger asked.

The state's configuration and reference folder (with the district's mapping and crosswalk) must be at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.discover import Drop, LandedFile
from flows.errors import RungError
from flows.judging import judge_batch, submission_of
from flows.reading import fetch, read_batch
from flows.receipts import receipt_files
from flows.reference import load_reference
from flows.storage import Entry, LocalPlace
from flows.verdict import Court, Verdict, refuse_misplaced
from flows.workspace import Workspace, code_version


@dataclass(frozen=True)
class Checked:
    """One dry run: the verdict, the receipt's files by name, the mapping stanzas that would mend the columns."""

    extract: str
    verdict: Verdict
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_warned: int
    files: dict[str, bytes]
    stanzas: tuple[str, ...]
    new_columns: tuple[str, ...]


def check_files(work: Workspace, paths: Sequence[Path], extract: str, lea_id: str, school_year: int) -> list[Checked]:
    """Judge files as one drop into `<lea_id>/<school_year>/<extract>/`; a position file gives its pay as a second."""
    landed = tuple(_landed(path) for path in paths)
    drop = Drop(lea_id, school_year, extract, landed)
    reference = load_reference(work.reference)
    court = Court(work.settings.gate.max_quarantine_share, frozenset(), reference)
    bounds = work.settings.intake
    nobody = pl.DataFrame(schema={"staff_id": pl.String})
    checked = []
    for read_part in read_batch(extract, fetch([drop], bounds), reference, bounds):
        part = refuse_misplaced(read_part, reference)
        judged = judge_batch(part, reference, school_year, nobody).refused()
        for read, rows, counts, _ in judged.drops():
            verdict = court.judge(read, counts)
            submission = submission_of(read, counts, code_version())
            files = receipt_files(read, submission, verdict, rows, judged.rules)
            checked.append(
                Checked(
                    extract=read.extract,
                    verdict=verdict,
                    rows_read=submission.rows_read,
                    rows_accepted=submission.rows_accepted,
                    rows_quarantined=submission.rows_quarantined,
                    rows_warned=submission.rows_warned,
                    files=files,
                    stanzas=tuple(report.stanza(school_year) for report in read.drift),
                    new_columns=tuple(read.unread_columns),
                )
            )
    return checked


def _landed(path: Path) -> LandedFile:
    if not path.is_file():
        raise RungError(f"{path}: no such file")
    size = path.stat().st_size
    entry = Entry(path.name, size, f"{size:x}", datetime.now(UTC))
    return LandedFile(LocalPlace(path.resolve().parent), entry, path.name)


def write_checked(folder: Path, checked: Sequence[Checked]) -> None:
    """Write each receipt under `<folder>/<extract>/`."""
    place = LocalPlace(folder)
    for each in checked:
        for name, data in each.files.items():
            place.write(f"{each.extract}/{name}", data)
