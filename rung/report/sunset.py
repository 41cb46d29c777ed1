"""The calendar of awards that end: the last budget vote of each, as text and as an iCalendar file."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from rung.core.errors import RungError
from rung.lake.pointer import current_release
from rung.lake.workspace import Workspace
from rung.marts.names import names_of_release
from rung.packs.names import Names, beside
from rung.report.facts import Facts

COLUMNS = ("lea_id", "award_id", "program_id", "award_end", "last_budget_vote", "recurring_amount", "persons")


def sunset_rows(work: Workspace, lea_id: str | None = None) -> list[dict[str, Any]]:
    """Rows of the current release's `sunset`, the nearest vote first; awards without a known end come last.

    `district` and `program` are the names beside the ids.

    Raises RungError without a release, or where a district is named that no award pays.
    """
    release = current_release(work.releases)
    if release is None:
        raise RungError("there is no release yet; run `rung run`")
    rows = pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/restricted/sunset/sunset.parquet")))
    if lea_id is not None:
        rows = rows.filter(pl.col("lea_id") == lea_id)
        if rows.is_empty():
            raise RungError(f"no award that ends pays a program of district {lea_id} in release {release}")
    names = names_of_release(work, release)
    return _named(
        rows.select(COLUMNS).sort("last_budget_vote", "lea_id", "award_id", nulls_last=True).to_dicts(), names
    )


def _named(rows: list[dict[str, Any]], names: Names) -> list[dict[str, Any]]:
    """Rows with the names of their district and program."""
    return [
        row | {"district": names.district(row["lea_id"]), "program": names.program(row["program_id"])} for row in rows
    ]


def sunset_calendar(rows: list[dict[str, Any]], made_at: datetime) -> bytes:
    """An all-day event on the day of each last vote; awards whose end is not known have none."""
    calendar = _empty_calendar()
    for row in rows:
        if row["last_budget_vote"] is not None:
            calendar.add_component(_event(row, made_at))
    written: bytes = calendar.to_ical()
    return written


def report_calendar(facts: Facts, made_at: datetime) -> bytes:
    """The calendar beside the report: last votes of awards, or, in public, the last day of each program's money."""
    if facts.restricted:
        rows = facts.frame("sunset").select(COLUMNS).sort("last_budget_vote", "lea_id", "award_id").to_dicts()
        names = Names({lea_id: beside(name, lea_id) for lea_id, name in facts.reported.items()})
        return sunset_calendar(_named(rows, names), made_at)
    calendar = _empty_calendar()
    for lea_id, district in facts.reported.items():
        for row in facts.rows("public_money", lea_id):
            if row["dimension"] == "ends" and row["part"].isdigit() and row["amount"] != 0:
                last = date(int(row["part"]) - 1, 6, 30)
                event = _all_day(last, made_at, f"{lea_id}-{row['program_id']}-{row['part']}@rung")
                event.add("summary", f"Money of {row['program_id']} in {district} ends")
                amount = "An amount hidden to protect persons" if row["amount"] is None else f"{row['amount']} dollars"
                event.add("description", f"{amount} a year of program pay has no money from {last} on.")
                calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _empty_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Rung//sunset of awards//EN")
    calendar.add("version", "2.0")
    return calendar


def _all_day(day: date, made_at: datetime, uid: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    return event


def _event(row: dict[str, Any], made_at: datetime) -> Event:
    vote: date = row["last_budget_vote"]
    event = _all_day(vote, made_at, f"{row['lea_id']}-{row['award_id']}-{vote.isoformat()}@rung")
    event.add("summary", f"Last budget vote to replace {row['award_id']} in {row['district']}")
    event.add(
        "description",
        f"The award ends on {row['award_end']}. It pays {row['recurring_amount']:,} dollars a year to "
        f"{row['persons']:,} persons, most under {row['program']}. A later vote leaves a gap.",
    )
    return event
