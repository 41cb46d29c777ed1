"""A reading of drops decided on and written: accepted and quarantined rows to the lake, receipts, what the ledger is to
keep. Written under names made from content, before the ledger says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from expectations.moved import find_moved
from rung.core.errors import GateFailed
from rung.core.project import code_version
from rung.core.rules import suite_of
from rung.intake.decision import AcceptancePolicy, Decision, FindMoved
from rung.intake.discover import printable
from rung.intake.drops import DropRead, FileRead
from rung.intake.error_costs import rule_costs
from rung.intake.identity import propose_crosswalk, started_crosswalk
from rung.intake.made_from import MadeFrom, versioned
from rung.intake.one_file import decide_together
from rung.intake.receipts import Flaws, write_receipt
from rung.intake.validate import Share, ValidatedBatch, submission_of
from rung.intake.warned import warned_of, warned_part
from rung.lake.accepted import ORDER, objects_of, quarantined_of, scan_accepted
from rung.lake.certification import certified
from rung.lake.ledger import DecidedSubmission
from rung.lake.originals import original_key
from rung.lake.parquet import write_file, write_parquet
from rung.lake.pay_sums import PAYROLL, write_pay_sums
from rung.lake.place import Place
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace
from transforms.s1_conform.accounting import Broken
from transforms.s1_conform.parse.cell_text import mask_columns
from transforms.s1_conform.validate import ERRORS, is_accepted

PLACE = "_place"


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


def commit(work: Workspace, desk: Desk, batches: Sequence[ValidatedBatch]) -> list[DecidedSubmission]:
    """Decide on the drops of a reading, and on the pay that came with them; write lake and receipts and return what the
    ledger is to say."""
    found = [(batch.rules, *drop) for batch in batches for drop in batch.drops()]
    submissions = _placed(found)
    with ThreadPoolExecutor(max(work.lake.at_once, work.receipts.at_once)) as pool:
        decisions = decide_together(
            [read for _, read, *_ in found],
            list(pool.map(lambda each: _decide(work, desk, *each[1:4]), found)),
        )
        written = list(
            pool.map(lambda each, new, so: _commit_one(work, desk, so, new, *each), found, submissions, decisions)
        )
    placed = iter(submissions)
    for batch in batches:
        _write_accepted(work.lake, batch, [next(placed) for _ in batch.part.drops])
    return written


def _placed(found: Sequence[tuple[tuple[RowRule, ...], *Share]]) -> list[Submission]:
    """The ledger's lines of drops, each with the object that will hold its accepted rows, if it has any."""
    lines = [(read, submission_of(read, counts, code_version())) for _, read, _, counts, _ in found]
    objects = objects_of([line for read, line in lines if not read.problems])
    return [replace(line, kept_in=objects.get(line.submission_id, "")) for _, line in lines]


def _write_accepted(lake: Place, batch: ValidatedBatch, submissions: Sequence[Submission]) -> None:
    """The accepted rows of a batch as one object, and the sums of its pay lines."""
    known = [each for each in submissions if each.kept_in]
    if not known:
        return
    (key,) = {each.kept_in for each in known}  # one extract and year, each district once
    kept = _in_lake_order(batch.accepted(), batch.part.drops).select(accepted_columns(batch.part.extract)).rechunk()
    accounted = sum(each.rows_accepted for each in known)
    if kept.height != accounted:  # an object is read whole where all that its name counts are asked for
        raise GateFailed(f"{key}: {kept.height:,} accepted rows, {accounted:,} accounted for; nothing was taken in")
    write_parquet(lake, key, kept, ())
    if batch.part.extract == PAYROLL:
        write_pay_sums(lake, known, [kept.lazy()])


