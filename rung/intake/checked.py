"""A drop judged without sending it: the same for `rung check` and for the check page, which has no lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from rung.core.settings import Settings
from rung.intake.decision import AcceptancePolicy, Decision, refuse_misplaced
from rung.intake.discover import Drop
from rung.intake.jobs import Readers
from rung.intake.mends import mends_beside
from rung.intake.one_file import decide_together
from rung.intake.read import fetch, read_batch
from rung.intake.receipts import receipt_files
from rung.intake.validate import submission_of, validate_batch
from rung.lake.reference import ReferenceTables


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


def check_drop(
    drop: Drop, reference: ReferenceTables, settings: Settings, readers: Readers, version: str
) -> list[Checked]:
    """Judge one drop; a position file gives its pay as a second. `version`: of the code, for the receipt."""
    policy = AcceptancePolicy(settings.gate, reference, datetime.now(UTC).date())
    nobody = pl.DataFrame(schema={"staff_id": pl.String})
    found = []
    bounds = settings.intake
    for read_part in read_batch(
        drop.extract, fetch([drop], bounds, threads=0), reference, bounds, readers, mends_beside
    ):
        part = refuse_misplaced(read_part, reference)
        validated = validate_batch(part, reference, drop.school_year, nobody, settings).refused()
        found += [(read, rows, counts, validated.rules) for read, rows, counts, _ in validated.drops()]
    reads = [read for read, *_ in found]
    decisions = decide_together(reads, [policy.decide(read, counts) for read, _, counts, _ in found])
    checked = []
    for decision, (read, rows, counts, rules) in zip(decisions, found, strict=True):
        submission = submission_of(read, counts, version)
        district = reference.district(drop.lea_id)
        limit = settings.gate.max_quarantine_share
        files = receipt_files(read, submission, decision, rows, rules, district, limit, dry_run=True)
        checked.append(
            Checked(
                extract=read.extract,
                decision=decision,
                rows_read=submission.rows_read,
                rows_accepted=submission.rows_accepted,
                rows_quarantined=submission.rows_quarantined,
                rows_warned=submission.rows_warned,
                files=files,
                stanzas=tuple(report.stanza(drop.school_year) for report in read.drift),
                new_columns=tuple(read.unread_columns),
            )
        )
    return checked
