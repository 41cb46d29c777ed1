"""Rows of a batch judged, and each drop's share of them with its counts: the same for an intake and for a dry run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from rung.core.errors import GateFailed
from rung.core.rules import row_rules_for
from rung.core.settings import Settings
from rung.intake.decision import refuse_by_rule
from rung.intake.drops import BatchRows, DropRead, reject_for_fault
from rung.intake.jobs import is_fault
from rung.lake.reference import ReferenceTables
from rung.lake.submissions import Submission
from transforms.s1_conform.accounting import Broken, count_broken, count_by_drop, nothing
from transforms.s1_conform.run import Sender, validate_rows
from transforms.s1_conform.unknown_words import drops_with_unknown, empty_unknown
from transforms.s1_conform.validate import is_accepted

# A drop, its rows, its counts, and how many rows break each rule.
Share = tuple[DropRead, pl.DataFrame, dict[str, Any], Broken]


@dataclass(frozen=True)
class ValidatedBatch:
    """Rows with their broken rules, in the order of their drops; the rules; rows that break each, repeats left out."""

    part: BatchRows
    rows: pl.DataFrame
    rules: tuple[RowRule, ...]
    counts: dict[str, int]

    def refused(self) -> ValidatedBatch:
        """The batch without the drops of which a fatal rule does not hold."""
        rows = refuse_by_rule(self.part, self.rows, self.rules, self.counts)
        return ValidatedBatch(self.part, rows, self.rules, self.counts)

    def drops(self) -> Iterator[Share]:
        """As `shares`. Raises GateFailed where a row of a drop is not there."""
        for drop_no, share in enumerate(self.shares()):
            if not share[0].problems:
                _check_sources(share[0], self._sources.get(drop_no, {}))
            yield share

    def accepted(self) -> pl.DataFrame:
        """The accepted rows of all drops."""
        extract = self.part.extract
        kept = self.rows.select(is_accepted()).to_series()
        rows = self.rows if kept.all() else self.rows.filter(kept)
        return empty_unknown(rows, extract)

    def shares(self) -> Iterator[Share]:
        """Each drop with its rows, its counts of rows and cents, and how many rows break each rule."""
        extract = self.part.extract
        unknown = drops_with_unknown(self.rows, extract)
        counted = count_by_drop(self.rows, extract)
        broken = count_broken(self.rows, self.rules)
        start = 0
        for drop_no, drop in enumerate(self.part.drops):
            counts = counted.get(drop_no, nothing(extract))
            counts |= {"cents_set_aside": drop.cents_set_aside if extract == "payroll" else None}
            if counts["cents_read"] is not None:
                counts["cents_read"] += counts["cents_set_aside"]
            # Rows stand in the order of their drops, so that each drop is a slice of the batch.
            mine = self.rows.slice(start, sum(self._sources.get(drop_no, {}).values()))
            start += mine.height
            mine = empty_unknown(mine, extract) if drop_no in unknown else mine
            yield drop, mine, counts, broken.get(drop_no, ())

    @cached_property
    def _sources(self) -> Mapping[int, Mapping[int, int]]:
        """Rows by `drop_no` and `file_no`."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        for drop_no, file_no, rows in self.rows.group_by("drop_no", "file_no").len().iter_rows():
            found[drop_no][file_no] = rows
        return found


def _check_sources(drop: DropRead, sources: Mapping[int, int]) -> None:
    """Every source's rows are there: names may meet, bytes may not. Raises GateFailed."""
    read = [part.rows - part.rows_aside for part in drop.parts]
    found = [sources.get(number, 0) for number in range(len(read))]
    if found != read or sum(found) != sum(sources.values()):
        raise GateFailed(f"{drop.place}: {read} rows read from its {len(read)} files, {found} accounted for")


def validate_batch(
    part: BatchRows, reference: ReferenceTables, school_year: int, shared: pl.DataFrame, settings: Settings
) -> ValidatedBatch:
    """Judge the rows of a batch. `shared`: ids that stand for different people in two districts.

    Where the batch as a whole cannot be judged, its drops are judged one by one, and those that fail are rejected.
    Raises the fault where it is no drop's own: no drop of several can be judged.
    """
    references = {name: frame.lazy() for name, frame in reference.tables.items()}
    rules = row_rules_for(part.extract, school_year, settings)

    def validate(rows: pl.DataFrame) -> ValidatedBatch:
        senders = [
            Sender(drop.drop.lea_id, drop.submission_id, tuple(file.source_file for file in drop.parts))
            for drop in part.drops
        ]
        judged, counts = validate_rows(
            rows, part.extract, school_year, senders, shared=shared, reference=references, rules=rules
        )
        return ValidatedBatch(part, judged, rules, counts)

    try:
        return validate(part.rows)
    except BaseException as error:
        if not is_fault(error):
            raise
        guilty = _faulty_drops(part, validate)
        if len(guilty) == sum(not drop.problems for drop in part.drops) > 1:
            raise
    for drop_no, fault in guilty.items():
        reject_for_fault(part.drops[drop_no], "FILE-054", fault)
    innocent = pl.col("drop_no").is_in(pl.Series(list(guilty), dtype=pl.UInt32).implode()).not_()
    return validate(part.rows.filter(innocent))


def _faulty_drops(part: BatchRows, validate: Callable[[pl.DataFrame], ValidatedBatch]) -> dict[int, BaseException]:
    """Each drop whose rows alone cannot be judged, and what went wrong."""
    guilty: dict[int, BaseException] = {}
    for drop_no, drop in enumerate(part.drops):
        if drop.problems:
            continue
        try:
            validate(part.rows.filter(pl.col("drop_no") == drop_no))
        except BaseException as error:
            if not is_fault(error):
                raise
            guilty[drop_no] = error
    return guilty


def submission_of(read: DropRead, counts: dict[str, Any], version: str) -> Submission:
    """The ledger's line of a drop."""
    drop = read.drop
    return Submission(
        submission_id=read.submission_id,
        lea_id=drop.lea_id,
        school_year=drop.school_year,
        extract=read.extract,
        landing=drop.files[0].place.address,
        files=json.dumps([{"name": f.landed.name, "sha256": f.sha256, "bytes": f.size} for f in read.files]),
        received_at=drop.received_at,
        rows_read=read.rows_read,
        rows_set_aside=sum(read.set_aside.values()),
        code_version=version,
        parent=read.parent,
        **counts,
    )
