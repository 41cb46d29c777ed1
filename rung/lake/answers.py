"""Answers of districts to warnings, as the ledger keeps them: appended only, the last of a rule and row holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from rung.lake.ledger import Ledger

CONFIRMED, EXPLAINED = "confirmed", "explained"
ANSWERS = (CONFIRMED, EXPLAINED)
LeaYearExtract = tuple[str, int, str]  # lea_id, school_year, extract


@dataclass(frozen=True)
class RowAnswer:
    """What a district says about one row that a rule warns of: the row is right as it stands, or why it is so.

    `row_key` is made from the row's values (`rung.intake.warned`), so that the answer stays while the row does.
    """

    rule_id: str
    row_key: str
    answer: str
    explanation: str
    answered_by: str
    at: str = ""


def answers_by_place(
    ledger: Ledger, as_of: datetime | None = None
) -> dict[LeaYearExtract, dict[tuple[str, str], RowAnswer]]:
    """The answers that hold, today or as known at a time: place → (rule_id, row_key) → answer."""
    table = ledger.table("explanation")
    query = sa.select(table).order_by(table.c.explanation_id)
    if as_of is not None:
        query = query.where(table.c.at <= as_of.isoformat())
    found: dict[LeaYearExtract, dict[tuple[str, str], RowAnswer]] = {}
    with ledger.engine.connect() as connection:
        for row in connection.execute(query):
            answer = RowAnswer(row.rule_id, row.row_key, row.answer, row.explanation, row.answered_by, row.at)
            found.setdefault((row.lea_id, row.school_year, row.extract), {})[row.rule_id, row.row_key] = answer
    return found


def record_row_answers(
    ledger: Ledger, place: LeaYearExtract, answers: Sequence[RowAnswer], source: str, at: datetime
) -> int:
    """Write the answers that say something new; returns how many. `source`: where they came from."""
    table = ledger.table("explanation")
    lea_id, school_year, extract = place
    with ledger.writing() as connection:
        of_place = (table.c.lea_id == lea_id) & (table.c.school_year == school_year) & (table.c.extract == extract)
        known = {
            (row.rule_id, row.row_key): (row.answer, row.explanation, row.answered_by)
            for row in connection.execute(sa.select(table).where(of_place).order_by(table.c.explanation_id))
        }
        fresh = {
            (a.rule_id, a.row_key): a
            for a in answers
            if known.get((a.rule_id, a.row_key)) != (a.answer, a.explanation, a.answered_by)
        }
        number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.explanation_id), 0))).scalar_one()
        rows = [
            {"explanation_id": int(number) + n, "lea_id": lea_id, "school_year": school_year, "extract": extract}
            | {"rule_id": a.rule_id, "row_key": a.row_key, "answer": a.answer, "explanation": a.explanation}
            | {"answered_by": a.answered_by, "source": source, "at": at.isoformat()}
            for n, a in enumerate(fresh.values(), 1)
        ]
        if rows:
            connection.execute(sa.insert(table), rows)
    return len(rows)
