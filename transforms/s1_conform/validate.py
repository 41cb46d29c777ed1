"""Rows are judged once: exact duplicates dropped, each broken rule noted on its row, rows kept or quarantined.

`errors` and `warnings` are lists of rule ids, null on rows that break none (nearly all of them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from contracts.row_rules import RowRule
from transforms.s1_conform.duplicates import repeated
from transforms.s1_conform.values import BROKEN, OWN

ERRORS, WARNINGS, DUPLICATE = "_errors", "_warnings", "_duplicate"


def is_accepted() -> pl.Expr:
    """Of judged rows: no rule of errors is broken, and it is no repeat."""
    return ~pl.col(DUPLICATE) & pl.col(ERRORS).is_null()


def mark_duplicates(batch: pl.DataFrame, twice: pl.Series, key: Sequence[str], sent: Sequence[str]) -> pl.DataFrame:
    """Mark rows that repeat an earlier row of the same submission in every column of the file, in `_duplicate`.

    Rows alike in the `sent` columns and not in all of the file's own are two rows, perhaps two posts with equal pay:
    both stay, and where neither has a `position_id` the later one's row number serves as it. Rows that could not be
    taken apart repeat nothing. Equal rows have equal keys, so only rows whose key stands `twice` in a submission are
    compared whole.
    """
    rows = batch.with_row_index("_row").filter(twice, pl.col(BROKEN).is_null())
    own = [OWN] if OWN in batch.columns else []
    rows = rows.with_columns(
        again=~pl.struct("submission_id", *sent, *own).is_first_distinct(),
        alike=~pl.struct("submission_id", *sent).is_first_distinct(),
    )
    nowhere = pl.repeat(False, batch.height, eager=True, dtype=pl.Boolean)
    marked = batch.drop(own).with_columns(nowhere.scatter(rows.filter("again")["_row"], True).alias(DUPLICATE))
    if "position_id" not in key:
        return marked
    posts = rows.filter(pl.col("alike") & ~pl.col("again"), pl.col("position_id").is_null())
    if posts.is_empty():
        return marked
    # `pl.format` panics on a frame with an empty chunk, which a drop of several files has (Polars 2.1).
    numbers = posts.select(pl.concat_str(pl.lit("row "), pl.col("source_row").cast(pl.String))).to_series()
    return marked.with_columns(marked["position_id"].scatter(posts["_row"], numbers))


def mark_rules(
    batch: pl.DataFrame, rules: Sequence[RowRule], unlike: Collection[str] = ()
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Add `_errors` and `_warnings`; return them with the count of rows that break each rule, duplicates left out.

    Every rule is one boolean expression over the batch; those of one row at a time run in one select. `unlike`: columns
    in which no two rows have the same values, where that is known.
    """
    broken = batch.lazy().select(rule.breaks.alias(rule.rule_id) for rule in rules if not rule.alike).collect()
    for alike in dict.fromkeys(rule.alike for rule in rules if rule.alike):
        broken = broken.with_columns(
            _broken_alike(batch, alike, unlike, [rule for rule in rules if rule.alike == alike])
        )
    counts = dict(zip(broken.columns, broken.sum().row(0), strict=True)) if rules else {}
    marked = batch.with_columns(
        _listed(broken, [rule.rule_id for rule in rules if rule.severity == "error"], counts).alias(ERRORS),
        _listed(broken, [rule.rule_id for rule in rules if rule.severity == "warn"], counts).alias(WARNINGS),
    )
    return marked, {rule.rule_id: int(counts.get(rule.rule_id) or 0) for rule in rules}


def _broken_alike(
    batch: pl.DataFrame, alike: Sequence[str], unlike: Collection[str], rules: Sequence[RowRule]
) -> Iterator[pl.Series]:
    """What rows break of rules about rows that are `alike`: only those that are like another one are asked."""
    none = len(unlike) > 0 and set(unlike) <= set(alike)
    several = batch.with_row_index("_row")
    several = several.head(0) if none else several.filter(repeated(batch.select(alike)))
    for rule in rules:
        broken = pl.repeat(False, batch.height, eager=True, dtype=pl.Boolean)
        if several.height:
            broken = broken.scatter(several["_row"], several.select(rule.breaks).to_series())
        yield broken.alias(rule.rule_id)


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
