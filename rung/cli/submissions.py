"""Commands around drops: `rung check`, `status`, `certify`, `waive`, `reopen`. Heavy imports wait until they run."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rung.cli.options import DEFAULT_CONFIG, Config, Json, known_extract, print_answer
from rung.core.errors import RungError


def add_commands(app: typer.Typer) -> None:
    """Give the command line the commands of this module."""
    for command in (check, status, certify, waive, reopen, notify):
        app.command()(command)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files of one extract.")],
    extract: Annotated[str, typer.Option(help="evaluation, roster, payroll or leadership.")],
    lea: Annotated[str, typer.Option(help="The district's id.")],
    year: Annotated[int, typer.Option(help="The school year, by the year in which it ends.")],
    config: Config = DEFAULT_CONFIG,
    out: Annotated[Path, typer.Option(help="Where the receipt is written.")] = Path("rung-check"),
    as_json: Json = False,
) -> None:
    """A district's dry run: the state's exact rules, offline, nothing uploaded; the receipt that intake would write."""
    from rung.cli.summary_tables import check_table
    from rung.intake.discover import left_behind
    from rung.intake.dry_run import check_files, write_checked
    from rung.lake.workspace import open_workspace

    known_extract(extract)
    checked = check_files(open_workspace(config), files, extract, lea, year)
    write_checked(out, checked)
    ignored = [path.name for path in files if left_behind(path.name)]
    data = {
        "receipts": str(out),
        "ignored": ignored,
        "checked": [
            {"extract": c.extract, "state": c.decision.state, "why": c.decision.why, "rows_read": c.rows_read}
            | {"rows_accepted": c.rows_accepted, "rows_quarantined": c.rows_quarantined, "mapping": c.stanzas}
            for c in checked
        ],
    }
    print_answer(data, as_json, lambda: check_table(checked, out, ignored))
    if any(each.decision.state != "accepted" for each in checked):
        raise typer.Exit(1)


def status(
    config: Config = DEFAULT_CONFIG,
    lea: Annotated[list[str] | None, typer.Option(help="Only this district; may be said again.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only this school year; may be said again.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only districts of this region; may be said again.")] = None,
    needs_person: Annotated[
        bool, typer.Option("--needs-person", help="Only what waits for a person: not accepted, or not answered.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Submissions by district, year and extract: accepted, held, rejected, missing, late, certified."""
    from rung.cli.summary_tables import status_table
    from rung.intake.status import count_states, filter_lines, status_lines
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    every = status_lines(work, load_reference(work.reference))
    lines = filter_lines(every, leas=lea or (), years=year or (), regions=region or (), needs_person=needs_person)
    data = {"states": count_states(lines), "lines": [line.as_json() for line in lines]}
    print_answer(data, as_json, lambda: status_table(lines))


Lea = Annotated[str, typer.Argument(metavar="LEA", help="The district's id.")]
Year = Annotated[int, typer.Argument(metavar="YEAR", help="The school year, by the year in which it ends.")]


def certify(
    lea: Lea,
    year: Year,
    by: Annotated[str | None, typer.Option(help="Who signs.")] = None,
    role: Annotated[str | None, typer.Option(help="In what role: Superintendent.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Sign for a district-year and lock it: a later drop is kept as late, not applied."""
    from rung.intake.regions import write_regions
    from rung.intake.signing import sign, statement_of
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    reference = load_reference(work.reference)
    asked = (by is None or role is None) and sys.stdin.isatty()
    who = by or (typer.prompt("Who signs") if asked else "")
    what = role or (typer.prompt("In what role") if asked else "")
    statement = statement_of(work, reference, lea, year, who, what)
    if asked and not typer.confirm(f"{statement}\n\nSign?"):
        raise typer.Abort
    with work.alone():
        signed = sign(work, reference, lea, year, signed_by=who, role=what, at=datetime.now(UTC))
        write_regions(work, reference)
    data = {"lea_id": lea, "school_year": year, "certified": True, "signed_by": signed.signature.signed_by}
    data |= {"role": signed.signature.role, "at": signed.at, "submissions": list(signed.submissions)}
    place = work.receipts.uri(f"{lea}/{year}/certification.pdf")
    text = f"{reference.district(lea)} {year}: certified by {signed.signature.signed_by}; {place}"
    print_answer(data, as_json, lambda: typer.echo(text))


def waive(
    lea: Lea,
    year: Year,
    extract: Annotated[str, typer.Argument(help="evaluation, roster, payroll or leadership.")],
    why: Annotated[str, typer.Option(help="The reason, kept in the ledger.")],
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Apply a submission that is held, or late because the window has closed, although the gate did not."""
    from rung.intake import waiver
    from rung.lake.reference import names_of
    from rung.lake.workspace import open_workspace

    known_extract(extract)
    work = open_workspace(config)
    with work.alone():
        submission = waiver.waive(work, lea, year, extract, why, datetime.now(UTC))
    data = {"submission_id": submission.submission_id, "state": "accepted", "why": why}
    kept = f"{submission.rows_accepted:,} rows applied, {submission.rows_quarantined:,} stay quarantined"
    named = names_of(work.reference).get(lea, lea)
    print_answer(data, as_json, lambda: typer.echo(f"{named} {year} {extract}: waived; {kept}"))


def notify(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go out, and send nothing.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Send the notices that are due: receipts, holds, due days. Every intake does so too; each goes out once."""
    from rung.intake.notices import pending_notices, send_notices
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    reference = load_reference(work.reference)
    now = datetime.now(UTC)
    if dry_run:
        found = pending_notices(work, reference, now.date())
        data: dict[str, Any] = {"pending": [{"notice_id": n.notice_id, "subject": n.subject} for n in found]}
        print_answer(data, as_json, lambda: typer.echo("\n".join(n.subject for n in found) or "nothing to say"))
        return
    if work.settings.notices.smtp is None and work.settings.notices.webhook is None:
        raise RungError("no notices are configured: set `notices.smtp` in rung.toml, or RUNG_NOTICES__WEBHOOK")
    with work.alone():
        sent = send_notices(work, reference, now)
    line = f"{sent.sent:,} sent, {sent.failed:,} could not be sent"
    print_answer({"sent": sent.sent, "failed": sent.failed}, as_json, lambda: typer.echo(line))
    if sent.failed:
        raise typer.Exit(1)


def reopen(lea: Lea, year: Year, config: Config = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Unlock a district-year; drops that came too late are taken in by the next intake."""
    from rung.lake import certification
    from rung.lake.reference import names_of
    from rung.lake.workspace import open_workspace

    work = open_workspace(config)
    with work.alone():
        late = certification.reopen(work.ledger, lea, year, datetime.now(UTC))
    named = names_of(work.reference).get(lea, lea)
    data = {"lea_id": lea, "school_year": year, "certified": False, "late": late}
    print_answer(
        data, as_json, lambda: typer.echo(f"{named} {year}: reopened; {late} late drops wait for `rung intake`")
    )
