"""Who is who across districts: ids that two districts use for different people, and proposals for files without ids."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence

import polars as pl

from contracts.file_rules import ROW_RULES
from rung.intake.drops import BatchRows, DropRead
from rung.lake.accepted import scan_accepted
from rung.lake.ledger import DecidedSubmission, Submission
from rung.lake.workspace import Workspace
from transforms.s1_conform.crosswalk import CROSSWALK, propose_people
from transforms.s1_conform.identity import PEOPLE, SHARED_ID, shared_ids

PEOPLE_BY = ("first_name", "last_name", "position_title", "school_id")


def find_shared(
    work: Workspace, part: BatchRows, school_year: int, before: Sequence[DecidedSubmission]
) -> pl.DataFrame:
    """The `staff_id` in a batch of rosters that stand for other people elsewhere; the districts of record are told.

    `before`: what was decided earlier in the same run, of which the ledger does not know yet.
    """
    nobody = pl.DataFrame(schema={"staff_id": pl.String})
    if part.extract != "roster" or part.rows["license_id"].null_count() == part.rows.height:
        return nobody
    leas = pl.Series([read.drop.lea_id for read in part.drops], dtype=pl.String)
    ours = part.rows.lazy().select("staff_id", pl.lit(leas).gather(pl.col("drop_no")).alias("lea_id"), "license_id")
    accepted = [each.submission for each in before if each.state == "accepted"]
    record = _rosters_of_record([*work.ledger.in_force(), *accepted], school_year, set(leas))
    if not record:
        return shared_ids(ours)
    theirs = scan_accepted(work.lake, "roster", record).select(PEOPLE).collect()
    shared = shared_ids(pl.concat([ours, theirs.lazy()])).join(
        ours.select("staff_id").collect(), on="staff_id", how="semi"
    )
    for each in record:
        mine = theirs.filter(pl.col("lea_id") == each.lea_id).join(shared, on="staff_id", how="semi")
        if mine.height:
            _write_claims(work, each, mine)
    return shared


def _rosters_of_record(known: Sequence[Submission], school_year: int, without: Collection[str]) -> list[Submission]:
    """The newest roster of each district."""
    newest = {
        each.lea_id: each
        for each in known
        if each.extract == "roster" and each.school_year == school_year and each.lea_id not in without
    }
    return list(newest.values())


def _write_claims(work: Workspace, roster: Submission, people: pl.DataFrame) -> None:
    """Put the finding beside the receipt of a roster that has been accepted before; the other's ids are not shown."""
    rule = ROW_RULES[SHARED_ID]
    claims = people.select("staff_id").unique().sort("staff_id")
    claims = claims.with_columns(rule_id=pl.lit(SHARED_ID), message=pl.lit(rule.message), fix=pl.lit(rule.fix))
    buffer = io.BytesIO()
    claims.write_csv(buffer, include_bom=True)
    folder = f"{roster.lea_id}/{roster.school_year}/{roster.extract}/{roster.submission_id}"
    work.receipts.write(f"{folder}/shared_ids.csv", buffer.getvalue())


def propose_crosswalk(work: Workspace, read: DropRead) -> bytes | None:
    """For a file without ids: whom each of its people could be, by the district's rosters of record. None without any.

    A person reads it, keeps the right lines as `crosswalks/<lea_id>.csv`, and the mapping says `crosswalk: true` and
    `people_by`. Nothing is applied by itself.
    """
    if not read.without_ids:
        return None
    record = [each for each in work.ledger.in_force() if each.extract == "roster" and each.lea_id == read.drop.lea_id]
    if not record:
        return None
    newest = max(record, key=lambda each: each.school_year)
    known = scan_accepted(work.lake, "roster", [newest]).collect()
    proposals = []
    for sent in read.without_ids:
        by = [name for name in PEOPLE_BY if name in sent.columns]
        proposals.append(propose_people(sent, by, known).with_columns(people_by=pl.lit(";".join(by))))
    buffer = io.BytesIO()
    pl.concat(proposals).unique(maintain_order=True).write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def started_crosswalk(read: DropRead) -> bytes | None:
    """The persons to whom Rung gave ids (`crosswalk: start`), as lines of a crosswalk; None without any."""
    if not read.started:
        return None
    lines = pl.concat([pl.DataFrame(schema=CROSSWALK), *read.started]).unique(maintain_order=True)
    if lines.is_empty():
        return None
    buffer = io.BytesIO()
    lines.write_csv(buffer)
    return buffer.getvalue()
