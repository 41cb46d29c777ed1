"""Payroll summed once, when it is accepted: a submission's net pay by educator, code, fund and school.

They lie under the hash of the code that sums, so that a lake from before them, or from before a change of that code,
gets them when they are first needed. Nothing after acceptance reads pay lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from contracts.extracts import AcceptedPayroll
from contracts.resolved.pay import PaySums
from rung.core.code import code_of
from rung.core.errors import GateFailed
from rung.lake.accepted import scan_accepted
from rung.lake.ledger import Submission
from rung.lake.parquet import write_parquet
from rung.lake.place import Place
from transforms.s2_resolve.pay import PAY_KEY, sum_payroll

PAYROLL = "payroll"
FOLDER = "pay_sums"
AT_ONCE = 8
ROWS_AT_ONCE = 4_000_000


def sums_key(submission_id: str) -> str:
    """The object that holds a submission's sums."""
    return f"{_folder()}/{submission_id}.parquet"


def write_pay_sums(lake: Place, submission: Submission, lines: Sequence[pl.LazyFrame]) -> None:
    """Sum a submission's accepted pay lines into the lake. Raises GateFailed where lines and sums do not agree.

    `lines`: in one frame or several, of which no two have lines of one educator.
    """
    sums = pl.concat([sum_payroll(AcceptedPayroll.cast(some)).collect() for some in lines])
    came_to = (int(sums["lines"].sum()), int(sums["cents"].sum()))
    accepted = (submission.rows_accepted, submission.cents_accepted or 0)
    if came_to != accepted:
        place = f"{submission.lea_id} {submission.school_year} {PAYROLL} {submission.submission_id}"
        said = " and ".join(f"{rows:,} lines of {cents:,} cents" for rows, cents in (accepted, came_to))
        raise GateFailed(f"{place}: pay lines and their sums do not add up: {said}; nothing was taken in")
    write_parquet(lake, sums_key(submission.submission_id), sums, PAY_KEY)


def pay_sums(lake: Place, in_force: Sequence[Submission]) -> pl.LazyFrame:
    """The sums of the payroll submissions among those in force (contracts/resolved/pay.py); made where they lack."""
    payroll = [each for each in in_force if each.extract == PAYROLL]
    make_pay_sums(lake, payroll)
    if not payroll:
        return PaySums.create_empty(lazy=True)
    uris = [lake.uri(sums_key(each.submission_id)) for each in payroll]
    schema = PaySums.create_empty().schema
    return pl.scan_parquet(uris, schema=schema, storage_options=lake.options, glob=False)


def make_pay_sums(lake: Place, payroll: Sequence[Submission]) -> int:
    """Sum the payroll submissions whose sums the lake lacks; returns how many. Raises GateFailed, as above."""
    there = {entry.key for entry in lake.entries(_folder())}
    lacking = [each for each in payroll if sums_key(each.submission_id) not in there]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda each: write_pay_sums(lake, each, _by_person(lake, each)), lacking))
    return len(lacking)


def _by_person(lake: Place, each: Submission) -> list[pl.LazyFrame]:
    """A submission's accepted pay lines, of a large one those of some educators at a time."""
    lines, parts = scan_accepted(lake, PAYROLL, [each]), 1 + each.rows_accepted // ROWS_AT_ONCE
    if parts == 1:
        return [lines]
    return [lines.filter(pl.col("staff_id").hash(0) % parts == part) for part in range(parts)]


def _folder() -> str:
    return f"{FOLDER}/{code_of('transforms.s2_resolve.pay')[:12]}"
