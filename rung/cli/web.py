"""Commands for pages that districts use: `rung kit`, `rung serve`, `rung token`."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    for command in (kit, serve, token):
        app.command()(command)


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


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8400,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file of the certificate: the page speaks https.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Serve the drop page: districts send, read receipts, explain, certify. Runs beside `rung intake --watch`."""
    import uvicorn

    from rung.core.errors import RungError
    from rung.lake.workspace import open_workspace
    from rung.web.drop.app import make_app

    work = open_workspace(config)
    if (certificate is None) != (key is None):
        raise RungError("give both --certificate and --key, or neither")
    here = host in ("127.0.0.1", "::1", "localhost")
    if not here and certificate is None and not work.settings.web.trusted_proxies:
        raise RungError(
            f"{host} without https would send tokens and pay in the clear: give --certificate and --key, or set"
            " `web.trusted_proxies` to the reverse proxy that speaks https"
        )
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    app = make_app(work)
    typer.echo(f"http{'s' if certificate else ''}://{host}:{port}; files are taken in by `rung intake --watch`")
    # Addresses stand in no log, and headers about the client count only from the state's own proxies.
    uvicorn.run(
        app,
        host=host,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )


def token(
    lea: Annotated[str, typer.Argument(metavar="LEA", help="The district's id.")],
    keep: Annotated[bool, typer.Option("--keep", help="The district's earlier tokens hold on.")] = False,
    end: Annotated[bool, typer.Option("--end", help="End the district's tokens, and make none.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Make a district's token for the drop page, shown this once; earlier ones end, unless kept."""
    from rung.core.errors import RungError
    from rung.lake.reference import load_reference
    from rung.lake.tokens import end_tokens, make_token
    from rung.lake.workspace import open_workspace

    if keep and end:
        raise RungError("give one of --keep and --end")
    work = open_workspace(config)
    reference = load_reference(work.reference)
    if lea not in reference.tables["districts"]["lea_id"].to_list():
        raise RungError(f"no district {lea}; see reference/districts.csv")
    if end:
        ended = end_tokens(work.ledger, lea, datetime.now(UTC))
        typer.echo(json.dumps({"ended": ended}) if as_json else f"{reference.district(lea)}: {ended} tokens ended")
        return
    made = make_token(work.ledger, lea, datetime.now(UTC), keep=keep)
    typer.echo(json.dumps({"lea_id": lea, "token": made}) if as_json else made)
