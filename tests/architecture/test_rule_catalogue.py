"""Every rule that code can emit stands in the catalogue, and every rule of the catalogue is emitted somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from contracts.file_rules import FILE_RULES, ROW_RULES
from contracts.rules import CODED_RULES, CROSS_FILE_RULES, FINDINGS
from contracts.rules.examples import EXAMPLES
from contracts.vocabulary import EXCEPTION_KINDS
from expectations.overlay import TABLES
from expectations.suites import load_suites
from rung.intake.rules_page import rules_page
from transforms.s2_resolve.cross_file import FINDERS

ROOT = Path(__file__).parents[2]
CODED_ID = re.compile(r"(FILE|ROW|XFL)-\d{3}")
FINDERS_OF_KINDS = ROOT / "transforms" / "s4_sustain" / "findings.py"


def words(path: Path) -> Iterator[str]:
    """The texts of a module, docstrings included: these are longer than an id."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def emitted() -> set[str]:
    """Ids of rules that stand alone as a text in code outside the catalogue and the made-up state."""
    modules = [
        path for folder in ("transforms", "rung", "flows", "expectations") for path in (ROOT / folder).rglob("*.py")
    ]
    return {text for path in modules if "demo" not in path.parts for text in words(path) if CODED_ID.fullmatch(text)}


def test_code_emits_the_rules_of_the_catalogue_and_no_others() -> None:
    assert emitted() == {rule_id for rule_id in CODED_RULES if CODED_ID.fullmatch(rule_id)}


def test_every_cross_file_rule_has_its_finder() -> None:
    assert list(FINDERS) == [rule.rule_id for rule in CROSS_FILE_RULES]


def test_every_kind_of_finding_is_found_by_code_or_by_a_pack() -> None:
    packs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "programs").glob("*.yaml")]
    by_packs = {kind for pack in packs for kind in _named(pack, "finding")}
    by_code = set(words(FINDERS_OF_KINDS)) & set(EXCEPTION_KINDS)
    assert [rule.rule_id for rule in FINDINGS] == list(EXCEPTION_KINDS)
    assert by_packs | by_code == set(EXCEPTION_KINDS)


def _named(part: object, key: str) -> Iterator[str]:
    """Values of a key anywhere in a pack."""
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == key)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _named(each, key)


def test_every_rule_says_all_of_itself_and_no_id_stands_twice() -> None:
    assert set(EXAMPLES) == {*FILE_RULES, *ROW_RULES}, "give the rule its two examples in contracts/rules/examples.py"
    of_suites = [
        rule.rule_id for suite in load_suites(TABLES, ROOT / "expectations").values() for rule in suite.expectations
    ]
    assert not set(of_suites) & set(CODED_RULES)
    assert len(CODED_RULES) == len(FILE_RULES) + len(ROW_RULES) + len(CROSS_FILE_RULES) + len(FINDINGS)
    for rule in CODED_RULES.values():
        assert rule.severity in ("fatal", "error", "warn")
        assert rule.message.endswith("."), rule.rule_id
        assert rule.fix.endswith(".") or rule.fix.endswith("`)."), rule.rule_id
        assert rule.passes and rule.fails and rule.passes != rule.fails, rule.rule_id


def test_the_page_lists_every_rule_once() -> None:
    listed = re.findall(r"^\| ([A-Z]{3,4}-\d{3}|[a-z_]+) ?\S* \|", rules_page(), flags=re.M)
    for rule_id in CODED_RULES:
        assert listed.count(rule_id) == 1, rule_id
