"""The rule catalogue at work: the suite and the row rules of an extract."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from contracts.file_rules import ROW_RULES
from contracts.row_rules import RowRule
from expectations.masks import row_rules
from expectations.suites import Suite, SuiteError, load_suite
from rung.core.errors import RungError
from rung.core.project import SUITES
from transforms.s1_conform.values import BROKEN


@lru_cache
def suite_of(extract: str) -> Suite:
    """The suite of an extract. Raises RungError, one line, where it is absent, empty or malformed."""
    try:
        return load_suite(extract, SUITES)
    except SuiteError as error:
        raise RungError(str(error)) from None


@lru_cache
def row_rules_for(extract: str, school_year: int) -> tuple[RowRule, ...]:
    """The rules of an extract that are valid in a school year. Raises RungError for an unusable suite."""
    suite = row_rules(suite_of(extract), school_year)
    return (*suite, *(_shape_rule(rule_id, extract) for rule_id in ROW_RULES))


def _shape_rule(rule_id: str, extract: str) -> RowRule:
    """A row that could not be taken apart into cells: found while decoding, quarantined like any other."""
    rule = ROW_RULES[rule_id]
    breaks = (pl.col(BROKEN) == rule_id).fill_null(False)
    return RowRule(rule_id, "error", extract, "", rule.message, rule.fix, breaks)
