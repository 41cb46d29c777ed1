"""Commands for whoever runs Rung for a state: `rung init`, `doctor`, `upgrade`, `ledger copy`.

Heavy imports wait until they run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json, print_answer
from rung.core.errors import RungError


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    for command in (init, doctor, upgrade):
        app.command()(command)
    ledger = typer.Typer(help="The ledger's database.", no_args_is_help=True)
    ledger.command("copy")(copy)
    app.add_typer(ledger, name="ledger")


def init(
    directory: Annotated[Path, typer.Argument(help="The state's new folder.")],
    name: Annotated[str | None, typer.Option(help="The state's name.")] = None,
    code: Annotated[str | None, typer.Option(help="Its code, 2 to 8 letters.")] = None,
    leas: Annotated[str | None, typer.Option(help="Ids of the districts: 0100,0200.")] = None,
    years: Annotated[str | None, typer.Option(help="First and last school year: 2025-2026.")] = None,
    programs: Annotated[str | None, typer.Option(help="Programs that they adopt: dc_lift,texas_tia.")] = None,
    as_json: Json = False,
) -> None:
    """Write a real state's folder: configuration, commented reference tables, an example mapping, the overlay."""
    from rung.setup.init import QUESTIONS, new_state, write_state

    given = {"name": name, "code": code, "leas": leas, "years": years, "programs": programs}
    lacking = [option for option, value in given.items() if value is None]
    if lacking and not sys.stdin.isatty():
        raise RungError(f"say --{', --'.join(lacking)}; on a terminal they are asked for")
    for option in lacking:
        given[option] = typer.prompt(QUESTIONS[option], default="" if option == "programs" else None)
    written = write_state(directory, new_state(**{option: value or "" for option, value in given.items()}))
    config = directory / "rung.toml"
    lines = [*written, f"{directory}: {len(written)} files; fill in reference/, then `rung doctor -c {config}`"]
    print_answer({"directory": str(directory), "files": written}, as_json, lambda: typer.echo("\n".join(lines)))


def doctor(config: Config = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """List everything that is missing or contradictory, in the order in which to mend it; exit 1 while there is any."""
    from rung.setup.doctor import examine

    found = examine(config)
    lines = [f"{number:>3}. {each.area}: {each.text}" for number, each in enumerate(found, start=1)]
    lines.append(f"{len(found)} to mend" if found else "nothing is missing; `rung run` may go")
    print_answer({"findings": [each.as_json() for each in found]}, as_json, lambda: typer.echo("\n".join(lines)))
    if found:
        raise typer.Exit(1)


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
        do(settings, lambda line: sys.stderr.write(f"rung: {line}\n"))
    given = "\n".join([*list(plan_lines(plan))[:-1], "done"]) if apply else "\n".join(plan_lines(plan))
    print_answer({**asdict(plan), "applied": apply}, as_json, lambda: typer.echo(given))


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
    print_answer({"copied": copied, "ledger": shown(target.url)}, as_json, lambda: typer.echo("\n".join(lines)))
