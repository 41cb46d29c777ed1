"""A state's suites, laid over the shipped ones by rule id: rules added, tightened, reworded, or switched off.

An overlay file is `<table>.json` in the state's folder, in the shape of a suite: `name`, `expectations` (rules that are
new, or replace the shipped rule of the same id) and `meta.off` (rule id → the reason why it is not asked). Rules are
held to what holds for shipped ones: known columns, patterns all engines read alike, examples that prove the rule.

What the transforms build on cannot be taken away: such a rule may be reworded, and nothing else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field, ValidationError, field_validator

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES
from contracts.strict import Strict
from expectations.conformed import column_type, contract_of, typed_rows
from expectations.masks import row_rule
from expectations.moved import MovedRule
from expectations.suites import CROSS_ROW_TYPES, Rule, Suite, SuiteError

TABLES = (*EXTRACTS, *REFERENCES, *MARTS)


class OverlayMeta(Strict):
    """`off`: shipped rules that the state does not ask, each with its reason. `moved`: bounds on how far a column may
    move, new or in place of the shipped one of the same id."""

    off: Mapping[str, str] = Field(default_factory=dict)
    moved: tuple[MovedRule, ...] = ()

    @field_validator("off")
    @classmethod
    def _has_reason(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for rule_id, why in value.items():
            if len(why.strip()) < 10:
                raise ValueError(f"{rule_id}: say why it is switched off, in ten characters or more")
        return value


class SuiteOverlay(Strict):
    """What a state says about one table's rules."""

    name: str
    expectations: tuple[Rule, ...] = ()
    meta: OverlayMeta = OverlayMeta()


def read_overlay(path: Path) -> SuiteOverlay:
    """One file. SuiteError, one line naming file, place and mend, for one that is not an overlay of a known table."""
    try:
        overlay = SuiteOverlay.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "overlay"
        raise SuiteError(f"overlay {path} is malformed at {where}: {first['msg']}") from error
    except (ValueError, OSError) as error:
        raise SuiteError(f"overlay {path} does not read as JSON ({error}): mend the file") from error
    if path.stem not in TABLES:
        raise SuiteError(f"overlay {path}: there is no table {path.stem}; there are: {', '.join(TABLES)}")
    if overlay.name != path.stem:
        raise SuiteError(f"overlay {path} names the table {overlay.name!r}: name and file must agree")
    return overlay


def overlaid(suite: Suite, path: Path, taken: Mapping[str, str]) -> Suite:
    """The shipped suite with the state's file laid over it. `taken`: rule id → the other table that has it.

    Raises SuiteError for a rule that cannot stand, and for one that is taken away although the transforms need it.
    """
    overlay = read_overlay(path)
    shipped = {rule.rule_id: rule for rule in suite.expectations}
    twice = [name for name, count in Counter(rule.rule_id for rule in overlay.expectations).items() if count > 1]
    if twice:
        raise SuiteError(f"overlay {path}: rule ids stand twice: {', '.join(twice)}")
    for rule in overlay.expectations:
        if rule.rule_id in taken:
            raise SuiteError(
                f"overlay {path}: {rule.rule_id} is a rule of {taken[rule.rule_id]}; give yours another id"
            )
        if rule.rule_id in overlay.meta.off:
            raise SuiteError(f"overlay {path}: {rule.rule_id} is written and switched off at once; keep one")
        old = shipped.get(rule.rule_id)
        if old is not None and needed(suite.name, old) and _judges(rule) != _judges(old):
            raise SuiteError(
                f"overlay {path}: the computation needs {rule.rule_id} as it is; only its words may change"
            )
        _prove(suite.name, rule, path)
    for rule_id in overlay.meta.off:
        if rule_id in {each.rule_id for each in suite.moved}:
            continue
        if rule_id not in shipped:
            raise SuiteError(f"overlay {path}: switches off {rule_id}, which is no rule of {suite.name}")
        if needed(suite.name, shipped[rule_id]):
            raise SuiteError(f"overlay {path}: the computation needs {rule_id}; it cannot be switched off")
    own = {rule.rule_id: rule for rule in overlay.expectations}
    kept = [own.pop(rule_id, rule) for rule_id, rule in shipped.items() if rule_id not in overlay.meta.off]
    if not (kept or own):
        raise SuiteError(f"overlay {path} switches off every rule of {suite.name}: rows are not accepted unchecked")
    meta = {**suite.meta, "off": overlay.meta.off, "moved": _moved(suite, overlay.meta, path)}
    return Suite(name=suite.name, expectations=(*kept, *own.values()), meta=meta)


