"""Intake: new and changed landing objects → accepted and quarantined rows in the lake, receipts, the ledger.

Written before the ledger says so, under names made from content: a run killed anywhere and started again ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from rung.core.progress import Progress
from rung.intake.again import REFUSED, to_validate_again
from rung.intake.discover import discover
from rung.intake.explanations import AnswerFiles
from rung.intake.made_from import MadeFrom
from rung.intake.notices import Sent, check_notices, send_notices
from rung.lake.lake_schema import mark_lake
from rung.lake.ledger import DecidedSubmission
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace


@dataclass
class IntakeReceipt:
    """What an intake did: submissions by state, their districts, years and extracts, rows, objects left alone."""

    drops: int = 0
    states: dict[str, int] = field(default_factory=dict)
    places: list[tuple[str, int, str]] = field(default_factory=list)
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    unchanged: int = 0
    stray: tuple[str, ...] = ()
    judged_again: int = 0
    notices: Sent = field(default_factory=Sent)
    answer_files: AnswerFiles = field(default_factory=AnswerFiles)

    @property
    def refused(self) -> dict[str, int]:
        """Submissions of this run that were not applied, by state."""
        return {state: self.states[state] for state in REFUSED if self.states.get(state)}


def run_intake(
    work: Workspace,
    reference: ReferenceTables,
    progress: Progress,
    *,
    again: bool = False,
    today: date | None = None,
) -> IntakeReceipt:
    """Take in everything new in the landing, and what was refused where that on which it depended has changed.

    `again`: first judge what is in force once more, where its rules, tables, mapping or the code have changed.
    The ledger learns of batches once Great Expectations has agreed with their masks.
    Raises RungError when storage, ledger or Great Expectations fail, GateFailed when the accounting of a file does not
    hold or a rule's counts differ.
    """
    check_notices(work, reference)
    mark_lake(work.lake)
    made_from = MadeFrom(work.settings, reference, today or datetime.now(UTC).date())
    receipt = IntakeReceipt()
    if again:
        _take_in(work, made_from, progress, receipt, accepted=True)
    _take_in(work, made_from, progress, receipt, accepted=False)
    if receipt.drops or receipt.answer_files.files:
        from rung.intake.regions import write_regions

        write_regions(work, reference)
    receipt.notices = send_notices(work, reference, datetime.now(UTC))
    return receipt


def _take_in(
    work: Workspace, made_from: MadeFrom, progress: Progress, receipt: IntakeReceipt, *, accepted: bool
) -> None:
    """Take in what a look at the landing finds; what that needs is imported when there is something."""
    found = discover(work.landing, work.ledger.seen(), to_validate_again(work.ledger, made_from, accepted=accepted))
    receipt.unchanged, receipt.stray = found.unchanged, found.stray
    receipt.judged_again += found.again
    if found.drops:
        from rung.intake.take_in import take_in

        take_in(work, made_from, found.drops, progress, lambda decision: _count(receipt, decision))
    if found.answers:
        from rung.intake.answer_files import take_answer_files

        receipt.answer_files = take_answer_files(work, found.answers, datetime.now(UTC))


def _count(receipt: IntakeReceipt, decision: DecidedSubmission) -> None:
    receipt.drops += 1
    receipt.places.append((decision.submission.lea_id, decision.submission.school_year, decision.submission.extract))
    receipt.states[decision.state] = receipt.states.get(decision.state, 0) + 1
    receipt.rows_read += decision.submission.rows_read
    receipt.rows_accepted += decision.submission.rows_accepted
    receipt.rows_quarantined += decision.submission.rows_quarantined
