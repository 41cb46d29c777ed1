"""Warned rows of a submission, and the key by which an answer to a warning stays with its row.

Rows that a warning is about are accepted; a copy of them with their rules lies in the lake beside the accepted rows, so
that they can be shown and answered without judging the file again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.row_rules import RowRule
from rung.core.errors import RungError
from rung.core.rules import row_rules_for
from rung.intake.findings import findings_of
from rung.intake.safe_csv import safe_csv
from rung.lake.accepted import accepted_schema
from rung.lake.submissions import Submission
from transforms.s1_conform.validate import WARNINGS, is_accepted
from transforms.s1_conform.values import UNREADABLE, unreadable_columns

if TYPE_CHECKING:
    from rung.lake.workspace import Workspace

KEY_LENGTH = 20
FORM = "warnings.csv"
ANSWER_COLUMNS = ("answer", "explanation", "by")
WARNED = pl.Schema(
    {
        "rule_id": pl.String,
        "source_file": pl.String,
        "source_row": pl.UInt32,
        "column": pl.String,
        "value": pl.String,
        "message": pl.String,
        "needs_answer": pl.Boolean,
        "row_key": pl.String,
    }
)
FORM_COLUMNS = (*(name for name in WARNED if name != "row_key"), *ANSWER_COLUMNS, "row_key")


def warned_of(each: Submission) -> str:
    """The object that holds a submission's warned rows."""
    return f"warned/{each.extract}/{each.school_year}/{each.lea_id}/{each.submission_id}.parquet"


def warned_part(kept: pl.DataFrame, extract: str) -> pl.DataFrame:
    """Of accepted rows those with a warning: the columns of the contract, text that could not be read, the rules."""
    rows = kept.filter(pl.col(WARNINGS).is_not_null())
    unread = [name for name in unreadable_columns(rows.schema) if rows[name].null_count() < rows.height]
    return rows.select(*accepted_schema(extract).names(), *unread, WARNINGS)


def warned_rows(work: Workspace, submission: Submission) -> pl.DataFrame:
    """One row per warning of a submission (`WARNED`), in order of rule, file and row; rules in force today only.

    Raises RungError where the submission was judged before warned rows were kept.
    """
    if not submission.rows_warned:
        return pl.DataFrame(schema=WARNED)
    try:
        data = work.lake.read(warned_of(submission))
    except FileNotFoundError:
        raise RungError(
            f"{submission.lea_id} {submission.school_year} {submission.extract}: judged by an older Rung, which kept no"
            " warned rows; `rung intake --again` judges it again"
        ) from None
    rules = row_rules_for(submission.extract, submission.school_year, work.settings)
    return list_warnings(pl.read_parquet(data), rules, submission.extract)


def list_warnings(warned: pl.DataFrame, rules: Sequence[RowRule], extract: str) -> pl.DataFrame:
    """One row per warning (`WARNED`) of rows that each have some, in order of rule, file and row."""
    rows = warned.with_columns(row_key=pl.Series(row_keys(warned, extract), dtype=pl.String))
    found = [pl.DataFrame(schema=WARNED)]
    for rule in rules:
        mine = rows.filter(pl.col(WARNINGS).list.contains(rule.rule_id))
        if rule.severity != "warn" or mine.is_empty():
            continue
        answerable = findings_of(mine, rule).with_columns(mine["row_key"], needs_answer=pl.lit(rule.needs_answer))
        found.append(answerable.select(WARNED.names()).cast(WARNED))
    return pl.concat(found).sort("rule_id", "source_file", "source_row", "row_key")


def warning_form(rows: pl.DataFrame, rules: Sequence[RowRule], extract: str) -> dict[str, bytes]:
    """`warnings.csv`, the form in which a district answers, from a submission's judged rows; nothing without any."""
    if WARNINGS not in rows.columns or rows[WARNINGS].null_count() == rows.height:
        return {}
    warned = rows.filter(pl.col(WARNINGS).is_not_null() & is_accepted())
    return {} if warned.is_empty() else {FORM: form_bytes(list_warnings(warned, rules, extract))}


def form_bytes(warnings: pl.DataFrame) -> bytes:
    """The form: warnings with the answers given so far, or none; `row_key` last, as no person reads it."""
    blank = [pl.lit(None, pl.String).alias(name) for name in ANSWER_COLUMNS if name not in warnings.columns]
    return safe_csv(warnings.with_columns(blank).select(*FORM_COLUMNS))


def row_keys(rows: pl.DataFrame, extract: str) -> Sequence[str]:
    """A key per row, made from the values of the columns that a district sends, as text where they could not be read;
    empty ones left out, so that a column that the contract gains later changes no key. Where the row lies in its file
    does not matter."""
    sent = EXTRACTS[extract].sent.columns()
    names = [name for name in (*sent, *(name + UNREADABLE for name in sent)) if name in rows.columns]
    keys = []
    for values in rows.select(names).iter_rows():
        text = "\x1f".join(f"{name}={value}" for name, value in zip(names, values, strict=True) if value is not None)
        keys.append(hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH])
    return keys
