"""Columns that moved: a file whose words or numbers are no longer those of the submission that it would replace.

A column that slid under its neighbour's name, a unit that changed, identifiers of another system: each row alone looks
right. The bounds stand in the suites, under `meta.moved`; a file beyond one is held until it is mended or waived.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from contracts.strict import Strict

# Columns whose values are a person's: examples are lines, not values.
PERSONAL = frozenset({"staff_id", "first_name", "last_name", "amount", "hours", "rating_score"})
EXAMPLES = 3
ROWS = "_rows"  # that have a value


class MovedRule(Strict):
    """How far a column may move against the submission in force.

    `measure`: `new_values`, the share of rows whose value that submission does not have; `matches` or `below`, the
    share of rows that match `pattern` or lie below `bound`, less their share in that submission; `median`, how many
    times the median size is that submission's, or the other way round. More than `most` holds the file. Rows without a
    value are left out, and a file, or a submission, with fewer than `least_rows` others is not measured.
    """

    rule_id: str = Field(pattern=r"^[A-Z]{3}-[0-9]{3}$")
    column: str
    measure: Literal["new_values", "matches", "below", "median"]
    pattern: str | None = None
    bound: float | None = None
    most: float = Field(gt=0)
    least_rows: int = Field(default=5, ge=1)
    message: str = Field(min_length=10)
    fix: str = Field(min_length=10)

    @model_validator(mode="after")
    def _has_what_it_measures_by(self) -> MovedRule:
        if (self.measure == "matches") != (self.pattern is not None):
            raise ValueError("`pattern` goes with the measure `matches`, and only with it")
        if (self.measure == "below") != (self.bound is not None):
            raise ValueError("`bound` goes with the measure `below`, and only with it")
        if self.measure != "median" and self.most >= 1:
            raise ValueError("`most` is a share, below 1")
        if self.measure == "median" and self.most <= 1:
            raise ValueError("`most` is how many times one median may be the other: above 1")
        return self


_RULES: TypeAdapter[tuple[MovedRule, ...]] = TypeAdapter(tuple[Annotated[MovedRule, Field()], ...])


def moved_rules(meta: dict[str, Any]) -> tuple[MovedRule, ...]:
    """The bounds in a suite's `meta`. Raises ValueError, one line, for one that cannot stand."""
    try:
        return _RULES.validate_python(meta.get("moved", ()))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"moved.{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def find_moved(rules: Sequence[MovedRule], rows: pl.LazyFrame, before: pl.LazyFrame) -> list[str]:
    """A sentence for each bound that accepted rows are beyond, against those of the submission in force, with examples.

    `rows` have `source_row`; both have the rules' columns. Of either only a column's distinct values are held.
    """
    asked = []
    for rule in rules:
        value = pl.col(rule.column)
        asked += [
            rows.filter(value.is_not_null()).group_by(value).agg(pl.len().alias(ROWS), pl.col("source_row").min()),
            before.filter(value.is_not_null()).group_by(value).agg(pl.len().alias(ROWS)),
        ]
    answers = iter(pl.collect_all(asked, engine="streaming"))
    found = []
    for rule in rules:
        now, then = next(answers), next(answers)
        if min(now[ROWS].sum(), then[ROWS].sum()) < rule.least_rows:
            continue
        numbers = _beyond(rule, now, then)
        if numbers is not None:
            found.append(f"{rule.message} ({rule.rule_id}: {numbers}.) {rule.fix}")
    return found


def _beyond(rule: MovedRule, now: pl.DataFrame, then: pl.DataFrame) -> str | None:
    """The numbers and examples of a bound that is passed; None where it is not. Both hold a line per value."""
    rows = int(now[ROWS].sum())
    if rule.measure == "median":
        size, old_size = _median_size(now, rule.column), _median_size(then, rule.column)
        if not size or not old_size or max(size / old_size, old_size / size) <= rule.most:
            return None
        factor = size / old_size
        times = f"{factor:,.1f} times" if factor > 1 else f"1/{1 / factor:,.1f} of"
        return f"their median is {times} what counts now, over {rows:,} rows"
    test = _test(rule, then[rule.column])
    hit = now.filter(test)
    old_share = 0.0 if rule.measure == "new_values" else int(then.filter(test)[ROWS].sum()) / int(then[ROWS].sum())
    hits = int(hit[ROWS].sum())
    if hits / rows - old_share <= rule.most:
        return None
    shown = "" if rule.measure == "new_values" else f", {old_share:.0%} in what counts now"
    return f"{hits:,} of {rows:,} rows{shown}; for example {_examples(rule.column, hit)}"


def _median_size(values: pl.DataFrame, column: str) -> float:
    """The median of the sizes, each as often as its value stands in a row: between two, their mean."""
    sizes = values.select(pl.col(column).cast(pl.Float64).abs().alias("size"), ROWS).sort("size")
    rows, until = sizes[ROWS].sum(), sizes[ROWS].cum_sum()
    middle = until.search_sorted(pl.Series([(rows + 1) // 2, rows // 2 + 1]), side="left")
    return float(sizes["size"].gather(middle).sum()) / 2


def _test(rule: MovedRule, then: pl.Series) -> pl.Expr:
    column = pl.col(rule.column)
    if rule.measure == "new_values":
        return ~column.is_in(then.implode())
    return column.str.contains(rule.pattern) if rule.pattern is not None else column < rule.bound


def _examples(column: str, hit: pl.DataFrame) -> str:
    shown = hit.sort("source_row", column).head(EXAMPLES)
    lines = [f"line {line}" for line in shown["source_row"]]
    if column not in PERSONAL:
        lines = [f"{line} “{str(value)[:40]}”" for line, value in zip(lines, shown[column], strict=True)]
    return ", ".join(lines)
