"""Payroll summed once, when it is accepted: a submission's net pay by educator, code, fund and school; those of an
object of accepted rows lie together.

They lie under the hash of the code that sums, so that a lake from before them, or from before a change of that code,
gets them when they are first needed. Nothing after acceptance reads pay lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

import polars as pl

from contracts.extracts import AcceptedPayroll
from contracts.resolved.pay import PaySums
from rung.core.code import code_of
from rung.core.errors import GateFailed
from rung.lake.accepted import accepted_of, by_object, scan_objects, scan_whole
from rung.lake.ledger import Submission
from rung.lake.parquet import scan, write_parquet
from rung.lake.place import Place
from transforms.s2_resolve.pay import PAY_KEY, sum_payroll

PAYROLL = "payroll"
FOLDER = "pay_sums"
AT_ONCE = 8
ROWS_AT_ONCE = 4_000_000


def sums_of(accepted: str) -> str:
    """The object that holds the sums of the payrolls in an object of accepted rows."""
    return f"{_folder()}/{PurePosixPath(accepted).name}"


def write_pay_sums(lake: Place, known: Sequence[Submission], lines: Sequence[pl.LazyFrame]) -> None:
    """Sum the accepted pay lines of one object into the lake. Raises GateFailed where the lines of a submission and
    their sums do not agree.

    `known`: submissions that lie in it. `lines`: all of its rows, in one frame or several, of which no two have lines
    of one educator.
    """
    sums = pl.concat([sum_payroll(AcceptedPayroll.cast(some)).collect() for some in lines])
    found = sums.group_by("submission_id").agg(pl.col("lines", "cents").sum())
    came_to = {submission_id: (lines, cents) for submission_id, lines, cents in found.iter_rows()}
    for each in known:
        accepted, summed = (each.rows_accepted, each.cents_accepted or 0), came_to.get(each.submission_id, (0, 0))
        if summed != accepted:
            place = f"{each.lea_id} {each.school_year} {PAYROLL} {each.submission_id}"
            both = " and ".join(f"{rows:,} lines of {cents:,} cents" for rows, cents in (accepted, summed))
            raise GateFailed(f"{place}: pay lines and their sums do not add up: {both}; nothing was taken in")
    write_parquet(lake, sums_of(accepted_of(known[0])), sums, PAY_KEY)


def pay_sums(lake: Place, in_force: Sequence[Submission]) -> pl.LazyFrame:
    """The sums of the payroll submissions among those in force (contracts/resolved/pay.py); made where they lack."""
    payroll = [each for each in in_force if each.extract == PAYROLL]
    make_pay_sums(lake, payroll)
    schema = PaySums.create_empty().schema

    frames = scan_objects(lambda keys: scan(lake, map(sums_of, keys), schema=schema), payroll)
    return pl.concat(frames) if frames else PaySums.create_empty(lazy=True)


def make_pay_sums(lake: Place, payroll: Sequence[Submission]) -> int:
    """Sum the objects of payroll whose sums the lake lacks; returns how many. Raises GateFailed, as above."""
    there = {entry.key for entry in lake.entries(_folder())}
    lacking = {key: known for key, known in by_object(payroll).items() if sums_of(key) not in there}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda key: write_pay_sums(lake, lacking[key], _by_person(lake, key)), lacking))
    return len(lacking)


def _by_person(lake: Place, key: str) -> list[pl.LazyFrame]:
    """The pay lines of an object, of a large one those of some educators at a time."""
    lines = scan_whole(lake, PAYROLL, [key])
    parts = 1 + lines.select(pl.len()).collect().item() // ROWS_AT_ONCE
    if parts == 1:
        return [lines]
    return [lines.filter(pl.col("staff_id").hash(0) % parts == part) for part in range(parts)]


def _folder() -> str:
    return f"{FOLDER}/{code_of('transforms.s2_resolve.pay')[:12]}"
