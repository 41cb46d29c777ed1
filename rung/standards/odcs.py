"""Data contracts in the Open Data Contract Standard 3.1: one a table, from its contract and its suite of rules.

Extracts say what a district sends, marts what a reader gets. A rule is a Great Expectations expectation, so it stands
under `quality` as that engine's own, with the message that a district reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from contracts.extracts import EXTRACTS
from expectations.suites import Rule, Suite
from rung.release.dictionary import Entry, Table, table_of, tables_of

API_VERSION = "v3.1.0"
LOGICAL = {
    "text": "string",
    "true / false": "boolean",
    "date": "date",
    "timestamp, UTC": "timestamp",
    "number": "number",
    "decimal(14,2)": "number",
}
PHYSICAL = {"decimal(14,2)": "DECIMAL(14,2)"}
# Columns that hold a person's identity. Everything else of a table of persons is `restricted`.
PERSONAL = (
    *("staff_id", "educator_key", "first_name", "last_name", "license_id"),
    *("evaluator_staff_id", "supervisor_staff_id", "by_staff_id", "counterpart_staff_id"),
)
DIMENSIONS = {
    "expect_column_values_to_not_be_null": "completeness",
    "expect_column_values_to_be_unique": "uniqueness",
    "expect_compound_columns_to_be_unique": "uniqueness",
    "expect_column_values_to_be_between": "accuracy",
    "expect_date_in_school_year": "timeliness",
    "expect_one_value_per_group": "consistency",
    "expect_stays_not_to_overlap": "consistency",
    "expect_column_pair_values_a_to_be_greater_than_b": "consistency",
    "expect_column_pair_values_to_be_equal": "consistency",
    "expect_column_pair_values_to_differ": "consistency",
}
OTHERWISE = "conformity"


def extract_tables() -> list[Table]:
    """The extracts as a district sends them."""
    return [table_of(name, "extract", extract.sent, extract.key) for name, extract in EXTRACTS.items()]


def release_tables() -> list[Table]:
    """The tables of both sides of a release."""
    return [*tables_of("restricted"), *tables_of("public")]


def data_contract(table: Table, suite: Suite | None, state: str) -> dict[str, Any]:
    """The contract of a table, as ODCS writes it. `suite`: its rules, None for a table that has none of its own."""
    rules = suite.expectations if suite is not None else ()
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"rung-{table.side}-{table.name}".replace("_", "-"),
        "name": table.name,
        "version": version("rung"),
        "status": "active",
        "domain": "teacher-leadership",
        "tenant": state,
        "description": {"purpose": table.row, "limitations": _limits(table.side)},
        "schema": [_object(table, rules)],
    }


def _limits(side: str) -> str:
    return {
        "extract": "Sent by districts; a row that breaks a rule of severity error is quarantined and returned.",
        "restricted": "Exact numbers, persons under a keyed hash; for those who may see them.",
        "public": "Aggregates after the disclosure policy; `mask` says what was done to each number.",
    }[side]


def _object(table: Table, rules: Sequence[Rule]) -> dict[str, Any]:
    alone: dict[str, list[Rule]] = {}
    together = []
    for rule in rules:
        if len(rule.columns) == 1:
            alone.setdefault(rule.columns[0], []).append(rule)
        else:
            together.append(rule)
    described = {
        "name": table.name,
        "physicalType": "table",
        "logicalType": "object",
        "description": table.row,
        "dataGranularityDescription": f"One row per {' x '.join(table.key)}.",
        "properties": [_property(table, entry, alone.pop(entry.column, [])) for entry in table.entries],
    }
    # A release swaps `staff_id` for `educator_key`; a rule on a column that is not in this table is the whole table's.
    left = [*together, *(rule for found in alone.values() for rule in found)]
    return described | ({"quality": [_quality(rule) for rule in left]} if left else {})


def _property(table: Table, entry: Entry, rules: Sequence[Rule]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": entry.column,
        "logicalType": LOGICAL.get(entry.type, "integer"),
        "physicalType": PHYSICAL.get(entry.type, entry.type),
        "description": entry.meaning or entry.column.replace("_", " "),
        "required": not entry.may_be_empty,
        "classification": _classification(table.side, entry.column),
    }
    if entry.is_key:
        described |= {"primaryKey": True, "primaryKeyPosition": table.key.index(entry.column) + 1}
    custom = [("unit", entry.unit), ("values", list(entry.values)), ("edfi", list(entry.edfi))]
    custom += [("ceds", list(entry.ceds)), ("oneroster", list(entry.oneroster))]
    custom_fields = [{"property": name, "value": value} for name, value in custom if value]
    if custom_fields:
        described["customProperties"] = custom_fields
    if rules:
        described["quality"] = [_quality(rule) for rule in rules]
    return described


def _classification(side: str, column: str) -> str:
    if side == "public":
        return "public"
    return "confidential" if column in PERSONAL else "restricted"


def _quality(rule: Rule) -> dict[str, Any]:
    years = {"since": rule.meta.since, "until": rule.meta.until}
    custom_fields = [{"property": name, "value": year} for name, year in years.items() if year is not None]
    return {
        "id": rule.rule_id,
        "name": rule.rule_id,
        "type": "custom",
        "engine": "great-expectations",
        "implementation": {"type": rule.type, "kwargs": rule.kwargs},
        "description": f"{rule.meta.message} {rule.meta.fix}",
        "dimension": DIMENSIONS.get(rule.type, OTHERWISE),
        "severity": rule.meta.severity,
        **({"customProperties": custom_fields} if custom_fields else {}),
    }
