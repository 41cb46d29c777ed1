"""Rows of a batch judged, and each drop's share of them with its counts: the same for an intake and for a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from rung.core.rules import row_rules_for
from rung.core.settings import Settings
from rung.intake.decision import refuse_by_rule
from rung.intake.read import BatchRows, DropRead
from rung.lake.ledger import Submission
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.accounting import Broken, count_broken, count_by_drop, nothing
from transforms.s1_conform.derived import add_derived
from transforms.s1_conform.identity import mark_shared
from transforms.s1_conform.reference_lookup import mark_known
from transforms.s1_conform.validate import DUPLICATE, mark_duplicates, mark_rules
from transforms.s1_conform.values import SENT, UNREADABLE


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

    def drops(self) -> Iterator[tuple[DropRead, pl.DataFrame, dict[str, Any], Broken]]:
        """Each drop with its rows, its counts of rows and cents, and how many rows break each rule."""
        # Rows stand in the order of their drops, so that each drop is a slice of the batch.
        drop_nos = np.arange(len(self.part.drops))
        ends = np.searchsorted(self.rows["drop_no"].to_numpy(), drop_nos, side="right").tolist()
        extract = self.part.extract
        counted = count_by_drop(self.rows, extract)
        broken = count_broken(self.rows, self.rules)
        start = 0
        for drop_no, (drop, end) in enumerate(zip(self.part.drops, ends, strict=True)):
            counts = counted.get(drop_no, nothing(extract))
            counts |= {"cents_set_aside": drop.cents_set_aside if extract == "payroll" else None}
            if counts["cents_read"] is not None:
                counts["cents_read"] += counts["cents_set_aside"]
            yield drop, self.rows.slice(start, end - start), counts, broken.get(drop_no, ())
            start = end


def validate_batch(
    part: BatchRows, reference: ReferenceTables, school_year: int, shared: pl.DataFrame, settings: Settings
) -> ValidatedBatch:
    """Mark and judge the rows of a batch. `shared`: ids that stand for different people in two districts."""
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
    typed = mark_shared(typed, shared)
    references = {name: frame.lazy() for name, frame in reference.tables.items()}
    known = mark_known(add_derived(typed, part.extract).collect(), part.extract, references)
    rules = row_rules_for(part.extract, school_year, settings)
    # What could not be read is part of what was sent: two unlike unreadable dates do not make one row of two.
    as_sent = [name for name in known.columns if name in extract.sent.columns() or name.endswith((UNREADABLE, SENT))]
    marked = mark_duplicates(known, extract.key, as_sent)
    kept = marked.filter(~pl.col(DUPLICATE)) if marked[DUPLICATE].any() else marked
    validated, counts = mark_rules(kept, rules)
    dropped = marked.filter(pl.col(DUPLICATE))
    if dropped.height:
        validated = pl.concat([validated, dropped], how="diagonal").sort("drop_no", maintain_order=True)
    return ValidatedBatch(part, validated, rules, counts)


def submission_of(read: DropRead, counts: dict[str, Any], version: str) -> Submission:
    """The ledger's line of a drop."""
    drop = read.drop
    return Submission(
        submission_id=read.submission_id,
        lea_id=drop.lea_id,
        school_year=drop.school_year,
        extract=read.extract,
        landing=drop.files[0].place.address,
        files=json.dumps([{"name": f.landed.name, "sha256": f.sha256, "bytes": len(f.data)} for f in read.files]),
        received_at=drop.received_at,
        rows_read=read.rows_read,
        rows_set_aside=sum(read.set_aside.values()),
        code_version=version,
        **counts,
    )
