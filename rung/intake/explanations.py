"""Confirm or explain: a district's answers to the warnings of a submission, from `explanations.csv` or the drop page.

An answer is about a rule and a row. It is kept under the row's key, so that it holds for every later submission in
which the row stands unchanged. Rules that a suite marks `needs_answer` must have one for each row before `certify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from contracts.rules import CROSS_FILE_RULES
from rung.core.errors import GateFailed, RungError
from rung.core.rules import row_rules_for
from rung.lake.answers import ANSWERS, EXPLAINED, LeaYearExtract, RowAnswer, answers_by_place, record_row_answers
from rung.lake.ledger import Submission
from rung.lake.reference import names_of
from rung.lake.workspace import Workspace

# About two files, often of two districts, and asked anew of whatever is in force: an answer to a row would outlive it.
ACROSS_FILES = frozenset(rule.rule_id for rule in CROSS_FILE_RULES)
LONGEST = 2_000
SHORTEST = 10
SHOWN = 5  # explanations in a footnote


@dataclass(frozen=True)
class GivenAnswer:
    """One answer as a person gives it. The row is named by `row_key`, or by file and row number; without either the
    answer is about every row that the rule warns of in the newest submission. `line`: where it stands in its file."""

    rule_id: str
    answer: str
    explanation: str
    answered_by: str
    row_key: str = ""
    source_file: str = ""
    source_row: int | None = None
    line: int = 0


@dataclass(frozen=True)
class Taken:
    """What became of answers: rows that have a new one, and a sentence for each that could not be used."""

    rows: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class AnswerFiles:
    """What an intake did with the answer files it found: files read, rows answered, lines that could not be used."""

    files: int = 0
    rows: int = 0
    problems: int = 0


@dataclass(frozen=True)
class AnswerCount:
    """Rows of a submission that a rule warns of, by what the district said about them."""

    rule_id: str
    needs_answer: bool
    rows: int
    confirmed: int
    explained: int
    texts: tuple[str, ...]

    @property
    def open(self) -> int:
        return self.rows - self.confirmed - self.explained


Answers = Mapping[str, tuple[AnswerCount, ...]]  # by submission


def newest_submission(work: Workspace, place: LeaYearExtract) -> Submission:
    """The newest submission of a place that was not replaced. Raises RungError where there is none."""
    found = [s for s, state, _ in work.ledger.states() if state != "superseded"]
    of_place = [s for s in found if (s.lea_id, s.school_year, s.extract) == place]
    if not of_place:
        raise RungError(f"{place[0]} {place[1]} {place[2]}: nothing has been sent; there is nothing to answer")
    return of_place[-1]


def _warned(work: Workspace, submission: Submission) -> pl.DataFrame:
    """The warned rows of a submission; what reads them is imported where there is something to read."""
    from rung.intake.warned import warned_rows

    return warned_rows(work, submission)


def warnings_of(work: Workspace, submission: Submission) -> pl.DataFrame:
    """One row per warning of a submission (`warned.WARNED`), with `answer`, `explanation`, `answered_by`,
    `answered_at`: null where the district has not answered."""
    rows = _warned(work, submission)
    return _with_answers(rows, answers_by_place(work.ledger).get(_place(submission), {}))


def take_answers(
    work: Workspace, place: LeaYearExtract, given: Sequence[GivenAnswer], source: str, at: datetime
) -> Taken:
    """Record answers to the newest submission of a place. What cannot be used is told, and hinders no other answer.

    `source`: where they came from (a landing key, the drop page).
    """
    from transforms.s1_conform.parse.cell_text import mask_text

    warned = _warned(work, newest_submission(work, place))
    kept: list[RowAnswer] = []
    problems: list[str] = []
    for each in given:
        problem = _unusable(each)
        rows = warned if problem else _rows_of(warned, each)
        if problem or rows.is_empty():
            where = f"line {each.line}: " if each.line else ""
            problems.append(where + (problem or f"{each.rule_id} warns of no such row in the newest submission"))
            continue
        given_texts = (
            each.answer.strip().lower(),
            mask_text(each.explanation.strip()),
            mask_text(each.answered_by.strip()),
        )
        kept += [RowAnswer(each.rule_id, row_key, *given_texts) for row_key in rows["row_key"].to_list()]
    return Taken(record_row_answers(work.ledger, place, kept, source, at), tuple(problems))


def _unusable(each: GivenAnswer) -> str | None:
    """Why an answer cannot be used; None where it can."""
    answer = each.answer.strip().lower()
    if each.rule_id in ACROSS_FILES:
        return f"{each.rule_id} is found across files and takes no answer; mend the files that across_files.csv names"
    if answer not in ANSWERS:
        return f"the answer must be one of {', '.join(ANSWERS)}"
    if not each.answered_by.strip():
        return "`by` is empty; say who answers"
    if answer == EXPLAINED and len(each.explanation.strip()) < SHORTEST:
        return f"`explanation` is shorter than {SHORTEST} characters; say why the row is right"
    if len(each.explanation) > LONGEST:
        return f"`explanation` is longer than {LONGEST:,} characters"
    return None


def _rows_of(warned: pl.DataFrame, each: GivenAnswer) -> pl.DataFrame:
    """The warned rows that an answer is about."""
    rows = warned.filter(pl.col("rule_id") == each.rule_id)
    if each.row_key:
        return rows.filter(pl.col("row_key") == each.row_key)
    if each.source_row is not None:
        rows = rows.filter(pl.col("source_row") == each.source_row)
    if each.source_file:
        rows = rows.filter(pl.col("source_file") == each.source_file)
    return rows


def _with_answers(rows: pl.DataFrame, answers: Mapping[tuple[str, str], RowAnswer]) -> pl.DataFrame:
    names = ("answer", "explanation", "answered_by", "answered_at")
    answer_rows = pl.DataFrame(
        [(a.rule_id, a.row_key, a.answer, a.explanation, a.answered_by, a.at) for a in answers.values()],
        schema=dict.fromkeys(("rule_id", "row_key", *names), pl.String),
        orient="row",
    )
    return rows.join(answer_rows, on=["rule_id", "row_key"], how="left", maintain_order="left")


def _place(submission: Submission) -> LeaYearExtract:
    return submission.lea_id, submission.school_year, submission.extract


def count_answers(
    work: Workspace, submissions: Iterable[Submission], as_of: datetime | None = None
) -> dict[str, tuple[AnswerCount, ...]]:
    """Submission id → how each of its warnings stands, by rule.

    Warned rows are read only where there is an answer or a rule that needs one, so that a state that asks for no
    answers pays nothing.
    """
    answers = answers_by_place(work.ledger, as_of)
    broken: dict[str, set[str]] = {}
    for submission_id, rule_id, severity, _ in work.ledger.broken_rules():
        if severity == "warn":
            broken.setdefault(submission_id, set()).add(rule_id)
    found: dict[str, tuple[AnswerCount, ...]] = {}
    for each in submissions:
        rules = broken.get(each.submission_id, set())
        mine = answers.get(_place(each), {})
        if not rules or not (mine or _needing_answers(work, each) & rules):
            continue
        found[each.submission_id] = count_rows(_with_answers(_warned(work, each), mine))
    return found


def _needing_answers(work: Workspace, submission: Submission) -> set[str]:
    """The rules of a submission's extract and year that must be answered."""
    rules = row_rules_for(submission.extract, submission.school_year, work.settings)
    return {rule.rule_id for rule in rules if rule.needs_answer}


