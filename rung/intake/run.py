"""Intake: new and changed landing objects → accepted and quarantined rows in the lake, receipts, the ledger.

Written before the ledger says so, under names made from content: a run killed anywhere and started again ends the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from expectations.moved import find_moved
from rung.core.progress import Progress
from rung.core.project import code_version
from rung.core.rules import suite_of
from rung.intake.again import REFUSED, to_validate_again
from rung.intake.answer_files import AnswerFiles, take_answer_files, write_kept_answers
from rung.intake.decision import AcceptancePolicy, Decision, FindMoved, refuse_misplaced
from rung.intake.discover import Drop, discover, printable
from rung.intake.drops import DropRead, FileRead
from rung.intake.gate import IntakeGate
from rung.intake.identity import find_shared, propose_crosswalk, started_crosswalk
from rung.intake.made_from import MadeFrom, versioned
from rung.intake.mends import KnownSubmissions
from rung.intake.notices import Sent, check_notices, send_notices
from rung.intake.one_file import decide_together
from rung.intake.read import fetch, read_batch
from rung.intake.receipts import write_receipt
from rung.intake.reference_rules import validate_reference
from rung.intake.regions import write_regions
from rung.intake.validate import ValidatedBatch, submission_of, validate_batch
from rung.intake.warned import warned_key, warned_part
from rung.intake.workers import ReaderPool
from rung.lake.accepted import ORDER, accepted_key, scan_accepted
from rung.lake.certification import certified
from rung.lake.lake_schema import mark_lake
from rung.lake.ledger import DecidedSubmission
from rung.lake.originals import original_key
from rung.lake.parquet import write_parquet
from rung.lake.pay_sums import PAYROLL, write_pay_sums
from rung.lake.places import make_durable
from rung.lake.reference import ReferenceTables
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace
from transforms.s1_conform.accounting import Broken
from transforms.s1_conform.parse.cell_text import mask_columns
from transforms.s1_conform.validate import DUPLICATE, ERRORS

WRITERS = 16
# A batch that is being written; what the ledger is to say of it.
Written = Future[list[DecidedSubmission]]


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
        write_regions(work, reference)
    receipt.notices = send_notices(work, reference, datetime.now(UTC))
    return receipt


def _take_in(
    work: Workspace, made_from: MadeFrom, progress: Progress, receipt: IntakeReceipt, *, accepted: bool
) -> None:
    reference = made_from.reference
    found = discover(work.landing, work.ledger.seen(), to_validate_again(work.ledger, made_from, accepted=accepted))
    receipt.unchanged, receipt.stray = found.unchanged, found.stray
    receipt.judged_again += found.again
    total = sum(drop.size for drop in found.drops)
    desk = open_desk(work, made_from)
    pending: list[Written] = []
    with (
        progress.stage("intake", total) as advance,
        IntakeGate(work, total) as gate,
        ThreadPoolExecutor(1) as writer,
        ReaderPool(work.settings.intake) as readers,
    ):
        note_reference = validate_reference(work, reference, gate) if found.drops else None
        for batch in _batches(found.drops, work.settings.intake.batch_bytes):
            validated = list(_validate(work, desk, batch, gate, pending, readers))
            if pending:  # one batch is written while the next is read, no more; one that failed stops the run here
                pending[-1].result()
            pending.append(writer.submit(_commit, work, desk, [each.refused() for each in validated]))
            if gate.full:
                _apply(work, gate, pending, receipt)
            advance(sum(drop.size for drop in batch))
        _apply(work, gate, pending, receipt)
        if note_reference is not None:
            note_reference()
    if found.answers:
        receipt.answer_files = take_answer_files(work, found.answers, datetime.now(UTC))
    progress.seconds["gate"] = progress.seconds.get("gate", 0.0) + gate.seconds  # part of the intake's


@dataclass(frozen=True)
class Desk:
    """What every drop of a run is decided with: the policy, what decisions are made from, and what was decided before.

    `before`: submission id → what its last decision was made from.
    """

    policy: AcceptancePolicy
    made_from: MadeFrom
    before: Mapping[str, str]

    def number(self, read: DropRead) -> None:
        """Give a drop the id of its submission: that of its files, and of what its rows depend on if that changed."""
        now = self.made_from.of(read.drop.lea_id, read.drop.school_year, read.extract)
        read.submission_id = versioned(read.submission_id, self.before.get(read.submission_id), now)

    def note(self, read: DropRead, decision: Decision) -> str:
        """What a decision was made from, as the ledger keeps it."""
        now = self.made_from.of(read.drop.lea_id, read.drop.school_year, read.extract)
        return json.dumps({**now, **decision.rests_on}, sort_keys=True)


def open_desk(work: Workspace, made_from: MadeFrom) -> Desk:
    """The desk of a run, from the ledger as it stands."""
    standings = work.ledger.standings()
    in_force = {(s.lea_id, s.school_year, s.extract): s for s in work.ledger.in_force()}
    locked = frozenset(certified(work.ledger))
    policy = AcceptancePolicy(work.settings.gate, made_from.reference, made_from.today, locked, in_force)
    return Desk(policy, made_from, {each.submission.submission_id: each.decided_from for each in standings})


def _apply(work: Workspace, gate: IntakeGate, pending: list[Written], receipt: IntakeReceipt) -> None:
    """Settle the gate, then let the ledger say what was taken in."""
    gate.settle()
    decisions = _written(pending)
    if decisions:
        write_kept_answers(work, (d.submission for d in decisions if d.state != "rejected"))
        make_durable(work.lake, work.receipts)
        work.ledger.record(decisions, datetime.now(UTC))
    for decision in decisions:
        _count(receipt, decision)
    pending.clear()


def _written(pending: list[Written]) -> list[DecidedSubmission]:
    return [decision for batch in pending for decision in batch.result()]


def _batches(drops: Sequence[Drop], limit: int) -> Iterator[list[Drop]]:
    """Drops of one extract and year together, statewide, up to a bound of bytes."""
    ordered = sorted(drops, key=lambda drop: (drop.extract, drop.school_year, drop.lea_id))
    for _, group in groupby(ordered, key=lambda drop: (drop.extract, drop.school_year)):
        batch: list[Drop] = []
        size = 0
        for drop in group:
            if batch and size + drop.size > limit:
                yield batch
                batch, size = [], 0
            batch.append(drop)
            size += drop.size
        yield batch


def _validate(
    work: Workspace, desk: Desk, batch: list[Drop], gate: IntakeGate, pending: list[Written], readers: ReaderPool
) -> Iterator[ValidatedBatch]:
    bounds, reference = work.settings.intake, desk.made_from.reference
    fetched = fetch(batch, bounds)
    for read in read_batch(batch[0].extract, fetched, reference, bounds, readers, KnownSubmissions(work)):
        for drop in read.drops:
            desk.number(drop)
        part = refuse_misplaced(read, reference)
        before = _written(pending) if part.extract == "roster" else []
        shared = find_shared(work, part, batch[0].school_year, before)
        validated = validate_batch(part, reference, batch[0].school_year, shared, work.settings)
        gate.observe(part.extract, validated.rows.filter(~pl.col(DUPLICATE)), validated.counts)
        yield validated


def _commit(work: Workspace, desk: Desk, batches: Sequence[ValidatedBatch]) -> list[DecidedSubmission]:
    """Decide on the drops of a reading, and on the pay that came with them; write lake and receipts and return what the
    ledger is to say."""
    found = [(batch.rules, *drop) for batch in batches for drop in batch.drops()]
    with ThreadPoolExecutor(WRITERS) as pool:
        decisions = decide_together(
            [read for _, read, *_ in found],
            list(pool.map(lambda each: desk.policy.decide(each[1], each[3], _moved(work, each[1], each[2])), found)),
        )
        return list(pool.map(lambda each, decision: _commit_one(work, desk, decision, *each), found, decisions))


def _moved(work: Workspace, read: DropRead, rows: pl.DataFrame) -> FindMoved:
    """What moved in a drop's accepted rows, asked of the submission in force."""

    def find(old: Submission) -> list[str]:
        rules = suite_of(read.extract, work.settings).moved
        columns = sorted({rule.column for rule in rules})
        before = scan_accepted(work.lake, read.extract, [old]).select(columns).collect()
        kept = rows.filter(~pl.col(DUPLICATE), pl.col(ERRORS).is_null()).select("source_row", *columns)
        return find_moved(rules, kept, before)

    return find


