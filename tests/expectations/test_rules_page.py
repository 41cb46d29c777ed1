"""`docs/rules.md` is what the suites say, and every rule stands in it once with both examples."""

from __future__ import annotations

import re
from pathlib import Path

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES
from contracts.rules import CODED_RULES
from expectations.suites import load_suites
from rung.intake.rules_page import rules_page

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_page(), "run `python -m rung.intake.rules_page > docs/rules.md`"


def test_every_rule_stands_in_the_page_once_with_all_its_parts() -> None:
    rows = re.findall(r"^\| ([A-Z]{3}-\d{3})[^|]*((?:\|(?:\\\||[^|])*){5})\|$", rules_page(), flags=re.M)
    suites = load_suites((*EXTRACTS, *REFERENCES, *MARTS), ROOT / "expectations")
    rules = {rule.rule_id: rule for suite in suites.values() for rule in suite.expectations}
    rows = [(rule_id, rest) for rule_id, rest in rows if rule_id not in CODED_RULES]
    assert sorted(rule_id for rule_id, _ in rows) == sorted(rules)
    for rule_id, rest in rows:
        severity, message, fix, passes, fails = (cell.strip() for cell in re.split(r"(?<!\\)\|", rest)[1:])
        meta = rules[rule_id].meta
        told = meta.severity + (", answer" if meta.needs_answer else "")
        assert (severity, message, fix) == (told, meta.message, meta.fix)
        assert passes.count("`") == 2 * len(meta.examples.passes)
        assert fails.count("`") == 2 * len(meta.examples.fails)
