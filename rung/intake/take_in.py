"""Drops into the lake: read, judged, the gate asked, rows and receipts written, then the ledger.

Only an intake that finds something new imports this; what is new is found by `run.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from rung.core.batches import batches
from rung.core.errors import is_full
from rung.core.progress import Progress
from rung.intake.answer_files import write_kept_answers
from rung.intake.commit import Desk, commit, open_desk
from rung.intake.commit_parts import commit_parts
from rung.intake.decision import refuse_misplaced
from rung.intake.discover import Drop
from rung.intake.drops import BatchRows, DropRead
from rung.intake.fetch import fetch
from rung.intake.gate import IntakeGate
from rung.intake.identity import find_shared
from rung.intake.made_from import MadeFrom
from rung.intake.mends import KnownSubmissions
from rung.intake.on_disk import is_large
from rung.intake.read import read_batch
from rung.intake.reference_rules import validate_reference
from rung.intake.validate import ValidatedBatch, validate_batch
from rung.intake.validated_parts import validate_in_parts
from rung.intake.workers import ReaderPool
from rung.lake.damage import forget_damaged
from rung.lake.ledger import DecidedSubmission
from rung.lake.places import make_durable
from rung.lake.scratch import ScratchFolder
from rung.lake.workspace import Workspace
from transforms.s1_conform.validate import DUPLICATE

# A batch that is being written; what the ledger is to say of it.
Written = Future[list[DecidedSubmission]]
Note = Callable[[DecidedSubmission], None]


def take_in(work: Workspace, made_from: MadeFrom, drops: Sequence[Drop], progress: Progress, note: Note) -> None:
    """Read, judge and write drops; `note` hears of each that the ledger has. The ledger learns of batches once Great
    Expectations has agreed with their masks. Raises RungError and GateFailed as `run_intake` does, and where accepted
    rows that new ones are held against are damaged."""
    try:
        _take_batches(work, made_from, drops, progress, note)
    except (pl.exceptions.PolarsError, FileNotFoundError) as error:
        if not is_full(error):
            forget_damaged(work.lake, work.ledger.in_force())
        raise


def _take_batches(work: Workspace, made_from: MadeFrom, drops: Sequence[Drop], progress: Progress, note: Note) -> None:
    total = sum(drop.size for drop in drops)
    desk = open_desk(work, made_from)
    threads = max(place.at_once for place in work.landing)
    pending: list[Written] = []
    with (
        progress.stage("intake", total) as advance,
        IntakeGate(work, total) as gate,
        ThreadPoolExecutor(1) as writer,
        ReaderPool(work.settings.intake) as readers,
        ScratchFolder() as scratch,
    ):
        note_reference = validate_reference(work, made_from.reference, gate)
        for batch in _batches(drops, work.settings.intake.batch_bytes):
            fetched = fetch(batch, work.settings.intake, threads, large=Path(scratch))
            for read in [read for read in fetched if is_large(read, work.settings.intake)]:
                _apply(work, gate, pending, note)
                if (decided := _take_in_parts(work, desk, read, gate, Path(scratch))) is not None:
                    fetched.remove(read)
                    pending.append(Future())
                    pending[-1].set_result([decided])
                    _apply(work, gate, pending, note)
            validated = list(_validate(work, desk, fetched, gate, pending, readers)) if fetched else []
            if pending:  # one batch is written while the next is read, no more; one that failed stops the run here
                pending[-1].result()
            pending.append(writer.submit(commit, work, desk, [each.refused() for each in validated]))
            del fetched, validated  # held by nobody once they are written, while the next batch is read
            if gate.full:
                _apply(work, gate, pending, note)
            advance(sum(drop.size for drop in batch))
        _apply(work, gate, pending, note)
        note_reference()
    progress.seconds["gate"] = progress.seconds.get("gate", 0.0) + gate.seconds  # part of the intake's


def _take_in_parts(
    work: Workspace, desk: Desk, read: DropRead, gate: IntakeGate, folder: Path
) -> DecidedSubmission | None:
    """A large drop judged and written in parts; None where it takes the careful way, or was rejected before it."""
    desk.number(read)

    def shared(part: BatchRows) -> pl.DataFrame:
        return find_shared(work, part, read.drop.school_year, [])

    def observe(bucket: ValidatedBatch) -> None:
        gate.observe(read.extract, bucket.rows.filter(~pl.col(DUPLICATE)), bucket.counts)
        gate.settle()

    with TemporaryDirectory(dir=folder) as name:
        judged = validate_in_parts(read, desk.made_from.reference, work.settings, Path(name), shared, observe)
        if judged is not None:
            decided = commit_parts(work, desk, judged, Path(name))
            read.let_go()
            return decided
    if not read.problems:
        read.load()
    return None


def _apply(work: Workspace, gate: IntakeGate, pending: list[Written], note: Note) -> None:
    """Settle the gate, then let the ledger say what was taken in."""
    gate.settle()
    decisions = _written(pending)
    if decisions:
        write_kept_answers(work, (d.submission for d in decisions if d.state != "rejected"))
        make_durable(work.lake, work.receipts)
        work.ledger.record(decisions, datetime.now(UTC))
    for decision in decisions:
        note(decision)
    pending.clear()


def _written(pending: list[Written]) -> list[DecidedSubmission]:
    return [decision for batch in pending for decision in batch.result()]


def _batches(drops: Sequence[Drop], limit: int) -> Iterator[list[Drop]]:
    """Drops of one extract and year together, statewide, up to a bound of bytes."""
    ordered = sorted(drops, key=lambda drop: (drop.extract, drop.school_year, drop.lea_id))
    return batches(ordered, lambda drop: (drop.extract, drop.school_year), lambda drop: drop.size, limit)


def _validate(
    work: Workspace, desk: Desk, fetched: list[DropRead], gate: IntakeGate, pending: list[Written], readers: ReaderPool
) -> Iterator[ValidatedBatch]:
    bounds, reference = work.settings.intake, desk.made_from.reference
    extract, year = fetched[0].extract, fetched[0].drop.school_year
    for read in read_batch(extract, fetched, reference, bounds, readers, KnownSubmissions(work)):
        for drop in read.drops:
            desk.number(drop)
        part = refuse_misplaced(read, reference)
        before = _written(pending) if part.extract == "roster" else []
        shared = find_shared(work, part, year, before)
        validated = validate_batch(part, reference, year, shared, work.settings)
        gate.observe(part.extract, validated.rows.filter(~pl.col(DUPLICATE)), validated.counts)
        yield validated
