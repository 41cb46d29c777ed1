"""Commands that fetch a district's data from where it lies and put it into the landing: `rung pull edfi`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    group = typer.Typer(help="Fetch a district's data and put it into the landing.", no_args_is_help=True)
    group.callback()(_group)
    group.command()(edfi)
    app.add_typer(group, name="pull")


def _group() -> None:
    """Fetch a district's data and put it into the landing."""


def edfi(
    lea: Annotated[str, typer.Option(help="The district's id.")],
    year: Annotated[int, typer.Option(help="The school year, by the year in which it ends.")],
    extract: Annotated[str, typer.Option(help="roster or evaluation.")] = "roster",
    full: Annotated[bool, typer.Option("--full", help="Ask for everything, not only what changed.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Take what changed behind an Ed-Fi API since the last pull, and drop it."""
    from rung.intake.edfi_pull import connect, pull
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    reference = load_reference(work.reference)
    with connect(work, lea) as api:
        done = pull(work, reference, api, lea, year, extract, full=full)
    if as_json:
        typer.echo(json.dumps(asdict(done), sort_keys=True))
        return
    asked = "everything" if done.whole else f"changes up to version {done.version}"
    what = f"{done.changed:,} records, {done.deleted:,} deleted"
    where = f"dropped as {done.key}; now `rung intake`" if done.key else "nothing new to drop"
    typer.echo(f"{reference.district(lea)} {year} {extract}: {asked}: {what}; {where}")
