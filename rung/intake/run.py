"""Intake: new and changed landing objects → accepted and quarantined rows in the lake, receipts, the ledger.

Written before the ledger says so, under names made from content: a run killed anywhere and started again ends the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from rung.core.progress import Progress
from rung.core.project import code_version
from rung.intake.decision import AcceptancePolicy, refuse_misplaced
from rung.intake.discover import Drop, discover
from rung.intake.gate import IntakeGate
from rung.intake.identity import find_shared, propose_crosswalk
from rung.intake.read import DropRead, FileRead, fetch, read_batch
from rung.intake.receipts import write_receipt
from rung.intake.reference_rules import validate_reference
from rung.intake.validate import ValidatedBatch, submission_of, validate_batch
from rung.lake.accepted import accepted_key
from rung.lake.certification import certified
from rung.lake.lake_schema import mark_lake
from rung.lake.ledger import DecidedSubmission
from rung.lake.places import write_parquet
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace
from transforms.s1_conform.accounting import Broken
from transforms.s1_conform.decode.archive import unsafe_name
from transforms.s1_conform.parse.cells import mask_ssn
from transforms.s1_conform.validate import DUPLICATE, ERRORS

WRITERS = 16
# A batch that is being written; what the ledger is to say of it.
Written = Future[list[DecidedSubmission]]


@dataclass
class IntakeReceipt:
    """What an intake did: submissions by state, rows, and objects it left alone."""

    drops: int = 0
    states: dict[str, int] = field(default_factory=dict)
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    unchanged: int = 0
    stray: tuple[str, ...] = ()


def run_intake(work: Workspace, reference: ReferenceTables, progress: Progress) -> IntakeReceipt:
    """Take in everything new in the landing.

    The ledger learns of batches once Great Expectations has agreed with their masks.
    Raises RungError when storage, ledger or Great Expectations fail, GateFailed when the accounting of a file does not
    hold or a rule's counts differ.
    """
    mark_lake(work.lake)
    found = discover(work.landing, work.ledger.seen())
    receipt = IntakeReceipt(unchanged=found.unchanged, stray=found.stray)
    total = sum(drop.size for drop in found.drops)
    policy = AcceptancePolicy(work.settings.gate.max_quarantine_share, frozenset(certified(work.ledger)), reference)
    pending: list[Written] = []
    with progress.stage("intake", total) as advance, IntakeGate(work, total) as gate, ThreadPoolExecutor(1) as writer:
        note_reference = validate_reference(work, reference, gate) if found.drops else None
        for batch in _batches(found.drops, work.settings.intake.batch_bytes):
            for validated in _judge(work, reference, batch, gate, pending):
                if pending:  # one batch is written while the next is read, no more; one that failed stops the run here
                    pending[-1].result()
                pending.append(writer.submit(_commit, work, policy, validated.refused()))
            if gate.full:
                _apply(work, gate, pending, receipt)
            advance(sum(drop.size for drop in batch))
        _apply(work, gate, pending, receipt)
        if note_reference is not None:
            note_reference()
    progress.seconds["gate"] = progress.seconds.get("gate", 0.0) + gate.seconds  # part of the intake's
    return receipt


def _apply(work: Workspace, gate: IntakeGate, pending: list[Written], receipt: IntakeReceipt) -> None:
    """Settle the gate, then let the ledger say what was taken in."""
    gate.settle()
    decisions = _written(pending)
    if decisions:
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


def _judge(
    work: Workspace, reference: ReferenceTables, batch: list[Drop], gate: IntakeGate, pending: list[Written]
) -> Iterator[ValidatedBatch]:
    bounds = work.settings.intake
    for read in read_batch(batch[0].extract, fetch(batch, bounds), reference, bounds):
        part = refuse_misplaced(read, reference)
        before = _written(pending) if part.extract == "roster" else []
        shared = find_shared(work, part, batch[0].school_year, before)
        validated = validate_batch(part, reference, batch[0].school_year, shared, work.settings)
        gate.observe(part.extract, validated.rows.filter(~pl.col(DUPLICATE)), validated.counts)
        yield validated


def _commit(work: Workspace, policy: AcceptancePolicy, batch: ValidatedBatch) -> list[DecidedSubmission]:
    """Write lake and receipts of a batch and return what the ledger is to say."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(lambda found: _commit_one(work, policy, batch.rules, *found), batch.drops()))


def _commit_one(
    work: Workspace,
    policy: AcceptancePolicy,
    rules: tuple[RowRule, ...],
    read: DropRead,
    rows: pl.DataFrame,
    counts: dict[str, Any],
    broken: Broken,
) -> DecidedSubmission:
    drop, extract = read.drop, read.extract
    decision = policy.decide(read, counts)
    place = f"{extract}/{drop.school_year}/{drop.lea_id}/{read.submission_id}"
    originals = f"original/{drop.lea_id}/{drop.school_year}/{extract}/{read.submission_id}"
    for file in read.files:
        if file.data or not file.landed.entry.size:  # what is larger than the bound was never read
            work.lake.write(f"{originals}/{_kept_name(file)}", file.data)
    if not read.problems:
        kept = rows
        if counts["rows_accepted"] != rows.height:
            kept = rows.filter(~pl.col(DUPLICATE), pl.col(ERRORS).is_null())
        write_parquet(
            work.lake,
            accepted_key(extract, drop.school_year, drop.lea_id, read.submission_id),
            kept.select(accepted_columns(extract)),
        )
        if counts["rows_quarantined"]:
            bad = rows.filter(pl.col(ERRORS).is_not_null())
            text = [name for name, dtype in bad.schema.items() if dtype == pl.String]
            write_parquet(work.lake, f"quarantined/{place}.parquet", bad.with_columns(mask_ssn(pl.col(text))))
    submission = submission_of(read, counts, code_version())
    proposal = propose_crosswalk(work, read)
    write_receipt(work, read, submission, decision, rows, rules, {"crosswalk_proposal.csv": proposal})
    # A position file's pay is a submission of its own; its object is the roster's and is noted once.
    objects = [file.landed for file in read.files] if extract == drop.extract else []
    seen = tuple((each.place.address, each.entry.key, each.entry.etag, each.entry.size) for each in objects)
    return DecidedSubmission(submission, decision.state, decision.why, seen, broken)


@lru_cache
def accepted_columns(extract: str) -> tuple[str, ...]:
    """The columns of an extract's accepted rows."""
    return tuple(EXTRACTS[extract].accepted.columns())


def _kept_name(file: FileRead) -> str:
    """The name under which an original is kept; one that points elsewhere is kept under its hash."""
    return file.sha256 if unsafe_name(file.landed.name) else file.landed.name


def _count(receipt: IntakeReceipt, decision: DecidedSubmission) -> None:
    receipt.drops += 1
    receipt.states[decision.state] = receipt.states.get(decision.state, 0) + 1
    receipt.rows_read += decision.submission.rows_read
    receipt.rows_accepted += decision.submission.rows_accepted
    receipt.rows_quarantined += decision.submission.rows_quarantined
