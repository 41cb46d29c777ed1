"""Intake: new and changed landing objects → accepted and quarantined rows in the lake, receipts, the ledger.

Written before the ledger says so, under names made from content: a run killed anywhere and started again ends the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from flows.certification import certified
from flows.discover import Drop, discover
from flows.gate import IntakeGate
from flows.ledger import Decision, Submission
from flows.progress import Progress
from flows.reading import BatchRows, DropRead, FileRead, fetch, read_batch
from flows.receipts import write_receipt
from flows.reference import ReferenceTables
from flows.rules import row_rules_for
from flows.storage import write_parquet
from flows.verdict import Court, refuse_by_rule, refuse_misplaced
from flows.workspace import Workspace, code_version
from transforms.s1_conform.accounting import count_by_drop, nothing
from transforms.s1_conform.decode.archive import unsafe_name
from transforms.s1_conform.derived import add_derived
from transforms.s1_conform.judge import DUPLICATE, ERRORS, mark_duplicates, mark_rules
from transforms.s1_conform.membership import mark_known
from transforms.s1_conform.parse.cells import mask_ssn
from transforms.s1_conform.values import SENT, UNREADABLE

WRITERS = 4


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
    found = discover(work.landing, work.ledger.seen())
    receipt = IntakeReceipt(unchanged=found.unchanged, stray=found.stray)
    total = sum(drop.size for drop in found.drops)
    court = Court(work.settings.gate.max_quarantine_share, frozenset(certified(work.ledger)), reference)
    pending: list[Decision] = []
    with progress.stage("intake", total) as advance, IntakeGate(work, total) as gate:
        for batch in _batches(found.drops, work.settings.intake.batch_bytes):
            pending += _take_in(work, court, batch, gate)
            if gate.full:
                _apply(work, gate, pending, receipt)
            advance(sum(drop.size for drop in batch))
        _apply(work, gate, pending, receipt)
    return receipt


def _apply(work: Workspace, gate: IntakeGate, pending: list[Decision], receipt: IntakeReceipt) -> None:
    """Settle the gate, then let the ledger say what was taken in."""
    gate.settle()
    if pending:
        work.ledger.record(pending, datetime.now(UTC))
    for decision in pending:
        _count(receipt, decision)
    pending.clear()


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


def _take_in(work: Workspace, court: Court, batch: list[Drop], gate: IntakeGate) -> list[Decision]:
    decisions: list[Decision] = []
    bounds = work.settings.intake
    reference = court.reference
    for read in read_batch(batch[0].extract, fetch(batch, bounds), reference, bounds):
        part = refuse_misplaced(read, reference)
        judged, rules, counts = _judge(part, reference, batch[0].school_year)
        gate.observe(part.extract, judged.filter(~pl.col(DUPLICATE)), counts)
        judged = refuse_by_rule(part, judged, rules, counts)
        decisions += _commit(work, court, part, judged, rules)
    return decisions


def _judge(
    part: BatchRows, reference: ReferenceTables, school_year: int
) -> tuple[pl.DataFrame, tuple[RowRule, ...], dict[str, int]]:
    """Mark and judge the rows of a batch."""
    extract = EXTRACTS[part.extract]
    drops = part.drops
    ids = pl.Series([drop.submission_id for drop in drops], dtype=pl.String)
    leas = pl.Series([drop.drop.lea_id for drop in drops], dtype=pl.String)
    # A part's number in the batch: those of the drops before it, and its own in its drop.
    before = pl.Series([0, *(len(drop.parts) for drop in drops[:-1])], dtype=pl.UInt32).cum_sum()
    files = pl.Series([file.source_file for drop in drops for file in drop.parts], dtype=pl.String)
    typed = part.rows.lazy().with_columns(
        source_file=pl.lit(files).gather(pl.lit(before).gather(pl.col("drop_no")) + pl.col("file_no")),
        lea_id=pl.lit(leas).gather(pl.col("drop_no")),
        school_year=pl.lit(school_year, dtype=pl.Int16),
        submission_id=pl.lit(ids).gather(pl.col("drop_no")),
    )
    references = {name: frame.lazy() for name, frame in reference.tables.items()}
    known = mark_known(add_derived(typed, part.extract).collect(), part.extract, references)
    rules = row_rules_for(part.extract, school_year)
    # What could not be read is part of what was sent: two unlike unreadable dates do not make one row of two.
    as_sent = [name for name in known.columns if name in extract.sent.columns() or name.endswith((UNREADABLE, SENT))]
    marked = mark_duplicates(known, extract.key, as_sent)
    kept = marked.filter(~pl.col(DUPLICATE)) if marked[DUPLICATE].any() else marked
    judged, counts = mark_rules(kept, rules)
    dropped = marked.filter(pl.col(DUPLICATE))
    if dropped.height:
        judged = pl.concat([judged, dropped], how="diagonal").sort("drop_no", maintain_order=True)
    return judged, rules, counts


def _commit(
    work: Workspace, court: Court, part: BatchRows, judged: pl.DataFrame, rules: tuple[RowRule, ...]
) -> list[Decision]:
    """Write lake and receipts of a batch and return what the ledger is to say."""
    version = code_version()
    # Rows stand in the order of their drops, so that each submission is a slice of the batch.
    numbers = judged["drop_no"]
    ends = [int(numbers.search_sorted(drop_no, side="right")) for drop_no in range(len(part.drops))]
    frames = [judged.slice(start, end - start) for start, end in zip([0, *ends], ends, strict=False)]
    counted = count_by_drop(judged, part.extract)
    counts = [
        counted.get(drop_no, nothing(part.extract))
        | {"cents_set_aside": drop.cents_set_aside if part.extract == "payroll" else None}
        for drop_no, drop in enumerate(part.drops)
    ]
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(
            pool.map(
                lambda drop, rows, count: _commit_one(work, court, drop, rows, count, rules, version),
                part.drops,
                frames,
                counts,
            )
        )


def _commit_one(
    work: Workspace,
    court: Court,
    read: DropRead,
    rows: pl.DataFrame,
    counts: dict[str, Any],
    rules: tuple[RowRule, ...],
    version: str,
) -> Decision:
    drop, extract = read.drop, read.extract
    if counts["cents_read"] is not None:
        counts["cents_read"] += counts["cents_set_aside"]
    verdict = court.judge(read, counts)
    place = f"{extract}/{drop.school_year}/{drop.lea_id}/{read.submission_id}"
    originals = f"original/{drop.lea_id}/{drop.school_year}/{extract}/{read.submission_id}"
    for file in read.files:
        if file.data or not file.landed.entry.size:  # what is larger than the bound was never read
            work.lake.write(f"{originals}/{_kept_name(file)}", file.data)
    if not read.problems:
        kept = rows
        if counts["rows_accepted"] != rows.height:
            kept = rows.filter(~pl.col(DUPLICATE), pl.col(ERRORS).is_null())
        write_parquet(work.lake, f"accepted/{place}.parquet", kept.select(accepted_columns(extract)))
        if counts["rows_quarantined"]:
            bad = rows.filter(pl.col(ERRORS).is_not_null())
            text = [name for name, dtype in bad.schema.items() if dtype == pl.String]
            write_parquet(work.lake, f"quarantined/{place}.parquet", bad.with_columns(mask_ssn(pl.col(text))))
    submission = Submission(
        submission_id=read.submission_id,
        lea_id=drop.lea_id,
        school_year=drop.school_year,
        extract=extract,
        landing=drop.files[0].place.address,
        files=json.dumps([{"name": f.landed.name, "sha256": f.sha256, "bytes": len(f.data)} for f in read.files]),
        received_at=drop.received_at,
        rows_read=read.rows_read,
        rows_set_aside=sum(read.set_aside.values()),
        code_version=version,
        **counts,
    )
    write_receipt(work, read, submission, verdict, rows, rules)
    # A position file's pay is a submission of its own; its object is the roster's and is noted once.
    objects = [file.landed for file in read.files] if extract == drop.extract else []
    seen = tuple((each.place.address, each.entry.key, each.entry.etag, each.entry.size) for each in objects)
    return Decision(submission, verdict.state, verdict.why, seen)


@lru_cache
def accepted_columns(extract: str) -> tuple[str, ...]:
    """The columns of an extract's accepted rows."""
    return tuple(EXTRACTS[extract].accepted.columns())


def _kept_name(file: FileRead) -> str:
    """The name under which an original is kept; one that points elsewhere is kept under its hash."""
    return file.sha256 if unsafe_name(file.landed.name) else file.landed.name


def _count(receipt: IntakeReceipt, decision: Decision) -> None:
    receipt.drops += 1
    receipt.states[decision.state] = receipt.states.get(decision.state, 0) + 1
    receipt.rows_read += decision.submission.rows_read
    receipt.rows_accepted += decision.submission.rows_accepted
    receipt.rows_quarantined += decision.submission.rows_quarantined
