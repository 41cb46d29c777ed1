"""Rows are judged once: exact duplicates dropped, each broken rule noted on its row, rows kept or quarantined.

`errors` and `warnings` are lists of rule ids, null on rows that break none (nearly all of them).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.row_rules import RowRule
from transforms.s1_conform.duplicates import repeated

ERRORS, WARNINGS, DUPLICATE = "_errors", "_warnings", "_duplicate"


def mark_duplicates(batch: pl.DataFrame, key: Sequence[str], sent: Sequence[str]) -> pl.DataFrame:
    """Mark rows that repeat an earlier row of the same submission in every sent column, in `_duplicate`.

    Equal rows have equal keys, so only rows whose key stands twice are compared whole.
    """
    twice = repeated(batch.select("submission_id", *key))
    rows = batch.with_row_index("_row").filter(twice)
    later = rows.filter(~pl.struct("submission_id", *sent).is_first_distinct())["_row"]
    nowhere = pl.repeat(False, batch.height, eager=True, dtype=pl.Boolean)
    return batch.with_columns(nowhere.scatter(later, True).alias(DUPLICATE))


def mark_rules(batch: pl.DataFrame, rules: Sequence[RowRule]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Add `_errors` and `_warnings`; return them with the count of rows that break each rule, duplicates left out.

    Every rule is one boolean expression over the batch; all of them run in one select.
    """
    broken = batch.lazy().select(rule.breaks.alias(rule.rule_id) for rule in rules).collect()
    counts = dict(zip(broken.columns, broken.sum().row(0), strict=True)) if rules else {}
    marked = batch.with_columns(
        _listed(broken, [rule.rule_id for rule in rules if rule.severity == "error"], counts).alias(ERRORS),
        _listed(broken, [rule.rule_id for rule in rules if rule.severity == "warn"], counts).alias(WARNINGS),
    )
    return marked, {rule.rule_id: int(counts.get(rule.rule_id) or 0) for rule in rules}


def _listed(broken: pl.DataFrame, rule_ids: list[str], counts: dict[str, int]) -> pl.Series:
    """Per row the ids of the rules it breaks, null when none; work only on rows that break something."""
    hit = [rule_id for rule_id in rule_ids if counts.get(rule_id)]
    if not hit:
        return pl.Series([None], dtype=pl.List(pl.String)).new_from_index(0, broken.height)
    rows = broken.select(pl.int_range(pl.len()).alias("row"), *hit).filter(pl.any_horizontal(hit))
    named = [pl.when(pl.col(rule_id)).then(pl.lit(rule_id)) for rule_id in hit]
    listed = rows.select("row", pl.concat_list(named).list.drop_nulls().alias("rules"))
    spine = pl.DataFrame({"row": pl.int_range(broken.height, eager=True)})
    return spine.join(listed, on="row", how="left", maintain_order="left")["rules"]
