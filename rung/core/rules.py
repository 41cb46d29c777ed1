"""The rule catalogue at work: the suite and the row rules of an extract."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl

from contracts.file_rules import ROW_RULES
from contracts.row_rules import RowRule
from contracts.rules import CODED_RULES
from expectations.masks import row_rules
from expectations.overlay import TABLES, overlaid, read_overlay
from expectations.suites import Suite, SuiteError, load_suite, load_suites
from rung.core.errors import RungError
from rung.core.overlay import overlay_files, overlay_path, overlay_sha256
from rung.core.project import SUITES
from rung.core.settings import Settings
from transforms.s1_conform.values import BROKEN


def suite_of(table: str, settings: Settings) -> Suite:
    """The suite of a table with the state's laid over it. Raises RungError, one line, for an unusable one."""
    return _suite(table, overlay_path(settings, "expectations"), overlay_sha256(settings, "expectations"))


def row_rules_for(extract: str, school_year: int, settings: Settings) -> tuple[RowRule, ...]:
    """The rules of an extract that are valid in a school year. Raises RungError for an unusable suite."""
    state = overlay_path(settings, "expectations"), overlay_sha256(settings, "expectations")
    return _row_rules(extract, school_year, *state)


def state_rules(settings: Settings) -> dict[str, Suite]:
    """The state's own files by table, each laid over the shipped suite. Raises RungError for one that cannot stand."""
    return {path.stem: suite_of(path.stem, settings) for path in overlay_files(settings, "expectations")}


@lru_cache
def _suite(table: str, folder: Path | None, _content: str) -> Suite:
    """`_content`: the hash of the state's files, so that an edited one is read again."""
    try:
        if folder is None or not (path := folder / f"{table}.json").is_file():
            return load_suite(table, SUITES)
        return overlaid(load_suite(table, SUITES), path, _taken(table, folder))
    except SuiteError as error:
        raise RungError(str(error)) from None


def _taken(table: str, folder: Path) -> dict[str, str]:
    """Rule ids that are not free for a table's new rules: those of other tables and those that stand in code."""
    taken = {rule.rule_id: other for other, suite in load_suites(TABLES, SUITES).items() for rule in suite.expectations}
    taken |= {rule.rule_id: f"{rule.about} (in code)" for rule in CODED_RULES.values()}
    taken |= {
        rule.rule_id: path.stem
        for path in sorted(folder.glob("*.json"))
        if path.stem != table
        for rule in read_overlay(path).expectations
    }
    return {rule_id: owner for rule_id, owner in taken.items() if owner != table}


@lru_cache
def _row_rules(extract: str, school_year: int, folder: Path | None, content: str) -> tuple[RowRule, ...]:
    suite = row_rules(_suite(extract, folder, content), school_year)
    return (*suite, *(_shape_rule(rule_id, extract) for rule_id in ROW_RULES))


def _shape_rule(rule_id: str, extract: str) -> RowRule:
    """A row that could not be taken apart into cells: found while decoding, quarantined like any other."""
    rule = ROW_RULES[rule_id]
    breaks = (pl.col(BROKEN) == rule_id).fill_null(False)
    return RowRule(rule_id, "error", extract, "", rule.message, rule.fix, breaks)
