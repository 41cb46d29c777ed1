"""`docs/rules.md`: every rule with its severity, message, mend and examples, made from the suites.

python -m rung.intake.rules_page > docs/rules.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES
from contracts.rules import CODED_RULES
from expectations.suites import Suite, load_suites
from rung.core.markdown import markdown_table
from rung.core.project import SUITES

HEAD = """# Rules

Made from `expectations/*.json` and `contracts/rules/` by `python -m rung.intake.rules_page > docs/rules.md`; do not
edit. A state lays its own rules over these (`[overlay] expectations`). **fatal** rejects the file, **error** sends the
row back to the district, **warn** keeps the row and counts it, **warn, answer** too, and the district confirms or
explains each such row before it certifies. Days in examples are written as text; `…__unreadable` is text that could
not be read as its column's type, `…__known` says whether a code is in reference, `…__sent` is what the file says where
the folder decides.
"""
SECTIONS = (
    ("Extracts", "What a district sends.", tuple(EXTRACTS)),
    ("Reference tables", "What the state keeps.", tuple(REFERENCES)),
    ("Marts", "Checked before a release.", tuple(MARTS)),
)
CODED = (
    ("Across files", "Asked once all extracts of a district-year are in.", tuple(EXTRACTS)),
    ("Findings", "Rows of the mart `exceptions`: a question to ask, by kind.", ("exceptions",)),
    ("Files and lines", "Found while a file is read; {} stands for the particulars.", ("file", "row")),
)
COLUMNS = ("id", "severity", "message", "mend", "passes", "fails")
MOVED_COLUMNS = ("id", "column", "held where", "message", "mend")
MEASURES = {
    "new_values": "over {0.most:.0%} of the rows have a value that the submission in force does not have",
    "matches": "the share of rows that match `{0.pattern}` is more than {0.most:.0%} above that in force",
    "below": "the share of rows below {0.bound} is more than {0.most:.0%} above that in force",
    "median": "the median size is more than {0.most:g} times that in force, or less than the {0.most:g}th part",
}


def rules_page() -> str:
    """The whole page. Raises SuiteError for an unusable suite."""
    suites = load_suites(tuple(table for _, _, tables in SECTIONS for table in tables), SUITES)
    parts = [HEAD, _contents(suites)]
    for title, intro, tables in SECTIONS:
        parts.append(f"## {title}\n\n{intro}\n")
        parts += [_suite(suites[table]) for table in tables]
    parts += [_coded(title, intro, about) for title, intro, about in CODED]
    return "\n".join(parts)


def _contents(suites: Mapping[str, Suite]) -> str:
    counts = [f"{len(suites[t].expectations)} on `{t}`" for t in suites]
    total = sum(len(suite.expectations) for suite in suites.values())
    return f"{total} rules in {len(suites)} suites: {', '.join(counts)}.\n"


def _suite(suite: Suite) -> str:
    rows = []
    for rule in suite.expectations:
        meta = rule.meta
        years = f" ({meta.since or '…'}–{meta.until or '…'})" if meta.since or meta.until else ""
        passes, fails = _examples(meta.examples.passes), _examples(meta.examples.fails)
        severity = meta.severity + (", answer" if meta.needs_answer else "")
        rows.append((f"{meta.rule_id}{years}", severity, meta.message, meta.fix, passes, fails))
    return f"### {suite.name}\n\n" + markdown_table(COLUMNS, rows) + _moved(suite)


def _moved(suite: Suite) -> str:
    """The bounds on how far a column may move against the submission in force."""
    if not suite.moved:
        return ""
    rows = [
        (rule.rule_id, rule.column, MEASURES[rule.measure].format(rule), rule.message, rule.fix) for rule in suite.moved
    ]
    return "\nA file is **held** where a column moved too far:\n\n" + markdown_table(MOVED_COLUMNS, rows)


def _coded(title: str, intro: str, about: tuple[str, ...]) -> str:
    rows = [
        (rule.rule_id, rule.severity, rule.message, rule.fix, rule.passes, rule.fails)
        for rule in CODED_RULES.values()
        if rule.about in about
    ]
    return f"## {title}\n\n{intro}\n\n" + markdown_table(COLUMNS, rows)


def _examples(rows: Iterable[Mapping[str, Any]]) -> str:
    return "<br>".join(f"`{_row(row)}`" for row in rows)


def _row(row: Mapping[str, Any]) -> str:
    if not row:
        return "all empty"
    return ", ".join(f"{name}: {_cut(json.dumps(value, ensure_ascii=False))}" for name, value in row.items())


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:24]}… ({len(text) - 2} characters)"


if __name__ == "__main__":
    sys.stdout.write(rules_page())
