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


def find_moved(rules: Sequence[MovedRule], rows: pl.DataFrame, before: pl.DataFrame) -> list[str]:
    """A sentence for each bound that accepted rows are beyond, against those of the submission in force, with examples.

    `rows` have `source_row`; both have the rules' columns.
    """
    found = []
    for rule in rules:
        now, then = rows.filter(pl.col(rule.column).is_not_null()), before[rule.column].drop_nulls()
        if min(now.height, then.len()) < rule.least_rows:
            continue
        numbers = _beyond(rule, now, then)
        if numbers is not None:
            found.append(f"{rule.message} ({rule.rule_id}: {numbers}.) {rule.fix}")
    return found


def _beyond(rule: MovedRule, now: pl.DataFrame, then: pl.Series) -> str | None:
    """The numbers and examples of a bound that is passed; None where it is not."""
    if rule.measure == "median":
        size, old_size = _median_size(now[rule.column]), _median_size(then)
        if not size or not old_size or max(size / old_size, old_size / size) <= rule.most:
            return None
        factor = size / old_size
        times = f"{factor:,.1f} times" if factor > 1 else f"1/{1 / factor:,.1f} of"
        return f"their median is {times} what counts now, over {now.height:,} rows"
    test = _test(rule, then)
    hit = now.filter(test)
    old_share = 0.0 if rule.measure == "new_values" else float(then.to_frame(rule.column).select(test).mean().item())
    if hit.height / now.height - old_share <= rule.most:
        return None
    before = "" if rule.measure == "new_values" else f", {old_share:.0%} in what counts now"
    return f"{hit.height:,} of {now.height:,} rows{before}; for example {_examples(rule.column, hit)}"


def _median_size(values: pl.Series) -> float:
    return float(values.cast(pl.Float64).abs().median() or 0)  # type: ignore[arg-type]


def _test(rule: MovedRule, then: pl.Series) -> pl.Expr:
    column = pl.col(rule.column)
    if rule.measure == "new_values":
        return ~column.is_in(then.unique().implode())
    return column.str.contains(rule.pattern) if rule.pattern is not None else column < rule.bound


def _examples(column: str, hit: pl.DataFrame) -> str:
    shown = hit.sort("source_row").unique(column, keep="first", maintain_order=True).head(EXAMPLES)
    lines = [f"line {line}" for line in shown["source_row"]]
    if column not in PERSONAL:
        lines = [f"{line} “{str(value)[:40]}”" for line, value in zip(lines, shown[column], strict=True)]
    return ", ".join(lines)