def _in_lake_order(rows: pl.DataFrame, drops: Sequence[DropRead]) -> pl.DataFrame:
    """Rows of a batch sorted by `ORDER`, which they nearly always are: found by the rank of each drop's parts."""
    names = [[(read.drop.lea_id, part.source_file) for part in read.parts] for read in drops]
    rank = {name: at for at, name in enumerate(sorted({name for of_drop in names for name in of_drop}))}
    ranks = pl.Series([rank[name] for of_drop in names for name in of_drop], dtype=pl.UInt64)
    before = pl.Series([0, *map(len, names[:-1])], dtype=pl.UInt32).cum_sum()
    place = pl.lit(ranks).gather(pl.lit(before).gather(pl.col("drop_no")) + pl.col("file_no"))
    keys = rows.select((place * 2**32 + pl.col("source_row")).alias(PLACE))
    if keys.to_series().is_sorted():
        return rows
    return rows.hstack(keys).sort(PLACE, maintain_order=True)


def _decide(work: Workspace, desk: Desk, read: DropRead, rows: pl.DataFrame, counts: dict[str, Any]) -> Decision:
    return desk.policy.decide(read, counts, moved_in(work, read, rows.lazy()))


def moved_in(work: Workspace, read: DropRead, rows: pl.LazyFrame) -> FindMoved:
    """What moved in a drop's accepted rows, asked of the submission in force."""

    def find(old: Submission) -> list[str]:
        rules = suite_of(read.extract, work.settings).moved
        return find_moved(rules, rows.filter(is_accepted()), scan_accepted(work.lake, read.extract, [old]))

    return find


def _commit_one(
    work: Workspace,
    desk: Desk,
    decision: Decision,
    submission: Submission,
    rules: tuple[RowRule, ...],
    read: DropRead,
    rows: pl.DataFrame,
    counts: dict[str, Any],
    broken: Broken,
) -> DecidedSubmission:
    extract = read.extract
    if not read.problems:
        if counts["rows_warned"]:
            write_parquet(work.lake, warned_of(submission), warned_part(rows.filter(is_accepted()), extract), ORDER)
        if counts["rows_quarantined"]:
            bad = rows.filter(pl.col(ERRORS).is_not_null())
            write_parquet(work.lake, quarantined_of(submission), quarantined_part(bad), ORDER)
    flaws = Flaws(broken, rule_costs(rows, rules, extract))
    return conclude(work, desk, decision, read, submission, rows, rules, flaws)


def quarantined_part(bad: pl.DataFrame) -> pl.DataFrame:
    """Quarantined rows as the lake keeps them: numbers that may be Social Security numbers masked, and without the
    place in the batch, which is another where the same drop comes with others."""
    return mask_columns(bad).drop("drop_no")


def conclude(
    work: Workspace,
    desk: Desk,
    decision: Decision,
    read: DropRead,
    submission: Submission,
    rows: pl.DataFrame,
    rules: tuple[RowRule, ...],
    flaws: Flaws,
) -> DecidedSubmission:
    """Keep a drop's original files and write its receipt; what the ledger is to say."""
    drop, extract = read.drop, read.extract
    for file in read.files:
        if file.size or not (file.landed.entry.size or file.unread):  # what is larger than the bound was never read
            at = (drop.lea_id, drop.school_year, extract, read.submission_id, file.landed.name, file.sha256)
            if file.path is None:
                work.lake.write_copied(original_key(*at), file.data, file.landed.place, file.landed.entry)
            else:
                write_file(work.lake, original_key(*at), file.path)
    proposal = propose_crosswalk(work, read)
    write_receipt(
        work,
        read,
        submission,
        decision,
        rows,
        rules,
        flaws,
        {"crosswalk_proposal.csv": proposal, "crosswalk_started.csv": started_crosswalk(read)},
        desk.made_from.reference.district(drop.lea_id),
    )
    # A position file's pay is a submission of its own; its object is the roster's and is noted once.
    objects = read.files if extract == drop.extract else []
    seen = tuple((f.landed.place.address, printable(f.landed.entry.key), _tag(f), f.landed.entry.size) for f in objects)
    return DecidedSubmission(submission, decision.state, decision.why, seen, flaws.broken, desk.note(read, decision))


@lru_cache
def accepted_columns(extract: str) -> tuple[str, ...]:
    """The columns of an extract's accepted rows."""
    return tuple(EXTRACTS[extract].accepted.columns())


def _tag(file: FileRead) -> str:
    """The object's tag as the ledger keeps it; none for one that could not be opened, which the next run looks at."""
    return "" if file.unread else file.landed.entry.etag
