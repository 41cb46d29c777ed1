"""The commands about programs: `rung programs`, `rung explain`, `rung simulate`. Heavy imports wait until they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json, print_answer
from rung.core.errors import GateFailed, RungError


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    app.command("programs")(programs)
    app.command("explain")(explain)
    app.command("simulate")(simulate)
    app.command("studio")(studio)


def programs(
    program: Annotated[str | None, typer.Argument(metavar="[ID]", help="The program; none lists them all.")] = None,
    check: Annotated[Path | None, typer.Option("--check", metavar="FILE", help="Only check this pack file.")] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="What this edited pack file moves before it is merged."),
    ] = None,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="DIR", help="Write the ladder as SVG, Mermaid.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of pack files, for editors.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/packs.md.")] = False,
    loose: Annotated[bool, typer.Option("--loose", help="Knobs that districts may set, and who differs.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """List the packs; with an ID its rules, citations, knobs and ladder. Works without a configuration too."""
    from rung.core.settings import load_settings
    from rung.packs import listing as pages
    from rung.packs.load import load_packs, packs_of
    from rung.packs.pack_files import own_programs

    if schema:
        typer.echo(pages.json_schema(), nl=False)
        return
    if markdown:
        from rung.packs.docs_page import packs_page

        typer.echo(packs_page(load_packs()), nl=False)
        return
    if check is not None:
        text = pages.check_file(check)
        print_answer({"file": str(check), "sound": True}, as_json, lambda: typer.echo(text))
        return
    if plan is not None:
        _plan(plan, config, as_json)
        return
    settings = load_settings(config) if config.is_file() or config != DEFAULT_CONFIG else None
    packs = packs_of(settings) if settings else load_packs()
    own = own_programs(settings) if settings else {}
    if loose:
        districts = _districts(settings) if settings and not as_json else {}
        print_answer(
            {"loose": pages.loose_data(packs)}, as_json, lambda: typer.echo(pages.loose_table(packs, districts))
        )
        return
    chosen = [pages.find_pack(packs, program)] if program else list(packs)
    drawn = [str(path) for pack in chosen for path in pages.write_drawing(pack, draw)] if draw else []
    if program:
        data: dict[str, Any] = pages.program_data(chosen[0])
        text = pages.program_page(chosen[0])
    else:
        data = {"programs": [_line(pack, own) for pack in packs]}
        text = pages.programs_table(packs, own)
    lines = [text, *(f"drawn: {path}" for path in drawn)]
    print_answer(data | {"drawn": drawn}, as_json, lambda: typer.echo("\n".join(lines)))


def _plan(path: Path, config: Path, as_json: bool) -> None:
    from rung.lake.workspace import open_workspace
    from rung.marts.pack_plan import plan_data, plan_edit, plan_text
    from rung.packs.names import names_of_packs

    work = open_workspace(config)
    plan = plan_edit(work, path)
    names = names_of_packs([*_packs(work), plan.pack], _districts(work.settings))
    print_answer(plan_data(plan), as_json, lambda: typer.echo(plan_text(plan, names)))


def _line(pack: Any, own: dict[str, str]) -> dict[str, Any]:
    return {"program_id": pack.program_id, "title": pack.title, "state": own.get(pack.program_id)}


def explain(
    staff_id: Annotated[str, typer.Argument(metavar="STAFF_ID", help="The state's id, or the educator_key of a mart.")],
    program: Annotated[str | None, typer.Option("--program", help="Only this program.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Why this educator holds this level: each year's evidence with file and row, rule, citation, what comes next."""
    from rung.core.pseudonym import is_educator_key
    from rung.packs.explain import explain as explained
    from rung.packs.explain import explain_data, explain_text, staff_id_of
    from rung.packs.names import names_of_packs
    from rung.release.publish import educator_key_of

    work, tables = _accepted(config)
    packs = _packs(work)
    if is_educator_key(staff_id):
        staff_id = staff_id_of(staff_id, tables, educator_key_of(work))
    rows = explained(staff_id, tables, packs, program)
    names = names_of_packs(packs, _districts(work.settings))
    print_answer(explain_data(staff_id, rows), as_json, lambda: typer.echo(explain_text(staff_id, rows, names)))


