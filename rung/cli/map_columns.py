"""`rung map`: propose how a district's file becomes an extract. Heavy imports wait until it runs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json, known_extract, print_answer
from rung.core.errors import RungError

if TYPE_CHECKING:
    from rung.layouts.layout_draft import Proposal


def add_commands(app: typer.Typer) -> None:
    """Give the command line the command of this module."""
    app.command(name="map")(map_columns)


def map_columns(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One of the district's own files.")],
    extract: Annotated[str, typer.Option(help="evaluation, roster, payroll or leadership.")],
    lea: Annotated[str, typer.Option(help="The district's id.")],
    year: Annotated[
        int | None,
        typer.Option(help="First school year of the layout, by the year in which it ends; this one unless said."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; mapping-LEA-EXTRACT.yaml unless said.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Propose the mapping of a district's file; ask what the file does not tell; a person confirms."""
    from contracts.school_year import school_year_of
    from rung.lake.places import LocalPlace
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace
    from rung.layouts.layout_text import layout_text, read_back
    from rung.layouts.proposal import propose
    from rung.layouts.read_file import read_table

    known_extract(extract)
    place = out or Path(f"mapping-{lea}-{extract}.yaml")
    if place.exists():
        raise RungError(f"{place}: exists already; remove it, or name another file with --out")
    work = open_workspace(config)
    reference = load_reference(work.reference)
    if lea not in reference.tables["districts"]["lea_id"].to_list():
        raise RungError(f"{lea}: no district of reference/districts; name one of them with --lea")
    first_year = year or school_year_of(datetime.now(UTC).date())
    made = propose(read_table(file, extract, work.settings.intake), extract, lea, first_year, reference)
    if not as_json and _in_terminal():
        _ask(made)
    text = layout_text(made, lea, file.name)
    read_back(text)
    LocalPlace(place.resolve().parent).write(place.name, text.encode())
    data = {
        "file": str(place),
        "layout": made.layout,
        "why": made.why,
        "notes": made.notes,
        "questions": [
            {"about": q.about, "text": q.text, "options": [o.label for o in q.options]} for q in made.questions
        ],
    }
    print_answer(data, as_json, lambda: _print(made, place, text))
    if made.questions:
        raise typer.Exit(1)


def _in_terminal() -> bool:
    return sys.stdin.isatty()


def _ask(made: Proposal) -> None:
    """One question after the other; an empty answer leaves it open."""
    for question in list(made.questions):
        typer.echo(f"\n{question.text}")
        for number, option in enumerate(question.options, 1):
            typer.echo(f"  {number}  {option.label}")
        typer.echo("  0  leave it open, to be written by hand")
        answer: int = typer.prompt("Which", type=int, default=0)
        if 0 < answer <= len(question.options):
            made.answer(question, question.options[answer - 1])


def _print(made: Proposal, place: Path, text: str) -> None:
    """The mapping, what is open, and what to do next."""
    typer.echo(text)
    if made.questions:
        typer.echo(f"{len(made.questions)} open: {', '.join(q.about for q in made.questions)}.")
    typer.echo(f"Written to {place}. Read it, answer the lines `# ask:`, and put it into reference/mappings/.")
