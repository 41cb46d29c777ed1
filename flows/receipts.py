"""Receipts: what a district learns of each submission, the same day, in four files beside each other.

`receipt.json` for programs, `receipt.html` for the steward, `errors.csv` one line per broken rule, `returned.csv` the
rows that came back with the reason and the mend.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from flows.ledger import Submission
from flows.reading import DropRead
from flows.workspace import Workspace
from transforms.s1_conform.judge import DUPLICATE, ERRORS, WARNINGS
from transforms.s1_conform.values import UNREADABLE

# Spreadsheets run a cell that starts with one of these as a formula.
_FORMULA = r"^([=+\-@\t\r])"
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
EXAMPLES = 3


@dataclass(frozen=True)
class Verdict:
    """What became of a submission, and why in a sentence."""

    state: str
    why: str


def write_receipt(
    work: Workspace,
    read: DropRead,
    submission: Submission,
    verdict: Verdict,
    rows: pl.DataFrame,
    rules: Sequence[RowRule],
) -> None:
    """Write the four files of one submission's receipt."""
    folder = f"{submission.lea_id}/{submission.school_year}/{submission.extract}/{submission.submission_id}"
    findings = _findings(rows, rules)
    receipt = _receipt(read, submission, verdict, findings, rules)
    work.receipts.write(f"{folder}/receipt.json", json.dumps(receipt, indent=1, sort_keys=True).encode())
    work.receipts.write(f"{folder}/receipt.html", _page(receipt).encode())
    work.receipts.write(f"{folder}/errors.csv", _csv(findings))
    work.receipts.write(f"{folder}/returned.csv", _csv(_returned(rows, rules, submission.extract)))


def _findings(rows: pl.DataFrame, rules: Sequence[RowRule]) -> pl.DataFrame:
    """One row per broken rule and row: file, row, rule, severity, column, value, message, fix."""
    known = pl.DataFrame(
        [(r.rule_id, r.severity, r.column, r.message, r.fix) for r in rules],
        schema=dict.fromkeys(("rule_id", "severity", "column", "message", "fix"), pl.String),
        orient="row",
    )
    broken = [
        rows.filter(pl.col(name).is_not_null()).select("source_file", "source_row", pl.col(name).alias("rule_id"))
        for name in (ERRORS, WARNINGS)
        if name in rows.columns
    ]
    if not broken:
        return known.clear().select(pl.lit("").alias("source_file"), pl.lit(0).alias("source_row"), pl.all())
    listed = pl.concat(broken).explode("rule_id")
    return listed.join(known, on="rule_id", how="left", maintain_order="left").sort(
        "source_file", "source_row", "rule_id"
    )


def _returned(rows: pl.DataFrame, rules: Sequence[RowRule], extract: str) -> pl.DataFrame:
    """Quarantined rows as sent (text that could not be read put back), with the reason and the mend."""
    if ERRORS not in rows.columns:
        return pl.DataFrame(schema={"_rung_row": pl.UInt32})
    said = {rule.rule_id: rule for rule in rules}
    bad = rows.filter(pl.col(ERRORS).is_not_null() & ~pl.col(DUPLICATE))
    messages = {rule_id: rule.message for rule_id, rule in said.items()}
    fixes = {rule_id: rule.fix for rule_id, rule in said.items()}
    sent = [
        pl.coalesce(pl.col(name + UNREADABLE), pl.col(name).cast(pl.String)).alias(name)
        if name + UNREADABLE in bad.columns
        else pl.col(name)
        for name in EXTRACTS[extract].sent.columns()
    ]
    return bad.select(
        *sent,
        pl.col("source_row").alias("_rung_row"),
        pl.col(ERRORS).list.join("; ").alias("_rung_rule"),
        pl.col(ERRORS).list.eval(pl.element().replace(messages)).list.join("; ").alias("_rung_message"),
        pl.col(ERRORS).list.eval(pl.element().replace(fixes)).list.join("; ").alias("_rung_fix"),
    )


def _receipt(
    read: DropRead, submission: Submission, verdict: Verdict, findings: pl.DataFrame, rules: Sequence[RowRule]
) -> dict[str, Any]:
    counts = findings.group_by("rule_id").len().sort("len", "rule_id", descending=[True, False])
    said = {rule.rule_id: rule for rule in rules}
    broken = [
        {"rule_id": rule_id, "rows": rows, "severity": said[rule_id].severity}
        | {"message": said[rule_id].message, "fix": said[rule_id].fix}
        | {"example_rows": findings.filter(pl.col("rule_id") == rule_id)["source_row"].head(EXAMPLES).to_list()}
        for rule_id, rows in counts.rows()
    ]
    return {
        "state": verdict.state,
        "why": _masked(verdict.why),
        **asdict(submission),
        "files": json.loads(submission.files),
        "problems": [asdict(problem) for problem in read.problems],
        "repairs": dict(sorted(read.repairs.items())),
        "set_aside": dict(sorted(read.set_aside.items())),
        "unread_columns": read.unread_columns,
        "rules": broken,
    }


def _csv(frame: pl.DataFrame) -> bytes:
    """CSV that a spreadsheet shows and does not run, with no Social Security number in it."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    safe = frame.with_columns(
        pl.col(text).str.replace_all(_SSN.pattern, "***-**-****").str.replace(_FORMULA, "'$1") if text else []
    )
    buffer = io.BytesIO()
    safe.write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def _masked(text: str) -> str:
    return _SSN.sub("***-**-****", text)


def _page(receipt: dict[str, Any]) -> str:
    """The steward's page: what arrived, what was kept, what to mend first."""
    rows = "".join(
        f"<tr><td>{html.escape(rule['message'])}</td><td>{html.escape(rule['fix'])}</td><td>{rule['rows']}</td>"
        f"<td>{', '.join(map(str, rule['example_rows']))}</td></tr>"
        for rule in receipt["rules"]
    )
    problems = "".join(
        f"<li>{html.escape(_masked(problem['message']))}. {html.escape(problem['fix'])}</li>"
        for problem in receipt["problems"]
    )
    title = f"{receipt['lea_id']} · {receipt['school_year']} · {receipt['extract']}: {receipt['state']}"
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>
<body><h1>{html.escape(title)}</h1><p>{html.escape(receipt["why"])}</p>
<p>{receipt["rows_read"]:,} rows arrived, {receipt["rows_accepted"]:,} were kept, {receipt["rows_quarantined"]:,} came
back, {receipt["rows_duplicate"]:,} were exact repeats, {receipt["rows_set_aside"]:,} were set aside.</p>
<ul>{problems}</ul><table><tr><th>What is wrong</th><th>How to mend it</th><th>Rows</th><th>For example rows</th></tr>
{rows}</table></body></html>"""
