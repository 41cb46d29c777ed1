"""Certified district-years and calendar windows: what a drop that comes too late, or too early, may still do."""

from __future__ import annotations

from dataclasses import dataclass
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
    ledger.record_certification(lea_id, school_year, True, at)


def reopen(ledger: Ledger, lea_id: str, school_year: int, at: datetime) -> int:
    """Unlock a district-year; the next intake judges its late drops again. Returns how many there are."""
    if (lea_id, school_year) not in certified(ledger):
        raise RungError(f"{lea_id} {school_year}: is not certified; nothing to reopen")
    ledger.record_certification(lea_id, school_year, False, at)
    place = (lea_id, school_year)
    return sum(
        state == "late" and why.startswith(CERTIFIED) and (each.lea_id, each.school_year) == place
        for each, state, why in ledger.states()
    )


@dataclass(frozen=True)
class Window:
    """When drops of an extract and year count: from `opens` through `closes`, both inclusive."""

    opens: date
    closes: date

    def refuses(self, today: date, received_on: date, in_force: bool) -> tuple[str, str] | None:
        """State and reason where a drop is out of the window: held until `opens` has come, late after `closes`.

        Late only where it would replace something in force: a first load of a past year is never late.
        """
        if today < self.opens:
            return "held", f"the window opens on {self.opens}; the drop is taken in by itself on that day"
        if received_on > self.closes and in_force:
            return (
                "late",
                f"it came on {received_on}, after {self.closes}, the last day on which a drop counts;"
                " it is kept, not applied",
            )
        return None


def window_of(calendar: pl.DataFrame, school_year: int, extract: str) -> Window | None:
    """The calendar's window of an extract and year; None where it says nothing."""
    lines = calendar.filter((pl.col("school_year") == school_year) & (pl.col("extract") == extract))
    return None if lines.is_empty() else Window(lines["opens"][0], lines["closes"][0])
