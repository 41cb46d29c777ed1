"""What every rule that stands in code says of itself, as the rules of the suites do in their `meta`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CodedRule:
    """`about` is what it is asked of: `file`, `row`, an extract, or the mart `exceptions`.

    `severity` as in the suites: fatal rejects the file, error sends the row back, warn keeps the row and counts it.
    `passes` and `fails` are one example each, in words; `{}` in `message` takes the particulars.
    """

    rule_id: str
    severity: str
    about: str
    message: str
    fix: str
    passes: str
    fails: str
