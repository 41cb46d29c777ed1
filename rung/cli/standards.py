"""The command `rung standards`: what Rung says of itself in other people's standards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json
from rung.core.errors import RungError


def add_commands(app: typer.Typer) -> None:
    """Give the command line the command of this module."""
    app.command("standards")(standards)


def standards(
    directory: Annotated[Path, typer.Argument(help="Where to write; made where it is absent.")],
    url: Annotated[str | None, typer.Option(help="Address under which `public/` is served: writes data.json.")] = None,
    contact: Annotated[str | None, typer.Option(help="Whom to ask; with --url.")] = None,
    email: Annotated[str | None, typer.Option(help="Their address; with --url.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Write data contracts (ODCS), the CEDS map, a MetricFlow model; with --url the catalogue (DCAT-US data.json)."""
    from rung.core.settings import load_settings
    from rung.lake.places import open_place
    from rung.standards.write import standard_files

    if len({url is None, contact is None, email is None}) > 1:
        raise RungError("--url, --contact and --email go together: a catalogue names who publishes and whom to ask")
    settings = load_settings(config) if config.is_file() or config != DEFAULT_CONFIG else None
    files = dict(standard_files(settings))
    if url is not None:
        files["dcat-us/data.json"] = json.dumps(_catalog(config, url, str(contact), str(email)), indent=1)
    folder = open_place(str(directory.absolute()), directory.absolute())
    for path, content in files.items():
        folder.write(path, content.encode())
    if as_json:
        typer.echo(json.dumps({"directory": str(directory), "files": sorted(files)}))
        return
    kinds: dict[str, int] = {}
    for path in files:
        kinds[path.split("/")[0]] = kinds.get(path.split("/")[0], 0) + 1
    typer.echo(f"{directory}: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
    if url is None:
        typer.echo("no dcat-us/data.json: give --url, --contact and --email for a portal's catalogue")


def _catalog(config: Path, url: str, contact: str, email: str) -> dict[str, Any]:
    from rung.lake.pointer import current_release
    from rung.lake.workspace import open_workspace
    from rung.release.past_releases import read_manifest
    from rung.standards.catalog import Publisher, catalog

    work = open_workspace(config)
    release_id = current_release(work.releases)
    if release_id is None:
        raise RungError("there is no release yet; run `rung release`")
    released = work.ledger.released_at(release_id)
    publisher = Publisher(work.settings.state.name, contact, email, url)
    return catalog(read_manifest(work.releases, release_id), released.date().isoformat(), publisher)