def count_rows(warnings: pl.DataFrame) -> tuple[AnswerCount, ...]:
    """The counts of one submission's warnings (see `warnings_of`), in order of rule."""
    counted = []
    for (rule_id,), rows in warnings.partition_by("rule_id", as_dict=True, maintain_order=True).items():
        given_texts = rows["answer"]
        texts = rows["explanation"].drop_nulls().unique(maintain_order=True).to_list()
        counted.append(
            AnswerCount(
                rule_id=str(rule_id),
                needs_answer=bool(rows["needs_answer"][0]),
                rows=rows.height,
                confirmed=int((given_texts == "confirmed").sum()),
                explained=int((given_texts == EXPLAINED).sum()),
                texts=tuple(text for text in texts if text),
            )
        )
    return tuple(counted)


def footnote_of(count: AnswerCount | None) -> tuple[int, str | None]:
    """Rows answered and the footnote of `data_quality`: how many were confirmed and explained, and how; null where the
    district has said nothing."""
    if count is None or not (count.confirmed or count.explained):
        return 0, None
    parts = [f"{n:,} {word}" for n, word in ((count.confirmed, "confirmed"), (count.explained, "explained")) if n]
    texts = "; ".join(sorted(count.texts)[:SHOWN])
    more = f" (and {len(count.texts) - SHOWN:,} more)" if len(count.texts) > SHOWN else ""
    return count.confirmed + count.explained, ", ".join(parts) + (f": {texts}{more}" if texts else "")


def refuse_unanswered(work: Workspace, lea_id: str, school_year: int) -> None:
    """Raise GateFailed naming extract, rule and rows where a warning that needs an answer has none."""
    mine = [s for s in work.ledger.in_force() if (s.lea_id, s.school_year) == (lea_id, school_year)]
    counts = count_answers(work, mine)
    waiting = [
        f"{s.extract} {c.rule_id} ({c.open:,} of {c.rows:,} rows)"
        for s in mine
        for c in counts.get(s.submission_id, ())
        if c.needs_answer and c.open
    ]
    if waiting:
        district = names_of(work.reference).get(lea_id, lea_id)
        raise GateFailed(
            f"{district} {school_year}: warnings wait for the district's answer: {'; '.join(waiting)}; fill `answer`,"
            " `explanation` and `by` in warnings.csv of the receipt and put it beside the drop as explanations.csv"
        )
