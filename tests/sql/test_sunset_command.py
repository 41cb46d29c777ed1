"""`rung sunset` over a released state: as JSON, for one district, as a calendar, and without an award."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from rung.cli.main import app
from rung.core.errors import RungError
from rung.lake.workspace import Workspace
from rung.report.sunset import sunset_rows


def test_the_nearest_vote_comes_first_and_the_calendar_has_each(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "votes.ics"
    asked = CliRunner().invoke(app, ["sunset", "-c", str(root / "rung.toml"), "--ics", str(file), "--json"])
    assert asked.exit_code == 0, asked.output
    rows = json.loads(asked.stdout)
    votes = [row["last_budget_vote"] for row in rows]
    assert rows
    assert votes == sorted(votes)
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [date.fromisoformat(vote) for vote in votes]


def test_one_district_as_text(root: Path, released: Workspace) -> None:
    lea = sunset_rows(released)[0]["lea_id"]
    asked = CliRunner().invoke(app, ["sunset", "-c", str(root / "rung.toml"), "--lea", lea])
    assert asked.exit_code == 0, asked.output
    lines = asked.stdout.splitlines()
    assert len(lines) == len(sunset_rows(released, lea))
    assert all(f" ({lea})  " in line for line in lines)


def test_a_district_without_such_an_award_is_an_error(released: Workspace) -> None:
    with pytest.raises(RungError, match="no award that ends pays a program of district 99999"):
        sunset_rows(released, "99999")
