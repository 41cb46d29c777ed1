"""What the engine that is installed makes of a case: run with Polars, and with the check page's stand-in for it.

Read as text and run inside the page, so that it imports nothing of the tests.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from expectations.conformed import typed_rows
from expectations.masks import row_rule
from expectations.suites import load_suite
from rung.core.project import SUITES
from rung.web.answer import check

YEAR = 2026
CHANGING = ("received_at", "code_version")


def judged(case: dict[str, Any]) -> dict[str, Any]:
    """What the engine that is installed makes of a spoiled drop: state, problems, rows by rule, files that go back."""
    files = {name: base64.b64decode(data) for name, data in case["files"].items()}
    checked = check(case["kit"], files, case["extract"], YEAR)
    return {
        each.extract: {
            "receipt": {
                key: value for key, value in json.loads(each.files["receipt.json"]).items() if key not in CHANGING
            },
            **{name: data.decode() for name, data in each.files.items() if name.endswith(".csv")},
        }
        for each in checked
    }


def example_breaks(case: dict[str, Any]) -> list[bool]:
    """Which of a rule's example rows break it: each asked alone, then all of them together."""
    rule = next(r for r in load_suite(case["extract"], SUITES).expectations if r.rule_id == case["rule_id"])
    mask = row_rule(case["extract"], rule).breaks
    broken = []
    for rows in [*([row] for row in case["rows"]), case["rows"]]:
        frame = typed_rows(case["extract"], rule.reads, rows)
        broken += frame.select(mask.alias("breaks"))["breaks"].to_list()
    return broken


def answers(cases: dict[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    """Answers to all cases; those that cannot be judged here say so."""
    done: dict[str, list[Any]] = {"spoiled": [], "examples": [example_breaks(case) for case in cases["examples"]]}
    for case in cases["spoiled"]:
        try:
            done["spoiled"].append(judged(case))
        except Exception as error:
            done["spoiled"].append({"error": f"{type(error).__name__}: {error}"})
    return done
