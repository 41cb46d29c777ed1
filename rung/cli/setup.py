"""Commands for whoever runs Rung for a state: `rung upgrade`, `rung ledger copy`. Heavy imports wait until they run."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    app.command()(upgrade)
    ledger = typer.Typer(help="The ledger's database.", no_args_is_help=True)
    ledger.command("copy")(copy)
    app.add_typer(ledger, name="ledger")


def upgrade(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what would be done.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What this version of Rung does to the lake and the ledger; with --apply, do it."""
    from dataclasses import asdict

    from rung.core.settings import load_settings
    from rung.lake.upgrade import plan_lines, plan_upgrade
    from rung.lake.upgrade import upgrade as do

    settings = load_settings(config)
    plan = plan_upgrade(settings)
    if apply and not plan.nothing:
        do(settings, plan)
    said = "\n".join([*list(plan_lines(plan))[:-1], "done"]) if apply else "\n".join(plan_lines(plan))
    _say({**asdict(plan), "applied": apply}, as_json, lambda: typer.echo(said))


def copy(
    url: Annotated[str, typer.Argument(help="The new ledger: postgresql+psycopg://user@host/db or sqlite:///file.")],
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Copy the ledger whole into an empty database: submissions, history, certifications, waivers, releases."""
    from rung.lake.ledger import Ledger
    from rung.lake.ledger_copy import copy_ledger
    from rung.lake.ledger_schema import shown
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    target = Ledger(url, work.settings.root)
    copied = copy_ledger(work.ledger, target)
    lines = [f"{rows:>9,}  {table}" for table, rows in copied.items()]
    lines.append(f'copied; now set `ledger = "{shown(target.url)}"` under [storage] of {config}')
    _say({"copied": copied, "ledger": shown(target.url)}, as_json, lambda: typer.echo("\n".join(lines)))


def _say(as_data: dict[str, Any], as_json: bool, as_text: Any) -> None:
    if as_json:
        typer.echo(json.dumps(as_data, default=str, sort_keys=True))
    else:
        as_text()