def _moved(suite: Suite, meta: OverlayMeta, path: Path) -> list[dict[str, Any]]:
    """The suite's bounds on how far a column may move, with the state's in their places."""
    if meta.moved and suite.name not in EXTRACTS:
        raise SuiteError(f"overlay {path}: `moved` is for extracts, and {suite.name} is none")
    for rule in meta.moved:
        if rule.column not in contract_of(suite.name).columns():
            raise SuiteError(f"overlay {path}: {rule.rule_id} reads {rule.column}, which is no column of {suite.name}")
    rules = {rule.rule_id: rule for rule in (*suite.moved, *meta.moved) if rule.rule_id not in meta.off}
    return [rule.model_dump(exclude_none=True) for rule in rules.values()]


def needed(table: str, rule: Rule) -> bool:
    """Whether the computation builds on a rule: it closes the contract (presence, type, vocabulary, bounds) or a
    key, checks a mart, or keeps Social Security numbers out."""
    if rule.meta.severity == "warn":
        return False
    if rule.type in CROSS_ROW_TYPES or table in MARTS or "Social Security" in rule.meta.message:
        return True
    names = [name for name in rule.columns if name.endswith(("__unreadable", "__sent"))]
    columns = contract_of(table).columns()
    column = columns.get(str(rule.kwargs.get("column")))
    about = (column.metadata or {}) if column is not None else {}
    closes = {
        "expect_column_values_to_not_be_null": column is not None and not column.nullable,
        "expect_column_values_to_be_in_set": bool(about.get("values")),
        "expect_column_values_to_be_between": about.get("low") is not None or about.get("high") is not None,
    }
    return bool(names) or closes.get(rule.type, False)


def _judges(rule: Rule) -> tuple[Any, ...]:
    return rule.type, rule.kwargs, rule.meta.severity, rule.meta.since, rule.meta.until


def _prove(table: str, rule: Rule, path: Path) -> None:
    """Columns exist, and the examples are what they say: the rows that pass pass, each row that fails fails."""
    for name in rule.reads:
        try:
            column_type(table, name)
        except KeyError:
            raise SuiteError(f"overlay {path}: {rule.rule_id} reads {name}, which is no column of {table}") from None
    examples = rule.meta.examples
    try:
        for rows, expected in ((examples.passes, False), (examples.fails, True)):
            judged = typed_rows(table, rule.reads, rows).select(row_rule(table, rule).breaks.alias("breaks"))["breaks"]
            if judged.to_list() != [expected] * len(rows):
                what = "examples.fails keeps" if expected else "examples.passes breaks"
                raise SuiteError(f"overlay {path}: {rule.rule_id}: a row of {what} the rule; mend rule or example")
    except (ValueError, TypeError, KeyError, pl.exceptions.PolarsError) as error:
        what = " ".join(str(error).split())
        raise SuiteError(f"overlay {path}: {rule.rule_id} cannot be asked of its examples ({what})") from None
    strange = sorted({name for row in (*examples.passes, *examples.fails) for name in row} - set(rule.reads))
    if strange:
        raise SuiteError(f"overlay {path}: {rule.rule_id}: an example names {strange[0]}, which the rule does not read")
    if rule.type in CROSS_ROW_TYPES and table in EXTRACTS and rule.columns[0] != "submission_id":
        raise SuiteError(
            f"overlay {path}: {rule.rule_id} looks at several rows: name submission_id as its first column"
        )
