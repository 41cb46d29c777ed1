"""The catalogue of rules that stand in code: files, rows, across files, findings (DESIGN 6).

Rules about what the cells of one table say are the suites in `expectations/`; `docs/rules.md` lists both.
"""

from __future__ import annotations

from contracts.file_rules import FILE_RULES, ROW_RULES
from contracts.rules.across_files import CROSS_FILE_RULES
from contracts.rules.examples import EXAMPLES
from contracts.rules.findings import FINDINGS
from contracts.rules.rule import CodedRule

__all__ = ["CODED_RULES", "CROSS_FILE_RULES", "FINDINGS", "CodedRule"]

CODED_RULES: dict[str, CodedRule] = {
    rule.rule_id: rule
    for rule in (
        *(CodedRule(key, "fatal", "file", r.message, r.fix, *EXAMPLES[key]) for key, r in FILE_RULES.items()),
        *(CodedRule(key, "error", "row", r.message, r.fix, *EXAMPLES[key]) for key, r in ROW_RULES.items()),
        *CROSS_FILE_RULES,
        *FINDINGS,
    )
}
