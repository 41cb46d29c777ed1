"""The commands around a release: `rung release`, `rung sql`, `rung dictionary`. Heavy imports wait until they run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json, print_answer
from rung.core.errors import RungError


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    app.command("release")(release)
    app.command("audit")(audit)
    app.command("sql")(sql)
    app.command("dictionary")(dictionary)


def release(
    config: Config = DEFAULT_CONFIG,
    identified: Annotated[bool, typer.Option("--identified", help="Keep staff_id in the restricted marts.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm-identified", help="Needed beside --identified.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Only tell what changed since the release before.")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="With --diff: the marts that are not released yet.")
    ] = False,
    rollback: Annotated[str | None, typer.Option(help="Make this older release the current one again.")] = None,
    keep: Annotated[int | None, typer.Option(help="Afterwards remove all but the newest N releases.", min=2)] = None,
    accept_drift: Annotated[bool, typer.Option("--accept-drift", help="Figures that moved far are meant.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Only list the releases that are kept, newest first.")] = False,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="LEA", help="Only print the S3 policy of a reader of this district; again for more."),
    ] = None,
    republish: Annotated[
        tuple[str, int] | None, typer.Option(metavar="LEA YEAR", help="Publish this district-year again; needs --why.")
    ] = None,
    why: Annotated[str, typer.Option(help="Why; it stays with the release.")] = "",
    as_json: Json = False,
) -> None:
    """Publish the marts as the current release; compare, list, roll back, prune."""
    from rung.lake.pointer import current_release
    from rung.lake.workspace import open_workspace
    from rung.release.past_releases import diff_releases, prune, released_before, roll_back

    if identified != confirm:
        raise RungError("an identified release needs both --identified and --confirm-identified")
    alone = [diff, rollback is not None, listed, bool(policy)]
    if sum(alone) > 1 or (identified and any(alone)):
        raise RungError("choose one of --diff, --rollback, --list and --policy, and none of them with --identified")
    if pending and not diff:
        raise RungError("--pending goes with --diff")
    if (republish is not None) != bool(why.strip()):
        raise RungError("--republish LEA YEAR and --why REASON go together")
    work = open_workspace(config)
    if diff:
        change = _pending(work, as_json) if pending else diff_releases(work)
        print_answer(_plain(change), as_json, lambda: typer.echo(_change_text(change)))
    elif policy:
        from rung.release.district_folders import district_policy

        typer.echo(json.dumps(district_policy(work, policy), indent=1))
    elif listed:
        names, now = released_before(work), current_release(work.releases)
        lines = [f"{name}{'  current' if name == now else ''}" for name in names]
        print_answer({"releases": names, "current": now}, as_json, lambda: typer.echo("\n".join(lines)))
    elif rollback is not None:
        with work.alone():
            left = roll_back(work, rollback)
        answer = f"current again: {rollback} (before: {left})"
        print_answer({"release_id": rollback, "left": left}, as_json, lambda: typer.echo(answer))
    else:
        _publish(work, identified, accept_drift, as_json, (republish,) if republish else (), why)
    if keep is not None:
        with work.alone():
            gone = prune(work, keep)
        if gone and not as_json:
            typer.echo(f"removed: {', '.join(gone)}")


def _pending(work: Any, as_json: bool) -> Any:
    """The marts of what is accepted today, built where they are not, against the current release."""
    from rung.core.progress import Progress
    from rung.pipeline import run_marts_as_of
    from rung.release.past_releases import diff_pending

    return diff_pending(work, run_marts_as_of(work, Progress(quiet=as_json), None))


def _publish(
    work: Any,
    identified: bool,
    accept_drift: bool,
    as_json: bool,
    republish: tuple[tuple[str, int], ...] = (),
    why: str = "",
) -> None:
    from dataclasses import asdict

    from rung.core.progress import Progress
    from rung.pipeline import run_marts_as_of
    from rung.release.publish import run_release

    progress = Progress(quiet=as_json)
    with work.alone():
        marts = run_marts_as_of(work, progress, None)
        receipt = run_release(
            work, marts, progress, identified=identified, accept_drift=accept_drift, republish=republish, why=why
        )
    data = {**asdict(receipt), "seconds": progress.seconds}
    lines = [f"{'shown to the public':32}{'cells':>8}{'of k persons or more':>22}{'persons or dollars':>20}"]
    lines += [
        f"{f'{table} ({grain})':32}{cells:>8.1%}{'-' if many is None else f'{many:.1%}':>22}{value:>20.1%}"
        for table, grain, cells, many, value in receipt.utility
    ]
    saved = receipt.saved
    if saved.linked:
        lines.append(
            f"{saved.linked:,} of {saved.files:,} files as before, {saved.bytes_linked / 1e6:,.1f} MB not written again"
        )
    lines.append(f"release {receipt.release_id}: {receipt.location}")
    print_answer(data, as_json, lambda: typer.echo("\n".join(lines)))


def audit(
    directory: Annotated[Path, typer.Argument(help="A release: the folder that has its manifest.json.")],
    as_json: Json = False,
) -> None:
    """Check a release from its files alone: they are those of its manifest, and no hidden number can be worked out."""
    from rung.audit.checker import check
    from rung.audit.merkle import check_manifest

    if not (directory / "restricted" / "certificates").is_dir():
        raise RungError(f"{directory}: has no certificates of a release; name a folder below `releases`")
    paths = [path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()]
    problems = check_manifest(lambda path: (directory / path).read_bytes(), paths)
    result = check(lambda path: (directory / path).read_bytes())
    problems += result.problems
    answer = {"holds": not problems, "problems": problems, **result.counts}
    numbers = ", ".join(f"{count:,} {what}" for what, count in result.counts.items())
    printed = [f"does not hold: {problem}" for problem in problems] or [f"holds: {len(paths):,} files, {numbers}"]
    print_answer(answer, as_json, lambda: typer.echo("\n".join(printed)))
    if problems:
        raise typer.Exit(2)


def sql(
    dialect: Annotated[str, typer.Option(help="duckdb, athena, trino, snowflake or postgres.")] = "duckdb",
    config: Config = DEFAULT_CONFIG,
    public: Annotated[bool, typer.Option("--public", help="Only what is public.")] = False,
    file: Annotated[Path | None, typer.Option(help="Write a DuckDB file that BI tools open.")] = None,
    load: Annotated[str | None, typer.Option(help="Load into this PostgreSQL (URL), schema `rung`.")] = None,
    by_district: Annotated[
        bool, typer.Option("--by-district", help="Readers see their districts' rows only: postgres, snowflake.")
    ] = False,
) -> None:
    """Print the DDL that puts the current release behind a BI tool; or make a DuckDB file; or load PostgreSQL."""
    from rung.lake.workspace import open_workspace
    from rung.release.ddl import SIDES
    from rung.release.ddl_load import load_postgres, statements, write_duckdb

    work = open_workspace(config)
    sides = ("public",) if public else SIDES
    if file is not None and by_district:
        raise RungError("a DuckDB file has no rights by row: leave --by-district out, or use --load")
    if file is not None:
        typer.echo(f"{file}: {write_duckdb(work, file, sides)} tables")
    elif load is not None:
        typer.echo(f"PostgreSQL, schema rung: {load_postgres(work, load, sides=sides, by_district=by_district)} tables")
    else:
        typer.echo(statements(work, dialect, sides, by_district=by_district), nl=False)


def dictionary(
    side: Annotated[str, typer.Option(help="restricted, public, programs or all.")] = "all",
    as_json: Json = False,
) -> None:
    """Print the data dictionary, from contracts and packs."""
    from rung.packs.load import load_packs
    from rung.release.dictionary import dictionary_markdown, dictionary_page, programs_markdown, whole_dictionary

    if side == "all":
        typer.echo(whole_dictionary(load_packs()), nl=False)
    elif side == "programs":
        typer.echo(programs_markdown(load_packs()))
    elif side in ("restricted", "public"):
        typer.echo(json.dumps(dictionary_page(side)) if as_json else dictionary_markdown(side))
    else:
        raise RungError(f"{side}: no such side; choose restricted, public, programs or all")


def _plain(change: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(change)


def _change_text(change: Any) -> str:
    """The difference in lines: one a mart, one a headline."""
    lines = [f"{change.before} -> {change.after}"]
    for mart in change.marts:
        rows = f"{mart.rows_before} -> {mart.rows_after} rows"
        lines.append(f"  {mart.mart}: {rows}; {mart.added} added, {mart.removed} removed, {mart.changed} changed")
    lines += [f"  {figure}: {before} -> {after}" for figure, (before, after) in change.headlines.items()]
    return "\n".join(lines) if len(lines) > 1 else lines[0] + ": nothing changed"