def _commit_one(
    work: Workspace,
    desk: Desk,
    decision: Decision,
    rules: tuple[RowRule, ...],
    read: DropRead,
    rows: pl.DataFrame,
    counts: dict[str, Any],
    broken: Broken,
) -> DecidedSubmission:
    drop, extract = read.drop, read.extract
    submission = submission_of(read, counts, code_version())
    place = f"{extract}/{drop.school_year}/{drop.lea_id}/{read.submission_id}"
    for file in read.files:
        if file.data or not (file.landed.entry.size or file.unread):  # what is larger than the bound was never read
            at = (drop.lea_id, drop.school_year, extract, read.submission_id, file.landed.name, file.sha256)
            work.lake.write(original_key(*at), file.data)
    if not read.problems:
        kept = rows
        if counts["rows_accepted"] != rows.height:
            kept = rows.filter(~pl.col(DUPLICATE), pl.col(ERRORS).is_null())
        write_parquet(
            work.lake,
            accepted_key(extract, drop.school_year, drop.lea_id, read.submission_id),
            kept.select(accepted_columns(extract)),
            ORDER,
        )
        if extract == PAYROLL:
            write_pay_sums(work.lake, submission, kept.lazy())
        if counts["rows_warned"]:
            write_parquet(
                work.lake,
                warned_key(extract, drop.school_year, drop.lea_id, read.submission_id),
                warned_part(kept, extract),
                ORDER,
            )
        if counts["rows_quarantined"]:
            bad = rows.filter(pl.col(ERRORS).is_not_null())
            write_parquet(work.lake, f"quarantined/{place}.parquet", mask_columns(bad), ORDER)
    proposal = propose_crosswalk(work, read)
    write_receipt(
        work,
        read,
        submission,
        decision,
        rows,
        rules,
        {"crosswalk_proposal.csv": proposal, "crosswalk_started.csv": started_crosswalk(read)},
        desk.made_from.reference.district(drop.lea_id),
    )
    # A position file's pay is a submission of its own; its object is the roster's and is noted once.
    objects = read.files if extract == drop.extract else []
    seen = tuple((f.landed.place.address, printable(f.landed.entry.key), _tag(f), f.landed.entry.size) for f in objects)
    return DecidedSubmission(submission, decision.state, decision.why, seen, broken, desk.note(read, decision))


@lru_cache
def accepted_columns(extract: str) -> tuple[str, ...]:
    """The columns of an extract's accepted rows."""
    return tuple(EXTRACTS[extract].accepted.columns())


def _tag(file: FileRead) -> str:
    """The object's tag as the ledger keeps it; none for one that could not be opened, which the next run looks at."""
    return "" if file.unread else file.landed.entry.etag


def _count(receipt: IntakeReceipt, decision: DecidedSubmission) -> None:
    receipt.drops += 1
    receipt.places.append((decision.submission.lea_id, decision.submission.school_year, decision.submission.extract))
    receipt.states[decision.state] = receipt.states.get(decision.state, 0) + 1
    receipt.rows_read += decision.submission.rows_read
    receipt.rows_accepted += decision.submission.rows_accepted
    receipt.rows_quarantined += decision.submission.rows_quarantined
