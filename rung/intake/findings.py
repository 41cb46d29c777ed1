"""Findings of a submission: one line per broken rule and row, as errors.csv and the receipt show them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from contracts.row_rules import RowRule
from transforms.s1_conform.parse.cell_text import mask_ssn, plain_text
from transforms.s1_conform.reference_lookup import KNOWN
from transforms.s1_conform.validate import ERRORS, WARNINGS
from transforms.s1_conform.values import SENT, UNREADABLE

FINDINGS = ("source_file", "source_row", "rule_id", "severity", "column", "value", "message", "fix")


def find_all(rows: pl.DataFrame, rules: Sequence[RowRule]) -> pl.DataFrame:
    """One row per broken rule and row: file, row, rule, severity, column, value as sent, message, fix."""
    found = [nothing_found()]
    for name in (ERRORS, WARNINGS):
        if name not in rows.columns or rows[name].null_count() == rows.height:
            continue
        broken = rows.filter(pl.col(name).is_not_null())
        hit = set(broken[name].explode(empty_as_null=True).to_list())
        found += [
            findings_of(broken.filter(pl.col(name).list.contains(r.rule_id)), r) for r in rules if r.rule_id in hit
        ]
    if len(found) == 1:
        return found[0]
    return pl.concat(found).sort("source_file", "source_row", "rule_id", "column")


@lru_cache
def nothing_found() -> pl.DataFrame:
    """The findings of a submission without any."""
    return pl.DataFrame(schema={**dict.fromkeys(FINDINGS, pl.String), "source_row": pl.UInt32})


def findings_of(broken: pl.DataFrame, rule: RowRule) -> pl.DataFrame:
    """One finding for each of the rows, which all break the rule; in their order."""
    return broken.select(
        "source_file",
        "source_row",
        pl.lit(rule.rule_id).alias("rule_id"),
        pl.lit(rule.severity).alias("severity"),
        pl.lit(column_shown(rule)).alias("column"),
        mask_ssn(_sent(_name(rule.column), broken), bare=plain_text(rule.column)).alias("value"),
        pl.lit(rule.message).alias("message"),
        pl.lit(rule.fix).alias("fix"),
    )


def column_shown(rule: RowRule) -> str:
    """The column that a district knows: a rule may look at one that stands beside it."""
    return _name(rule.column).removesuffix(SENT)


def _name(column: str) -> str:
    return column.removesuffix(UNREADABLE).removesuffix(KNOWN)


def _sent(column: str, rows: pl.DataFrame) -> pl.Expr:
    """A column's text: as sent where it could not be read, else the value."""
    if column not in rows.columns or rows.schema[column].is_nested():
        return pl.lit(None, dtype=pl.String)
    value = pl.col(column).cast(pl.String)
    return pl.coalesce(column + UNREADABLE, value) if column + UNREADABLE in rows.columns else value
