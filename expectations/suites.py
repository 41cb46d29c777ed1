"""Suites: `expectations/<table>.json`, the only place where a rule is written (DESIGN section 6).

A suite file is a Great Expectations suite as that library writes it: `name`, `expectations` (each `type`, `kwargs`,
`meta`), `meta`. What Great Expectations leaves free is closed here: every expectation carries a `RuleMeta`, is of a
type that `masks` can compile, and uses patterns that all regular-expression engines in play read alike.
An absent, empty or malformed suite is an error of one line, never a pass.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from contracts.strict import Strict
from expectations.moved import MovedRule, moved_rules

Row = Mapping[str, Any]
ROW_TYPES = frozenset(
    {
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_value_lengths_to_be_between",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_be_unique",
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_pair_values_to_differ",
        "expect_compound_columns_to_be_unique",
        "expect_date_in_school_year",
        "expect_one_value_per_group",
        "expect_stays_not_to_overlap",
    }
)
CROSS_ROW_TYPES = frozenset(
    {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
        "expect_one_value_per_group",
        "expect_stays_not_to_overlap",
    }
)
# Engines disagree on these: Python's and Rust's \d and \w are Unicode, RE2's ASCII; RE2 and Rust cannot look around.
UNPORTABLE = re.compile(r"\\[dwsbDWSBAZz]|\(\?|\\[1-9]")


class SuiteError(Exception):
    """A suite that cannot be used. The message is one line: which file, what is wrong, the mend."""


class Examples(Strict):
    """Rows that keep the rule and rows that each break it; columns not named are empty."""

    passes: tuple[dict[str, Any], ...] = Field(min_length=1)
    fails: tuple[dict[str, Any], ...] = Field(min_length=1)


class RuleMeta(Strict):
    """What a rule carries beside its expectation. `since` and `until` are school years, both inclusive.

    `needs_answer`: the district must confirm or explain each row that the rule warns of before the year is certified.
    """

    rule_id: str = Field(pattern=r"^[A-Z]{3}-[0-9]{3}$")
    severity: Literal["fatal", "error", "warn"]
    message: str = Field(min_length=10)
    fix: str = Field(min_length=10)
    since: int | None = Field(default=None, ge=1990, le=2100)
    until: int | None = Field(default=None, ge=1990, le=2100)
    needs_answer: bool = False
    examples: Examples

    @model_validator(mode="after")
    def _answers_are_about_kept_rows(self) -> RuleMeta:
        if self.needs_answer and self.severity != "warn":
            raise ValueError("needs_answer is for rules of severity warn: rows of the others are not kept")
        return self

    def valid_in(self, school_year: int) -> bool:
        return (self.since is None or self.since <= school_year) and (self.until is None or school_year <= self.until)


class Rule(Strict):
    """One expectation with its meta."""

    type: str
    kwargs: dict[str, Any]
    meta: RuleMeta

    @field_validator("type")
    @classmethod
    def _has_a_mask(cls, value: str) -> str:
        if value not in ROW_TYPES:
            raise ValueError(f"expectation type {value!r} has no mask; use one of {', '.join(sorted(ROW_TYPES))}")
        return value

    @model_validator(mode="after")
    def _says_what_masks_can_read(self) -> Rule:
        if not self.columns:
            raise ValueError("names no column")
        pattern = self.kwargs.get("regex")
        if pattern is not None and UNPORTABLE.search(pattern):
            raise ValueError(
                f"pattern {pattern!r} is not read alike by all engines; write [0-9] for a digit and the like"
            )
        mostly = self.kwargs.get("mostly", 1)
        if not isinstance(mostly, int | float) or not 0 < mostly <= 1:
            raise ValueError(f"mostly must be above 0 and at most 1, not {mostly!r}")
        if mostly != 1 and self.type in CROSS_ROW_TYPES:
            raise ValueError("a rule over several rows has no mostly")
        if mostly != 1 and self.meta.severity == "error":
            raise ValueError("an error quarantines every row that breaks it, so it cannot have a mostly below 1")
        return self

    @property
    def rule_id(self) -> str:
        return self.meta.rule_id

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation judges, those of its row condition left out."""
        single = [self.kwargs[key] for key in ("column", "column_A", "column_B") if self.kwargs.get(key)]
        return (*single, *self.kwargs.get("column_list", ()))

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Every column that the expectation reads, each once."""
        return tuple(dict.fromkeys((*self.columns, *condition_columns(self.kwargs.get("row_condition")))))


class Suite(Strict):
    """A table's suite."""

    name: str
    expectations: tuple[Rule, ...] = Field(min_length=1)
    meta: dict[str, Any] = Field(default_factory=dict)

    @cached_property
    def moved(self) -> tuple[MovedRule, ...]:
        """How far the table's columns may move against the submission in force."""
        return moved_rules(self.meta)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Suite:
        ids = Counter([*(rule.rule_id for rule in self.expectations), *(rule.rule_id for rule in self.moved)])
        twice = [rule_id for rule_id, count in ids.items() if count > 1]
        if twice:
            raise ValueError(f"rule ids stand twice: {', '.join(twice)}")
        return self

    def rules_of(self, school_year: int | None) -> tuple[Rule, ...]:
        """The rules valid in a school year; all of them for a batch of many years."""
        return tuple(r for r in self.expectations if school_year is None or r.meta.valid_in(school_year))


def condition_columns(condition: Mapping[str, Any] | None) -> list[str]:
    """Columns that a row condition reads, in Great Expectations' own form of conditions."""
    if not condition:
        return []
    if condition["type"] in ("and", "or"):
        return [name for part in condition["conditions"] for name in condition_columns(part)]
    return [condition["column"]["name"]]


def load_suite(table: str, directory: Path) -> Suite:
    """Read and check the suite of a table. `SuiteError` where it is absent, empty or malformed."""
    path = Path(directory) / f"{table}.json"
    if not path.is_file():
        raise SuiteError(f"suite {path} is absent: put it back, rows are not accepted unchecked")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise SuiteError(f"suite {path} does not read as JSON ({error}): mend the file") from error
    if not isinstance(content, dict) or not content.get("expectations"):
        raise SuiteError(f"suite {path} is empty: put its expectations back, rows are not accepted unchecked")
    try:
        suite = Suite.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "suite"
        raise SuiteError(f"suite {path} is malformed at {where}: {first['msg']}") from error
    if suite.name != table:
        raise SuiteError(f"suite {path} names the table {suite.name!r}: name and file must agree")
    return suite


def load_suites(tables: tuple[str, ...], directory: Path) -> dict[str, Suite]:
    """The suites of several tables; a rule id may stand in one suite only."""
    suites = {table: load_suite(table, directory) for table in tables}
    owners: dict[str, str] = {}
    for table, suite in suites.items():
        for rule in suite.expectations:
            other = owners.setdefault(rule.rule_id, table)
            if other != table:
                raise SuiteError(f"rule {rule.rule_id} stands in the suites of both {other} and {table}: renumber one")
    return suites
