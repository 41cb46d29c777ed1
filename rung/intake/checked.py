"""A drop judged without sending it: the same for `rung check` and for the check page, which has no lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from rung.core.settings import Settings
from rung.intake.decision import AcceptancePolicy, Decision, refuse_misplaced
from rung.intake.discover import Drop
from rung.intake.drops import DropRead
from rung.intake.error_costs import rule_costs
from rung.intake.fetch import fetch
from rung.intake.jobs import Readers
from rung.intake.mends import mends_beside
from rung.intake.on_disk import is_large
from rung.intake.one_file import decide_together
from rung.intake.read import read_batch
from rung.intake.receipts import Flaws, receipt_files
from rung.intake.validate import submission_of, validate_batch
from rung.intake.validated_parts import validate_in_parts
from rung.lake.reference import ReferenceTables
from rung.lake.scratch import ScratchFolder

_NOBODY = pl.DataFrame(schema={"staff_id": pl.String})


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
    with ScratchFolder() as scratch:
        return _check(drop, reference, settings, readers, version, Path(scratch))


def _check(
    drop: Drop, reference: ReferenceTables, settings: Settings, readers: Readers, version: str, scratch: Path
) -> list[Checked]:
    policy = AcceptancePolicy(settings.gate, reference, datetime.now(UTC).date())
    bounds = settings.intake
    fetched = fetch([drop], bounds, threads=0, large=scratch)
    judged = None
    if is_large(fetched[0], bounds):
        judged = validate_in_parts(fetched[0], reference, settings, scratch, lambda _: _NOBODY, lambda _: None)
        if judged is None and not fetched[0].problems:
            fetched[0].load()
    found: list[tuple[DropRead, pl.DataFrame, dict[str, Any], tuple[RowRule, ...], Flaws]]
    if judged is None:
        found = _validate_whole(fetched, reference, settings, readers)
    else:
        rows, unlisted = judged.listed()
        found = [(judged.read, rows, judged.counts, judged.rules, Flaws(judged.broken, judged.costs, unlisted))]
    reads = [read for read, *_ in found]
    decisions = decide_together(reads, [policy.decide(read, counts) for read, _, counts, *_ in found])
    checked = []
    for decision, (read, rows, counts, rules, flaws) in zip(decisions, found, strict=True):
        submission = submission_of(read, counts, version)
        district = reference.district(drop.lea_id)
        limit = settings.gate.max_quarantine_share
        files = receipt_files(
            read, submission, decision, rows, rules, flaws, district, limit, bounds.batch_bytes, dry_run=True
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
                stanzas=tuple(report.stanza(drop.school_year) for report in read.drift),
                new_columns=tuple(read.unread_columns),
            )
        )
    return checked


def _validate_whole(
    fetched: list[DropRead], reference: ReferenceTables, settings: Settings, readers: Readers
) -> list[tuple[DropRead, pl.DataFrame, dict[str, Any], tuple[RowRule, ...], Flaws]]:
    drop = fetched[0].drop
    found = []
    for read_part in read_batch(drop.extract, fetched, reference, settings.intake, readers, mends_beside):
        part = refuse_misplaced(read_part, reference)
        validated = validate_batch(part, reference, drop.school_year, _NOBODY, settings).refused()
        found += [
            (read, rows, counts, validated.rules, Flaws(broken, rule_costs(rows, validated.rules, read.extract)))
            for read, rows, counts, broken in validated.drops()
        ]
    return found
