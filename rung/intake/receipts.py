"""Receipts: what a district learns of each submission, the same day, in files beside each other.

`receipt.json` for programs, `receipt.html` for the steward, `errors.csv` one line per broken rule and row,
`returned.csv` the rows that came back: the district's own columns in its own order, with the reason and the mend.
The last two come where something is in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from contracts.row_rules import RowRule
from rung.intake.conformed_parts import own_rows
from rung.intake.decision import Decision
from rung.intake.drops import DropRead, Part
from rung.intake.error_costs import fewest_mends
from rung.intake.findings import column_shown, find_all
from rung.intake.receipt_page import receipt_page
from rung.intake.safe_csv import safe_csv
from rung.intake.warned import warning_form
from rung.lake.submissions import Submission
from transforms.s1_conform.accounting import Broken
from transforms.s1_conform.decode.model import cell_name
from transforms.s1_conform.fast_reader import read_fast
from transforms.s1_conform.parse.cell_text import mask_ssn, mask_text
from transforms.s1_conform.validate import DUPLICATE, ERRORS
from transforms.s1_conform.values import RETURNED

if TYPE_CHECKING:
    from rung.lake.workspace import Workspace

EXAMPLES = 5


@dataclass(frozen=True)
class Flaws:
    """Rows of a submission that break each rule, and what depends on them; of a large one, how many are not listed."""

    broken: Broken
    costs: Mapping[str, Mapping[str, int | None]]
    rows_unlisted: int = 0


NTH = "_nth"  # of the rows that come from one line of a file
REPEATED = (
    "The row repeats an earlier row of the file in every column; it was counted once.",
    "Take it out. If it stands for something else, send the column that tells the two apart.",
)


def write_receipt(
    work: Workspace,
    read: DropRead,
    submission: Submission,
    decision: Decision,
    rows: pl.DataFrame,
    rules: Sequence[RowRule],
    flaws: Flaws,
    beside: Mapping[str, bytes | None],
    district: str,
) -> None:
    """Write the files of one submission's receipt, and those of `beside` that have something to say."""
    folder = f"{submission.lea_id}/{submission.school_year}/{submission.extract}/{submission.submission_id}"
    limit = work.settings.gate.max_quarantine_share
    part = work.settings.intake.batch_bytes
    files = receipt_files(read, submission, decision, rows, rules, flaws, district, limit, part)
    for name, data in (files | {name: data for name, data in beside.items() if data is not None}).items():
        work.receipts.write(f"{folder}/{name}", data)


def receipt_files(
    read: DropRead,
    submission: Submission,
    decision: Decision,
    rows: pl.DataFrame,
    rules: Sequence[RowRule],
    flaws: Flaws,
    district: str,
    limit: float,
    part_bytes: int,
    *,
    dry_run: bool = False,
) -> dict[str, bytes]:
    """The receipt's files by name. `rows`: the submission's judged rows; those that break nothing may lack.

    `district`: its name and id. `limit`: the share of rows that may come back. `part_bytes`: so much of a large file is
    read at once. `dry_run`: nothing was sent, and the page says so.
    """
    findings = find_all(rows, rules)
    returned = _returned(read, rows, rules, part_bytes)
    receipt = receipt_data(read, submission, decision, findings, rules, flaws) | {"district": district}
    if decision.state == "held":
        receipt["mends"] = fewest_mends(rows, asdict(submission), limit)
    form = warning_form(rows, rules, submission.extract)
    return {
        "receipt.json": json.dumps(receipt, indent=1, sort_keys=True, ensure_ascii=False).encode(),
        "receipt.html": receipt_page(receipt, dry_run=dry_run, form=bool(form)).encode(),
        **form,
        **{
            name: safe_csv(found)
            for name, found in (("errors.csv", findings), ("returned.csv", returned))
            if found.height
        },
    }


def _returned(read: DropRead, rows: pl.DataFrame, rules: Sequence[RowRule], part_bytes: int) -> pl.DataFrame:
    """Quarantined rows in the district's own columns and order, with the reason and the mend behind them."""
    empty = _nothing_returned()
    if ERRORS not in rows.columns or (rows[ERRORS].null_count() == rows.height and not rows[DUPLICATE].any()):
        return empty
    rows = rows.with_columns(pl.int_range(pl.len()).over("file_no", "source_row").alias(NTH))
    parts = []
    for file_no, part in enumerate(read.parts):
        mine = rows.filter(pl.col("file_no") == file_no)
        if mine[ERRORS].null_count() < mine.height or mine[DUPLICATE].any():
            own = _own(read, part, mine, part_bytes)
            by = ["source_row"]
            if not own["source_row"].is_unique().all():  # several records on one line, each a row of its own
                own = own.with_columns(pl.int_range(pl.len()).over("source_row").alias(NTH))
                by.append(NTH)
            back = own.join(_marked(mine, by, rules), on=by, how="inner", maintain_order="left")
            # Marks of an earlier return are not the district's columns.
            sent = [back[cell_name(at)].alias(name) for at, name in enumerate(part.header) if name not in RETURNED]
            marks = back.select(
                pl.col("source_row").alias("_rung_row"),
                *RETURNED[1:4],
                _rung_submission=pl.lit(read.submission_id),
                _rung_file=pl.lit(part.source_file),
            )
            parts.append(pl.DataFrame([*sent, *marks]))
    columns = list(dict.fromkeys(name for part in parts for name in part.columns if name not in RETURNED))
    joined = pl.concat([empty, *parts], how="diagonal")
    return pl.DataFrame([joined[name] for name in (*columns, *RETURNED)])


