"""The command `rung kit`: one folder with which a district checks its files by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json


def add_commands(app: typer.Typer) -> None:
    """Give the command line the command of this module."""
    app.command("kit")(kit)


def kit(
    lea: Annotated[str, typer.Argument(metavar="LEA", help="The district's id.")],
    out: Annotated[Path | None, typer.Option(help="Where the folder is written; kit-LEA unless said.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Write the folder to give to a district: check page (works offline), Excel templates, its mapping, a README."""
    from rung.lake.workspace import open_workspace
    from rung.web.kit import write_kit

    folder = out or Path(f"kit-{lea}")
    files = write_kit(open_workspace(config), lea, folder)
    size = sum(path.stat().st_size for path in files)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "files": [path.name for path in files], "bytes": size}))
        return
    typer.echo(f"{folder}: {', '.join(path.name for path in files)} ({size / 1e6:.1f} MB)")
    typer.echo("Give the whole folder to the district. It holds its own codes, schools and mapping, nothing of others.")
