"""The command line `rung`. Each command imports what it needs when it runs, so that `--help` costs next to nothing."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from rung.cli import map_columns, programs, pull, release, setup, standards, submissions, sunset, web
from rung.cli.options import DEFAULT_CONFIG, Config, Json, exit_refused, print_answer
from rung.core.errors import RungError, is_full, unexpected

app = typer.Typer(
    name="rung",
    help="Teacher-leadership reporting for a state: who holds which rung, why, what it costs, who pays, if it lasts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
release.add_commands(app)
submissions.add_commands(app)
programs.add_commands(app)
setup.add_commands(app)
sunset.add_commands(app)
web.add_commands(app)
map_columns.add_commands(app)
pull.add_commands(app)
standards.add_commands(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rung {version('rung')}")
        raise typer.Exit


@app.callback()
def _options(
    _shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Teacher-leadership reporting for a state: who holds which rung, why, what it costs, who pays, if it lasts."""


def main() -> None:
    """Run the command line; whatever stops it becomes one line on standard error and an exit code, never a traceback.

    With `--json` standard output then holds an object with that line: `{"error": …, "exit_code": …}`.
    """
    # What is imported, and a plan, is a hundred thousand objects that stay: not to be looked through every 700.
    gc.set_threshold(50_000, 20, 20)
    try:
        code = app(standalone_mode=False)
    except RungError as error:
        _stop(str(error), error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except TyperException as error:  # a wrong option or argument, or none at all
        usage: Any = error
        _print_json_error(usage.format_message(), usage.exit_code)
        usage.show()
        sys.exit(usage.exit_code)
    except BrokenPipeError:
        sys.exit(2)
    except BaseException as fault:
        # A fault of Rung's own. Its text may quote a person's row, so it is shown only to those who ask for it.
        if os.environ.get("RUNG_DEBUG") or isinstance(fault, SystemExit | KeyboardInterrupt | GeneratorExit):
            raise
        if is_full(fault):
            _stop(f"{tempfile.gettempdir()}: no room left on the disk; make room, or name another in TMPDIR", 2)
        _stop(f"fault in Rung itself: {unexpected(fault)}; RUNG_DEBUG=1 shows all of it", 2)
    sys.exit(code if isinstance(code, int) else 0)


def _stop(why: str, exit_code: int) -> NoReturn:
    _print_json_error(why, exit_code)
    sys.stderr.write(f"rung: {why}\n")
    sys.exit(exit_code)


def _print_json_error(why: str, exit_code: int) -> None:
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps({"error": why, "exit_code": exit_code}) + "\n")


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(help="Where to write the synthetic state.")],
    leas: Annotated[int, typer.Option(help="Districts.")] = 10,
    educators: Annotated[int, typer.Option(help="Educators in each district.")] = 2000,
    years: Annotated[int, typer.Option(help="School years.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 0,
    dirty: Annotated[float, typer.Option(help="Share of rows and files to spoil.")] = 0.0,
    scale: Annotated[str | None, typer.Option(help="colorado, colorado-tenth, texas or nation.")] = None,
) -> None:
    """Write a synthetic state: configuration, landing and reference tables."""
    from rung.core.progress import Progress
    from rung.demo import write_demo

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RungError(f"{directory}: cannot be made: {error.strerror}; name a folder that may be written") from None
    size: dict[str, Any] = {"leas": leas, "educators": educators, "years": years, "scale": scale}
    write_demo(directory, seed=seed, dirty=dirty, progress=Progress(), **size)
    typer.echo(f"{directory}: ready; now `rung run -c {directory / 'rung.toml'}`")


@app.command()
def run(config: Config = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Intake, marts and release: the main job."""
    from rung.core.orchestrator import orchestrator
    from rung.core.progress import Progress
    from rung.lake.workspace import open_workspace
    from rung.pipeline import run_all

    work = open_workspace(config)
    statewide = orchestrator("statewide")
    progress = Progress(quiet=as_json)
    if statewide is None:
        receipt = run_all(work, progress)
    else:
        receipt = statewide(str(config.resolve()))

    def as_table() -> None:
        from rung.cli.summary_tables import run_table

        run_table(work, receipt)

    print_answer(receipt.as_json(), as_json, as_table)
    exit_refused(receipt.intake)


@app.command()
def intake(
    config: Config = DEFAULT_CONFIG,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and take in (or announce to Prefect) each drop.")
    ] = False,
    every: Annotated[float, typer.Option(help="With --watch: seconds between looks.", min=1)] = 10.0,
    listen: Annotated[str | None, typer.Option(help="With --watch: host:port for bucket notifications.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Judge what is in force again where rules, tables or mappings changed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in what is new in the landing."""
    from dataclasses import asdict

    from rung.cli.summary_tables import intake_table
    from rung.core.progress import Progress
    from rung.intake.run import run_intake
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    if watch and (again or as_json):
        raise RungError("--watch stays and prints nothing at its end: use it without --again and --json")
    work = open_workspace(config)
    if watch:
        from rung.watch import watch_landing

        watch_landing(work, every=every, listen=listen)
        return
    progress = Progress(quiet=as_json)
    with work.alone():
        receipt = run_intake(work, load_reference(work.reference), progress, again=again)
    data = {**asdict(receipt), "refused": receipt.refused, "seconds": progress.seconds}
    print_answer(data, as_json, lambda: intake_table(work, receipt))
    exit_refused(receipt)


@app.command()
def marts(
    config: Config = DEFAULT_CONFIG,
    as_of: Annotated[datetime | None, typer.Option(help="Rebuild what was known then (UTC).")] = None,
    as_json: Json = False,
) -> None:
    """Build the marts from the accepted lake."""
    from dataclasses import asdict

    from rung.core.progress import Progress
    from rung.lake.workspace import open_workspace
    from rung.pipeline import run_marts_as_of

    work = open_workspace(config)
    progress = Progress(quiet=as_json)
    with work.alone():
        receipt = run_marts_as_of(work, progress, as_of)
    where = work.lake.uri(f"marts/{receipt.inputs_id}")
    print_answer(
        {**asdict(receipt), "seconds": progress.seconds},
        as_json,
        lambda: typer.echo(f"marts {'built' if receipt.built else 'unchanged'}: {where}"),
    )


@app.command()
def report(
    config: Config = DEFAULT_CONFIG,
    out: Annotated[str, typer.Option(help="Folder or s3://bucket/prefix; relative to rung.toml.")] = "report",
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Exact numbers, for those who may see them.")
    ] = False,
    confirm: Annotated[bool, typer.Option("--confirm-restricted", help="Needed beside --restricted.")] = False,
    as_json: Json = False,
) -> None:
    """Write the state report: pages with charts for the state, each program and each district, readable offline."""
    from dataclasses import asdict

    from rung.core.progress import Progress
    from rung.lake.workspace import open_workspace
    from rung.report import report_place, write_report

    if restricted != confirm:
        raise RungError("a restricted report needs both --restricted and --confirm-restricted")
    work = open_workspace(config)
    receipt = write_report(
        work, report_place(work, out, restricted=restricted), Progress(quiet=as_json), restricted=restricted
    )
    print_answer(
        asdict(receipt),
        as_json,
        lambda: typer.echo(f"report: {receipt.pages:,} pages, {receipt.charts:,} charts; open {receipt.start}"),
    )


@app.command()
def bench(
    scale: Annotated[str, typer.Option(help="colorado-tenth, colorado, texas or nation.")] = "colorado-tenth",
    cache: Annotated[Path, typer.Option(help="Where generated states are kept.")] = Path("bench-data"),
    until: Annotated[str | None, typer.Option(help="Stop after intake, marts or release; without, all of it.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write tables and chart into performance.md here.")] = None,
    as_json: Json = False,
) -> None:
    """Time every stage, its memory and the floor, in one run."""
    from benchmarks.bench import run_bench

    run_bench(scale, cache, as_json=as_json, until=until, report_dir=report)
