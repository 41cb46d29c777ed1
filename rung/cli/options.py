"""Options that every command takes alike, and how every command prints its answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rung.core.errors import RungError

if TYPE_CHECKING:
    from rung.intake.run import IntakeReceipt

Config = Annotated[Path, typer.Option("-c", "--config", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
DEFAULT_CONFIG = Path("rung.toml")


def known_extract(name: str) -> None:
    """Raises RungError where a name is none of the extracts that districts send."""
    from contracts.vocabulary import EXTRACTS

    if name not in EXTRACTS:
        raise RungError(f"{name}: not an extract; one of {', '.join(EXTRACTS)}")


def print_answer(as_data: Any, as_json: bool, as_text: Callable[[], Any]) -> None:
    """A command's answer on stdout: JSON where it is asked for, else what `as_text` prints."""
    if as_json:
        typer.echo(json.dumps(as_data, default=str, sort_keys=True))
    else:
        as_text()


def exit_refused(receipt: IntakeReceipt) -> None:
    """Exit code 1, with a line that counts them, where submissions of this run were held, rejected or late."""
    if receipt.refused:
        counted = ", ".join(f"{count:,} {state}" for state, count in receipt.refused.items())
        sys.stderr.write(f"rung: not applied in this run: {counted}; `rung status` and the receipts say why\n")
        raise typer.Exit(1)