@lru_cache
def _nothing_returned() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(RETURNED, pl.String), "_rung_row": pl.UInt32})


def _marked(rows: pl.DataFrame, by: Sequence[str], rules: Sequence[RowRule]) -> pl.DataFrame:
    """The rows that go back, known `by` their line (and place in it): rules, messages and mends."""
    messages = {rule.rule_id: rule.message for rule in rules}
    fixes = {rule.rule_id: rule.fix for rule in rules}
    rules_of = pl.col(ERRORS).list
    bad = (
        rows.filter(pl.col(ERRORS).is_not_null() & ~pl.col(DUPLICATE))
        .group_by(by, maintain_order=True)
        .agg(pl.col(ERRORS).explode(empty_as_null=True).unique(maintain_order=True))
        .select(
            *by,
            rules_of.join("; ").alias("_rung_rule"),
            rules_of.eval(pl.element().replace(messages)).list.join(" ").alias("_rung_message"),
            rules_of.eval(pl.element().replace(fixes)).list.join(" ").alias("_rung_fix"),
        )
    )
    return pl.concat([bad, rows.filter(DUPLICATE).select(*by, *_duplicates())])


def _duplicates() -> list[pl.Expr]:
    """What stands behind a row that was dropped because it repeats another."""
    kinds_of_copy = ("duplicate", *REPEATED)
    return [pl.lit(word).alias(name) for name, word in zip(RETURNED[1:4], kinds_of_copy, strict=True)]


def _own(read: DropRead, part: Part, back: pl.DataFrame, part_bytes: int) -> pl.DataFrame:
    """The part's rows as the district wrote them, columns by place; a clean file is read again for it.

    Of a large file only the rows that go back.
    """
    if part.own is not None:
        return part.own
    names = {name: cell_name(at) for at, name in enumerate(part.header)}
    if part.source_file in read.on_disk:
        wanted = back.filter(pl.col(ERRORS).is_not_null() | pl.col(DUPLICATE))["source_row"]
        return own_rows(read.on_disk[part.source_file], part, wanted, part_bytes).rename(names)
    data = next(file.data for file in read.files if file.landed.name == part.source_file)
    own = read_fast([data[data.index(b"\n") + 1 :]], part.header, [part.rows])
    assert own is not None, "a clean file has been read before"
    return own.rename(names)


def receipt_data(
    read: DropRead,
    submission: Submission,
    decision: Decision,
    findings: pl.DataFrame,
    rules: Sequence[RowRule],
    flaws: Flaws,
) -> dict[str, Any]:
    """Everything that a receipt says, as data."""
    by_rule = {rule.rule_id: rule for rule in rules}
    broken = [
        {
            "rule_id": rule_id,
            "rows": rows,
            "severity": by_rule[rule_id].severity,
            "needs_answer": by_rule[rule_id].needs_answer,
            "column": column_shown(by_rule[rule_id]),
        }
        | dict(flaws.costs.get(rule_id, {}))
        | {"message": by_rule[rule_id].message, "fix": by_rule[rule_id].fix}
        | {"examples": _examples(findings.filter(pl.col("rule_id") == rule_id))}
        for rule_id, _, rows in sorted(flaws.broken, key=lambda each: (-each[2], each[0]))
    ]
    data = {
        "state": decision.state,
        "why": decision.why,
        **{name: value for name, value in vars(submission).items() if name != "kept_in"},  # the lake's own affair
        "files": json.loads(submission.files),
        "problems": [asdict(problem) for problem in read.problems],
        "rows_mended": read.rows_mended,
        "repairs": {kind: count for kind, count in sorted(read.repairs.items()) if count},
        "set_aside": dict(sorted(read.set_aside.items())),
        "lines_set_aside": dict(sorted(read.lines_aside.items())),
        "unread_columns": read.unread_columns,
        "suggested_mapping": [report.stanza(submission.school_year) for report in read.drift],
        "rules": broken,
        **({"rows_unlisted": flaws.rows_unlisted} if flaws.rows_unlisted else {}),
    }
    masked: dict[str, Any] = json.loads(mask_text(json.dumps(data, ensure_ascii=False)))
    return masked


def _examples(findings: pl.DataFrame) -> list[dict[str, Any]]:
    head = findings.head(EXAMPLES).select("source_file", "source_row", mask_ssn(pl.col("value")))
    return [
        {"file": file, "row": row, "value": value}
        for file, row, value in zip(*(head[name].to_list() for name in head.columns), strict=True)
    ]
