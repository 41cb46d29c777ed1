"""Stage 1: typed rows of a batch → the same rows with what they break, repeats marked (DESIGN sections 5 and 6).

Decoding and conforming go file by file before it (`fast_reader`, `tolerant_reader`); from here on the drops of one
extract and school year are one frame, told apart by `drop_no`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from transforms.s1_conform.derived import add_derived
from transforms.s1_conform.duplicates import repeated
from transforms.s1_conform.identity import mark_shared
from transforms.s1_conform.reference_lookup import mark_known
from transforms.s1_conform.validate import DUPLICATE, mark_duplicates, mark_rules
from transforms.s1_conform.values import SENT, UNREADABLE


@dataclass(frozen=True)
class Sender:
    """Whose rows a `drop_no` stands for: district, submission, and the source file of each part in order."""

    lea_id: str
    submission_id: str
    source_files: tuple[str, ...]


def validate_rows(
    rows: pl.DataFrame,
    extract: str,
    school_year: int,
    senders: Sequence[Sender],
    *,
    shared: pl.DataFrame,
    reference: Mapping[str, pl.LazyFrame],
    rules: Sequence[RowRule],
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Every row with its place, its broken rules and whether it repeats another; rows that break each rule.

    `rows`: the contract's typed columns with `drop_no`, `file_no`, `source_row`, in the order of `senders`; grain and
    order unchanged. `shared`: `staff_id` that stand for different people in two districts. Repeats are in no count.
    """
    contract = EXTRACTS[extract]
    ids = pl.Series([each.submission_id for each in senders], dtype=pl.String)
    leas = pl.Series([each.lea_id for each in senders], dtype=pl.String)
    # A part's number in the batch: those of the drops before it, and its own in its drop.
    before = pl.Series([0, *(len(each.source_files) for each in senders[:-1])], dtype=pl.UInt32).cum_sum()
    files = pl.Series([name for each in senders for name in each.source_files], dtype=pl.String)
    typed = rows.lazy().with_columns(
        source_file=pl.lit(files).gather(pl.lit(before).gather(pl.col("drop_no")) + pl.col("file_no")),
        lea_id=pl.lit(leas).gather(pl.col("drop_no")),
        school_year=pl.lit(school_year, dtype=pl.Int16),
        submission_id=pl.lit(ids).gather(pl.col("drop_no")),
    )
    typed = mark_shared(typed, shared)
    known = mark_known(add_derived(typed, extract).collect(), extract, reference)
    # What could not be read is part of what was sent: two unlike unreadable dates do not make one row of two.
    as_sent = [name for name in known.columns if name in contract.sent.columns() or name.endswith((UNREADABLE, SENT))]
    key = ("submission_id", *contract.key)
    twice = repeated(known.select(key))
    marked = mark_duplicates(known, twice, contract.key, as_sent)
    kept = marked.filter(~pl.col(DUPLICATE)) if marked[DUPLICATE].any() else marked
    judged, counts = mark_rules(kept, rules, () if twice.any() else key)
    repeats = marked.filter(pl.col(DUPLICATE))
    if repeats.height:
        judged = pl.concat([judged, repeats], how="diagonal").sort("drop_no", maintain_order=True)
    return judged, counts
