"""The command `rung sunset`: awards that end, and the votes that can still replace them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json


def add_commands(app: typer.Typer) -> None:
    """Give the command line the command of this module."""
    app.command("sunset")(sunset)


def sunset(
    lea: Annotated[str | None, typer.Option("--lea", help="Only this district.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", metavar="FILE", help="Write an iCalendar file.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """List awards that end by their last budget vote, amount and persons; from the current release."""
    from rung.lake.places import open_place
    from rung.lake.workspace import open_workspace
    from rung.report.sunset import sunset_calendar, sunset_rows

    work = open_workspace(config)
    rows = sunset_rows(work, lea)
    if ics is not None:
        folder = open_place(str(ics.absolute().parent), work.settings.root)
        folder.write(ics.name, sunset_calendar(rows, datetime.now(UTC)))
    if as_json:
        typer.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        vote = row["last_budget_vote"] or "no known end"
        typer.echo(
            f"{vote}  {row['district']}  {row['award_id']}  ends {row['award_end']}  "
            f"${row['recurring_amount']:,} a year, {row['persons']:,} persons, most under {row['program']}"
        )
