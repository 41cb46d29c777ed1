"""A state's own files over the small state: a program, a rule more, a rule reworded, one switched off, a policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import small_state as small

PROGRAM = """
program_id: top_rated
title: Top Rated
summary: Whoever is rated Highly Effective leads, for as long as they are rated so.
place: 99
population: teachers
rating_system: dcps_impact
levels:
  - {id: teacher, title: Teacher, tier: 0}
  - {id: leader, title: Leader, tier: 2}
versions:
  - {version: "1", from_year: 2020, source: the state's own, provenance: assumption}
inputs:
  rating:
    HE: {rating: {label: HE}}
placement:
  - {id: starts, to: teacher, reason: "Begins as {level}", source: the state's own, provenance: assumption}
rules:
  - id: rated
    from: teacher
    when: {rating: HE}
    to: leader
    reason: "Rated Highly Effective in {t}: {level}"
    source: the state's own
    provenance: assumption
  - id: stays
    to: stay
    reason: "Keeps {level} in {t}"
    source: the state's own
    provenance: assumption
"""
# One row of each payroll file breaks it: 1 in 25 comes back, which is below the bound of 5 in 100.
NEW_RULE: dict[str, Any] = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {
        "column": "amount",
        "max_value": 400,
        "row_condition": {
            "type": "comparison",
            "column": {"name": "pay_code"},
            "operator": "==",
            "parameter": "LIFT",
        },
    },
    "meta": {
        "rule_id": "PAY-900",
        "severity": "error",
        "message": "A leadership stipend is above what the state pays.",
        "fix": "Send at most 400 dollars under the code LIFT.",
        "examples": {
            "passes": [{"amount": 400, "pay_code": "LIFT"}, {"amount": 900, "pay_code": "BASE"}],
            "fails": [{"amount": 400.01, "pay_code": "LIFT"}],
        },
    },
}
POLICY = "minimum_persons: 12\n"


def write_overlay(root: Path) -> Path:
    """The small state with `[overlay]` and its files; returns rung.toml."""
    config = small.write_state(root)
    own = '[overlay]\nprograms = "programs"\nexpectations = "expectations"\ndisclosure = "disclosure.yaml"\n'
    config.write_text(small.CONFIG + own)
    adoption = root / "reference" / "program_adoption.csv"
    adoption.write_text(adoption.read_text() + "0100,top_rated,2025,\n")
    for folder in ("programs", "expectations"):
        (root / folder).mkdir()
    (root / "programs" / "top_rated.yaml").write_text(PROGRAM)
    (root / "programs" / "districts.yaml").write_text('dc_lift:\n  "0200": {gap: bridge}\n')
    write_suite(root, [NEW_RULE])
    (root / "disclosure.yaml").write_text(POLICY)
    return config


def write_suite(root: Path, rules: list[dict[str, Any]], off: dict[str, str] | None = None) -> None:
    """The state's suite of payroll."""
    content = {"name": "payroll", "expectations": rules, "meta": {"off": off or {}}}
    (root / "expectations" / "payroll.json").write_text(json.dumps(content))
