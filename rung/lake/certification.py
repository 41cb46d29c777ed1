"""Certified district-years and calendar windows: what a drop that comes too late, or too early, may still do."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.ledger import Ledger

CERTIFIED = "the district-year is certified"


def certified(ledger: Ledger) -> set[tuple[str, int]]:
    """The district-years that are certified today."""
    table = ledger.table("certification")
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.certification_id)).all()
    return {place for place, held in {(r.lea_id, r.school_year): r.certified for r in rows}.items() if held}


def certify(ledger: Ledger, lea_id: str, school_year: int, at: datetime) -> None:
    """Lock a district-year. Raises RungError where nothing of it has been accepted."""
    if not any((s.lea_id, s.school_year) == (lea_id, school_year) for s in ledger.in_force()):
        raise RungError(f"{lea_id} {school_year}: no accepted submission to certify; see `rung status`")
    _write(ledger, lea_id, school_year, True, at)


def reopen(ledger: Ledger, lea_id: str, school_year: int, at: datetime) -> int:
    """Unlock a district-year; its late drops are new again for the next intake. Returns how many there are."""
    if (lea_id, school_year) not in certified(ledger):
        raise RungError(f"{lea_id} {school_year}: is not certified; nothing to reopen")
    _write(ledger, lea_id, school_year, False, at)
    late = [
        submission.submission_id
        for submission, state, why in ledger.states()
        if state == "late"
        and why.startswith(CERTIFIED)
        and submission.lea_id == lea_id
        and submission.school_year == school_year
    ]
    objects = ledger.table("landed_object")
    with ledger.writing() as connection:
        connection.execute(sa.delete(objects).where(objects.c.submission_id.in_(late)))
    return len(late)


def _write(ledger: Ledger, lea_id: str, school_year: int, held: bool, at: datetime) -> None:
    table = ledger.table("certification")
    with ledger.writing() as connection:
        number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.certification_id), 0))).scalar_one()
        row = {"certification_id": number + 1, "lea_id": lea_id, "school_year": school_year}
        connection.execute(sa.insert(table), [{**row, "certified": int(held), "at": at.isoformat()}])


def out_of_window(calendar: pl.DataFrame, school_year: int, extract: str, received_at: str) -> tuple[str, str] | None:
    """State and reason where a drop came outside its window: before `opens` it is held, after `closes` it is late."""
    lines = calendar.filter((pl.col("school_year") == school_year) & (pl.col("extract") == extract))
    if lines.is_empty():
        return None
    opens, closes = lines["opens"][0], lines["closes"][0]
    day = date.fromisoformat(received_at[:10])
    if day > closes:
        return "late", f"it came on {day}, after {closes}, the last day on which a drop counts; it is kept, not applied"
    if day < opens:
        return "held", f"it came on {day}, before {opens}, the first day of the window"
    return None