def simulate(
    program: Annotated[list[str], typer.Option("--program", help="A program; give it again for more.")],
    lea: Annotated[str | None, typer.Option("--lea", help="Only this district.")] = None,
    years: Annotated[str | None, typer.Option("--years", metavar="A-B", help="Only these school years.")] = None,
    crosswalk: Annotated[
        Path | None, typer.Option(help="CSV that says which rating of one system is read as which of another.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for program_comparison and levels as Parquet.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Run packs over districts' own history, adopted or not: levels, cost and stability side by side."""
    from contracts.policy.parameters import MetricParameters
    from rung.packs import simulate as simulation
    from rung.packs.names import names_of_packs

    work, tables = _accepted(config)
    packs = _packs(work)
    result = simulation.simulate(
        tables,
        packs,
        program,
        lea_id=lea,
        years=_years(years),
        crosswalk=simulation.read_crosswalk(crosswalk) if crosswalk else None,
        knobs=MetricParameters.model_validate(work.settings.metrics),
    )
    written = [str(path) for path in simulation.write_simulation(result, out)] if out else []
    names = names_of_packs(packs, _districts(work.settings))
    lines = [simulation.simulation_text(result, names), *(f"written: {path}" for path in written)]
    data = simulation.simulation_data(result) | {"written": written}
    print_answer(data, as_json, lambda: typer.echo("\n".join(lines)))
    if result.comparison.is_empty():
        raise GateFailed(f"no designee of {', '.join(program)}: {simulation.why_empty(result)}")


def studio(
    program: Annotated[str, typer.Argument(help="The program's id.")],
    out: Annotated[Path | None, typer.Option(help="The page's file; default studio-PROGRAM.html.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Write a page on which a program's rules, awards and money can be moved; offline, without a person in it."""
    from contracts.policy.parameters import MetricParameters
    from rung.lake.places import open_place
    from rung.packs.listing import find_pack
    from rung.packs.studio import studio_data
    from rung.report.studio import starting_money, studio_page

    work, tables = _accepted(config)
    pack = find_pack(_packs(work), program)
    data = studio_data(tables, pack, MetricParameters.model_validate(work.settings.metrics))
    data["money"] = starting_money(work, program)
    page = studio_page(data, work.settings.state.name)
    path = out or Path(f"studio-{program}.html")
    open_place(str(path.absolute().parent), work.settings.root).write(path.name, page)
    done = {"program": program, "page": str(path), "settings": len(data["settings"]), "bytes": len(page)}
    print_answer(
        done, as_json, lambda: typer.echo(f"{path}: {done['settings']} settings of the rules; open it in a browser")
    )


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(first) > int(last or first):
        raise RungError(f"--years {text}: write two school years, for example 2022-2026, or one")
    return int(first), int(last or first)


def _districts(settings: Any) -> dict[str, str]:
    """Names of the districts by id; none where the table of districts is not there or not sound."""
    from rung.lake.reference import names_of
    from rung.lake.workspace import Workspace

    try:
        return names_of(Workspace(settings).reference)
    except RungError:
        return {}


def _packs(work: Any) -> Any:
    from rung.packs.load import packs_of

    return packs_of(work.settings)


def _accepted(config: Path) -> tuple[Any, Any]:
    """The workspace, and every table a pack reads: the submissions in force and the reference tables."""
    from rung.lake.accepted import accepted_tables
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    in_force = work.ledger.in_force(None)
    if not in_force:
        raise RungError("no submission has been accepted yet; run `rung intake` and read the receipts")
    reference = load_reference(work.reference).tables
    return work, accepted_tables(work.lake, in_force) | {name: frame.lazy() for name, frame in reference.items()}
