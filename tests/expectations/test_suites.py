"""Suites are read whole or refused in one line; what ships is complete, and every example proves its rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES
from expectations.conformed import column_type, contract_of, typed_rows
from expectations.gate import Gate
from expectations.masks import MASKS, row_rule
from expectations.suites import CROSS_ROW_TYPES, ROW_TYPES, Rule, Suite, SuiteError, load_suite, load_suites
from transforms.s1_conform.validate import ERRORS, WARNINGS, mark_rules

SUITES = Path(__file__).parents[2] / "expectations"
SENT = (*EXTRACTS, *REFERENCES)
TABLES = (*SENT, *MARTS)
RULES = [(table, rule) for table, suite in load_suites(TABLES, SUITES).items() for rule in suite.expectations]
RULE: dict[str, Any] = {
    "type": "expect_column_values_to_not_be_null",
    "kwargs": {"column": "staff_id"},
    "meta": {
        "rule_id": "PAY-001",
        "severity": "error",
        "message": "The educator is missing.",
        "fix": "Fill in `staff_id`.",
        "examples": {"passes": [{"staff_id": "1"}], "fails": [{}]},
    },
}


def changed(**changes: Any) -> dict[str, Any]:
    return {
        **RULE,
        **{k: v for k, v in changes.items() if k != "meta"},
        "meta": {**RULE["meta"], **changes.get("meta", {})},
    }


def written(folder: Path, content: Any) -> Path:
    (folder / "payroll.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_a_good_suite_reads(tmp_path: Path) -> None:
    suite = load_suite("payroll", written(tmp_path, {"name": "payroll", "expectations": [RULE]}))
    assert [rule.rule_id for rule in suite.expectations] == ["PAY-001"]
    assert suite.expectations[0].reads == ("staff_id",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "does not read as JSON"),
        ("{}", "is empty"),
        ({"name": "payroll", "expectations": []}, "is empty"),
        ({"name": "roster", "expectations": [RULE]}, "name and file must agree"),
        ({"name": "payroll", "expectations": [RULE, RULE]}, "rule ids stand twice: PAY-001"),
        ({"name": "payroll", "expectations": [changed(meta={"severity": "bad"})]}, "meta.severity"),
        ({"name": "payroll", "expectations": [changed(meta={"rule_id": "pay1"})]}, "meta.rule_id"),
        ({"name": "payroll", "expectations": [changed(meta={"surprise": 1})]}, "meta.surprise"),
        ({"name": "payroll", "expectations": [changed(type="expect_column_median_to_be_between")]}, "has no mask"),
        ({"name": "payroll", "expectations": [changed(kwargs={})]}, "names no column"),
        ({"name": "payroll", "expectations": [changed(kwargs={"column": "a", "regex": r"^\d+$"})]}, "not read alike"),
        ({"name": "payroll", "expectations": [changed(kwargs={"column": "a", "mostly": 0})]}, "mostly must be above 0"),
        (
            {"name": "payroll", "expectations": [changed(kwargs={"column": "a", "mostly": 0.9})]},
            "quarantines every row",
        ),
    ],
)
def test_an_unusable_suite_is_refused_in_one_line(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(SuiteError, match=said) as error:
        load_suite("payroll", written(tmp_path, content))
    assert "\n" not in str(error.value)
    assert "payroll.json" in str(error.value)


def test_an_absent_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="is absent"):
        load_suite("payroll", tmp_path)


def test_a_rule_id_stands_in_one_suite_only(tmp_path: Path) -> None:
    for table in ("payroll", "roster"):
        (tmp_path / f"{table}.json").write_text(json.dumps({"name": table, "expectations": [RULE]}))
    with pytest.raises(SuiteError, match="PAY-001 stands in the suites of both payroll and roster"):
        load_suites(("payroll", "roster"), tmp_path)


def test_the_catalogue_is_large_and_every_type_has_a_mask() -> None:
    assert sum(table in SENT for table, _ in RULES) >= 120
    assert set(MASKS) == set(ROW_TYPES)
    assert {rule.type for _, rule in RULES} == set(ROW_TYPES)


@pytest.mark.parametrize("table", SENT)
def test_a_suite_reads_only_what_intake_promises_and_covers_its_contract(table: str) -> None:
    """Each column that the contract closes (null, vocabulary, type) has its rule, so that accepted rows fit it."""
    rules = load_suite(table, SUITES).expectations
    for rule in rules:
        for name in rule.reads:
            column_type(table, name)
    errors = {(rule.type, rule.kwargs.get("column")): rule for rule in rules if rule.meta.severity == "error"}
    warnings = {(rule.type, rule.kwargs.get("column")): rule for rule in rules if rule.meta.severity == "warn"}
    for name, column in contract_of(table).columns().items():
        words = (column.metadata or {}).get("values") or column.dtype == pl.Boolean
        # An optional column's unknown word counts as unknown, and the row is kept.
        judged = warnings if table in EXTRACTS and column.nullable and words else errors
        if not column.nullable:
            assert ("expect_column_values_to_not_be_null", name) in judged
        if column.dtype != pl.String:
            assert ("expect_column_values_to_be_null", f"{name}__unreadable") in judged
        values = (column.metadata or {}).get("values")
        if values:
            assert judged["expect_column_values_to_be_in_set", name].kwargs["value_set"] == list(values)
        low, high = (column.metadata or {}).get("low"), (column.metadata or {}).get("high")
        if low is not None or high is not None:
            kwargs = judged["expect_column_values_to_be_between", name].kwargs
            assert low is None or kwargs["min_value"] >= low
            assert high is None or kwargs["max_value"] <= high


@pytest.mark.parametrize("table", MARTS)
def test_a_mart_suite_knows_its_key_and_its_vocabularies(table: str) -> None:
    rules = load_suite(table, SUITES).expectations
    first = rules[0]
    assert first.meta.severity == "error"
    assert set(first.columns) == set(MARTS[table].order)
    sets = {r.kwargs["column"]: r.kwargs["value_set"] for r in rules if r.type == "expect_column_values_to_be_in_set"}
    for name, column in contract_of(table).columns().items():
        values = (column.metadata or {}).get("values")
        if values:
            assert sets[name] == list(values), f"{table}.{name}"


@pytest.mark.parametrize("table", EXTRACTS)
def test_every_text_column_of_an_extract_is_searched_for_social_security_numbers(table: str) -> None:
    number = "078-05-1120"
    free = {"status", "staff_classification", "event_type"}  # closed vocabularies, and an unknown word sends back
    for name, column in contract_of(table).columns().items():
        if column.dtype != pl.String or name in free:
            continue
        rules = [r for r in load_suite(table, SUITES).expectations if "Social Security" in r.meta.message]
        rule = next(r for r in rules if r.kwargs["column"] == name)
        assert rule.meta.severity == "error"
        for text in (number, f"see {number}", f"Smith {number.replace('-', ' ')}."):
            assert typed_rows(table, [name], [{name: text}]).select(row_rule(table, rule).breaks).item()


def test_rules_over_several_rows_stay_inside_a_submission() -> None:
    for table, rule in RULES:
        if rule.type in CROSS_ROW_TYPES and table in EXTRACTS:
            assert rule.columns[0] == "submission_id", rule.rule_id


@pytest.mark.parametrize("table", EXTRACTS)
def test_rows_are_marked_as_the_masks_over_the_whole_batch_say(table: str) -> None:
    """All examples in one batch, and all of them twice: rules over several rows meet rows that are alike."""
    suite = load_suite(table, SUITES)
    rows = [row for rule in suite.expectations for row in (*rule.meta.examples.passes, *rule.meta.examples.fails)]
    once = typed_rows(table, (name for rule in suite.expectations for name in rule.reads), rows)
    rules = [row_rule(table, rule) for rule in suite.expectations]
    assert all((rule.type in CROSS_ROW_TYPES) == bool(row_rule(table, rule).alike) for rule in suite.expectations)
    for batch in (once, pl.concat([once, once])):
        marked, counts = mark_rules(batch, rules)
        whole = batch.select(rule.breaks.alias(rule.rule_id) for rule in rules)
        assert counts == whole.sum().row(0, named=True)
        for rule in (rule for rule in rules if rule.severity != "fatal"):
            noted = marked[ERRORS if rule.severity == "error" else WARNINGS].list.contains(rule.rule_id)
            assert noted.fill_null(False).to_list() == whole[rule.rule_id].to_list(), rule.rule_id


@pytest.mark.parametrize(("table", "rule"), RULES, ids=[rule.rule_id for _, rule in RULES])
def test_examples_prove_the_mask(table: str, rule: Rule) -> None:
    breaks = row_rule(table, rule).breaks
    for rows, expected in ((rule.meta.examples.passes, False), (rule.meta.examples.fails, True)):
        judged = typed_rows(table, rule.reads, rows).select(breaks.alias("breaks"))["breaks"]
        assert judged.to_list() == [expected] * len(rows)
    assert set().union(*rule.meta.examples.passes, *rule.meta.examples.fails) <= set(rule.reads)


@pytest.mark.parametrize("table", TABLES)
def test_examples_of_a_suite_together_are_judged_alike_by_great_expectations(table: str, tmp_path: Path) -> None:
    """All examples of all rules in one batch: every rule meets the rows of every other."""
    suite = load_suite(table, SUITES)
    rows = [row for rule in suite.expectations for row in (*rule.meta.examples.passes, *rule.meta.examples.fails)]
    batch = typed_rows(table, (name for rule in suite.expectations for name in rule.reads), rows)
    rules = [row_rule(table, rule) for rule in suite.expectations]
    counts = batch.select(rule.breaks.alias(rule.rule_id) for rule in rules).sum().row(0, named=True)
    gate = Gate(tmp_path)
    gate.observe(suite, batch, counts)
    (receipt,) = gate.settle()
    assert {rule.rule_id: rule.unexpected for rule in receipt.rules} == counts
    assert all(rule.unexpected > 0 for rule in receipt.rules)


@pytest.mark.slow
def test_examples_prove_great_expectations_rule_by_rule(tmp_path: Path) -> None:
    """Each rule alone through the gate over its own examples: passing rows are expected, failing ones are not."""
    gate = Gate(tmp_path)
    for table, rule in RULES:
        for kind, rows in (("passes", rule.meta.examples.passes), ("fails", rule.meta.examples.fails)):
            suite = Suite(name=f"{rule.rule_id}-{kind}", expectations=(rule,))
            expected = {rule.rule_id: len(rows) if kind == "fails" else 0}
            gate.observe(suite, typed_rows(table, rule.reads, rows), expected)
    assert len(gate.settle()) == 2 * len(RULES)
