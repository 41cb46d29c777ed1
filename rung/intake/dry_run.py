"""`rung check`: a district's dry run. The state's exact rules over files on disk; nothing is uploaded, no ledger asked.

The state's configuration and reference folder (with the district's mapping and crosswalk) must be at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from rung.core.errors import RungError
from rung.core.project import code_version
from rung.intake.decision import AcceptancePolicy, Decision, refuse_misplaced
from rung.intake.discover import Drop, LandedFile
from rung.intake.mends import mends_beside
from rung.intake.read import fetch, read_batch
from rung.intake.receipts import receipt_files
from rung.intake.validate import submission_of, validate_batch
from rung.intake.workers import ReaderPool
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace


@dataclass(frozen=True)
class Checked:
    """One dry run: the verdict, the receipt's files by name, the mapping stanzas that would mend the columns."""

    extract: str
    decision: Decision
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
    policy = AcceptancePolicy(work.settings.gate, reference, datetime.now(UTC).date())
    bounds = work.settings.intake
    nobody = pl.DataFrame(schema={"staff_id": pl.String})
    checked = []
    with ReaderPool(bounds) as readers:
        parts = read_batch(extract, fetch([drop], bounds), reference, bounds, readers, mends_beside)
    for read_part in parts:
        part = refuse_misplaced(read_part, reference)
        validated = validate_batch(part, reference, school_year, nobody, work.settings).refused()
        for read, rows, counts, _ in validated.drops():
            decision = policy.decide(read, counts)
            submission = submission_of(read, counts, code_version())
            files = receipt_files(
                read, submission, decision, rows, validated.rules, reference.district(lea_id), dry_run=True
            )
            checked.append(
                Checked(
                    extract=read.extract,
                    decision=decision,
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
    place = LocalPlace(path.resolve().parent)
    return LandedFile(place, replace(place.entry(path.resolve().name), modified=datetime.now(UTC)), path.name)


def write_checked(folder: Path, checked: Sequence[Checked]) -> None:
    """Write each receipt under `<folder>/<extract>/`."""
    place = LocalPlace(folder, mode=0o600)
    for each in checked:
        for name, data in each.files.items():
            place.write(f"{each.extract}/{name}", data)
