"""Two reference pages: the dictionary of the release's tables, and the rules that a district's rows are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.suites import Suite
from rung.report.cell_format import Table
from rung.report.page import Page, Section

SEVERITY = {"fatal": "the file is sent back", "error": "the row is sent back", "warn": "kept and counted"}


def dictionary_page(package: Mapping[str, Any]) -> Page:
    """Every table and column of a release's data package."""
    sections = [
        Section(f"s-{resource['name']}", resource["name"], (_table(resource),))
        for resource in sorted(package["resources"], key=lambda each: str(each["name"]))
    ]
    columns = sum(len(resource["schema"]["fields"]) for resource in package["resources"])
    headline = (("tables", f"{len(sections):,}"), ("columns", f"{columns:,}"))
    lead = "Every table and column of this release: what a row is, what a number means, its unit."
    return Page("dictionary.html", "dictionary", "Dictionary", lead, tuple(sections), headline)


def _table(resource: Mapping[str, Any]) -> Table:
    rows = [(f["name"], f["type"], f.get("unit", ""), f.get("description", "")) for f in resource["schema"]["fields"]]
    title = resource.get("description", resource["name"])
    return Table(resource["name"], title, ("column", "type", "unit", "meaning"), rows)


def rules_page(suites: Mapping[str, Suite]) -> Page:
    """The rules of the four extracts as the state asks them, in a district's words."""
    sections = [Section(f"s-{name}", name, (_rules(name, suite.expectations),)) for name, suite in suites.items()]
    total = sum(len(suite.expectations) for suite in suites.values())
    lead = "What is asked of every row that a district sends, and how to mend it."
    return Page("rules.html", "rules", "Rules", lead, tuple(sections), (("rules", f"{total:,}"),))


def _rules(name: str, expectations: Sequence[Any]) -> Table:
    rows = [(e.meta.rule_id, SEVERITY[e.meta.severity], e.meta.message, e.meta.fix) for e in expectations]
    return Table(name, f"Rules of {name}", ("rule", "what happens", "what is wrong", "how to mend it"), rows)
