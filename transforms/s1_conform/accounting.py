"""What became of rows and dollars: the counts that the accounting identity of DESIGN 5 adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from transforms.s1_conform.validate import DUPLICATE, ERRORS, WARNINGS

Broken = tuple[tuple[str, str, int], ...]  # rule, severity, rows that break it
FATES = ("accepted", "quarantined", "duplicate")


def count_by_drop(judged: pl.DataFrame, extract: str) -> dict[int, dict[str, Any]]:
    """Rows (and, of payroll, cents) by fate of each `drop_no`, from a batch's judged rows.

    `cents_read` is summed over all rows before they are parted, so that it can be held against the parts. A drop
    without rows is not among the keys; see `nothing`.
    """
    duplicate = pl.col(DUPLICATE)
    quarantined = pl.col(ERRORS).is_not_null() & ~duplicate
    fates = dict(zip(FATES, (~duplicate & ~quarantined, quarantined, duplicate), strict=True))
    counts = [fate.sum().alias(f"rows_{name}") for name, fate in fates.items()]
    counts.append((pl.col(WARNINGS).is_not_null() & fates["accepted"]).sum().alias("rows_warned"))
    if extract == "payroll":
        cents = (pl.col("amount") * 100).cast(pl.Int64)
        counts.append(cents.sum().alias("cents_read"))
        counts += [cents.filter(fate).sum().alias(f"cents_{name}") for name, fate in fates.items()]
    found = judged.lazy().group_by("drop_no").agg(counts).collect()
    columns = found.drop("drop_no")
    values = zip(*(columns[name].to_list() for name in columns.columns), strict=True)
    return {
        drop_no: nothing(extract) | dict(zip(columns.columns, row, strict=True))
        for drop_no, row in zip(found["drop_no"].to_list(), values, strict=True)
    }


def count_broken(judged: pl.DataFrame, rules: Sequence[RowRule]) -> dict[int, Broken]:
    """Per `drop_no` the rules that its rows break: rule, severity, rows. Drops whose rows break none are not there."""
    listed = [
        judged.lazy()
        .filter(pl.col(name).is_not_null())
        .select("drop_no", pl.col(name).alias("rule_id"))
        .explode("rule_id")
        for name in (ERRORS, WARNINGS)
    ]
    found = pl.concat(listed).group_by("drop_no", "rule_id").len().sort("drop_no", "rule_id").collect()
    severity = {rule.rule_id: rule.severity for rule in rules}
    broken: dict[int, Broken] = {}
    for drop_no, rule_id, rows in zip(*found, strict=True):
        broken[drop_no] = (*broken.get(drop_no, ()), (rule_id, severity[rule_id], rows))
    return broken


def nothing(extract: str) -> dict[str, Any]:
    """The counts of a submission without rows."""
    cents = 0 if extract == "payroll" else None
    rows: dict[str, Any] = {f"rows_{fate}": 0 for fate in (*FATES, "warned")}
    return rows | {f"cents_{fate}": cents for fate in ("read", *FATES)}
