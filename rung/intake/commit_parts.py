"""A large drop decided on and written from its judged parts: the same objects, byte for byte, as of one read whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from rung.core.project import code_version
from rung.intake.commit import Desk, accepted_columns, conclude, moved_in, quarantined_part
from rung.intake.receipts import Flaws
from rung.intake.validate import submission_of
from rung.intake.validated_parts import ValidatedParts
from rung.intake.warned import warned_of
from rung.lake.accepted import accepted_of, objects_of, quarantined_of
from rung.lake.ledger import DecidedSubmission
from rung.lake.parquet import write_parts, write_scratch
from rung.lake.pay_sums import PAYROLL, write_pay_sums
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace
from transforms.s1_conform.validate import ERRORS, WARNINGS, is_accepted
from transforms.s1_conform.values import unreadable_columns

Choose = Callable[[pl.DataFrame], pl.DataFrame]


def commit_parts(work: Workspace, desk: Desk, judged: ValidatedParts, folder: Path) -> DecidedSubmission:
    """Write lake and receipt of a large drop; what the ledger is to say. `folder` is for what lives that long."""
    read = judged.read
    decision = desk.policy.decide(read, judged.counts, moved_in(work, read, judged.scan()))
    submission = submission_of(read, judged.counts, code_version())
    if not read.problems:
        submission = replace(submission, kept_in=objects_of([submission])[submission.submission_id])
        _write_rows(work, judged, submission, folder)
    listed, unlisted = judged.listed()
    flaws = Flaws(judged.broken, judged.costs, unlisted)
    return conclude(work, desk, decision, read, submission, listed, judged.rules, flaws)


def _write_rows(work: Workspace, judged: ValidatedParts, submission: Submission, folder: Path) -> None:
    """The accepted, warned and quarantined rows into the lake, in the order of the files."""
    extract = submission.extract
    schema = judged.scan().collect_schema()
    kept = is_accepted()
    wanted: dict[str, Choose] = {
        accepted_of(submission): lambda rows: rows.filter(kept).select(accepted_columns(extract))
    }
    if submission.rows_warned:
        warned = kept & pl.col(WARNINGS).is_not_null()
        unread = unreadable_columns(schema)
        filled = judged.scan().filter(warned).select(pl.col(unread).is_not_null().any()).collect()
        shown = [*accepted_columns(extract), *(name for name in unread if filled[name].item()), WARNINGS]
        wanted[warned_of(submission)] = lambda rows: rows.filter(warned).select(shown)
    if submission.rows_quarantined:
        bad = pl.col(ERRORS).is_not_null()
        wanted[quarantined_of(submission)] = lambda rows: quarantined_part(rows.filter(bad))
    parts: dict[str, list[Path]] = {key: [] for key in wanted}
    for number, rows in enumerate(judged.ordered()):
        for kind, (key, choose) in enumerate(wanted.items()):
            parts[key].append(folder / f"ordered-{kind}-{number}.parquet")
            write_scratch(parts[key][-1], choose(rows))
    for key, files in parts.items():
        write_parts(work.lake, key, files, folder / "whole.parquet")
    if extract == PAYROLL:
        write_pay_sums(work.lake, [submission], judged.accepted())
