"""The tables that commands end with, for people."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from rung.intake.checked import Checked
    from rung.intake.run import IntakeReceipt
    from rung.intake.status import StatusLine
    from rung.lake.workspace import Workspace
    from rung.pipeline import RunReceipt

# Things in the landing that are not read are all counted; so many are named.
STRAY_SHOWN = 10


def intake_table(work: Workspace, receipt: IntakeReceipt) -> None:
    """What an intake did, and which drops need a person."""
    from rung.intake.gate_summary import PAGE as GATE_PAGE

    table = Table(title="Intake", show_header=False)
    for state, count in sorted(receipt.states.items()):
        table.add_row(f"submissions {state}", f"{count:,}")
    table.add_row("rows read", f"{receipt.rows_read:,}")
    table.add_row("rows accepted", f"{receipt.rows_accepted:,}")
    table.add_row("rows quarantined", f"{receipt.rows_quarantined:,}")
    if receipt.judged_again:
        table.add_row("submissions judged again", f"{receipt.judged_again:,}")
    table.add_row("objects unchanged", f"{receipt.unchanged:,}")
    if receipt.answer_files.files:
        table.add_row("rows answered by districts", f"{receipt.answer_files.rows:,}")
        table.add_row("answers that could not be used", f"{receipt.answer_files.problems:,}")
    if receipt.notices.sent or receipt.notices.failed:
        table.add_row("notices sent", f"{receipt.notices.sent:,}")
        table.add_row("notices that could not be sent", f"{receipt.notices.failed:,}")
    _add_stray(table, receipt)
    table.add_row("receipts", work.receipts.address)
    table.add_row("what the gate found", work.receipts.uri(GATE_PAGE))
    console = Console()
    console.print(table)
    attention(work, console)


def _add_stray(table: Table, receipt: IntakeReceipt) -> None:
    """What lies in the landing and was not read: how many, and the first of them by name."""
    if receipt.stray:
        table.add_row("not read: no file, or outside <lea>/<year>/<extract>/", f"{len(receipt.stray):,}")
        for key in receipt.stray[:STRAY_SHOWN]:
            table.add_row("", escape(key))


def attention(work: Workspace, console: Console) -> None:
    """Submissions that were not applied, each with its reason."""
    waiting = [(s, state, why) for s, state, why in work.ledger.states() if state in ("rejected", "held", "late")]
    if not waiting:
        return
    from rung.lake.reference import names_of

    table = Table(title="Needs a person", title_justify="left")
    for heading in ("district", "year", "extract", "state", "why"):
        table.add_column(heading, overflow="fold")
    names = names_of(work.reference)
    for submission, state, why in waiting[:20]:
        table.add_row(
            names.get(submission.lea_id, submission.lea_id), str(submission.school_year), submission.extract, state, why
        )
    console.print(table)
    if len(waiting) > 20:
        console.print(f"and {len(waiting) - 20:,} more; `rung status` lists them all")


def check_table(checked: list[Checked], out: Path, ignored: list[str]) -> None:
    """What a dry run found: the verdict, counts, and the mapping stanza that would mend the columns; what to do next.

    `ignored`: names of files that programs left there.
    """
    from rung.intake.receipt_page import next_step

    console = Console(highlight=False)
    for name in ignored:
        console.print(f"{name}: left by a program that shows or edits files; not read", markup=False)
    for each in checked:
        console.print(f"{each.extract}: {each.decision.state}. {each.decision.why}", markup=False)
        console.print(
            f"{each.rows_read:,} rows read, {each.rows_accepted:,} fit, {each.rows_quarantined:,} come back,"
            f" {each.rows_warned:,} with a warning"
        )
        if each.new_columns:
            console.print(f"columns not read: {', '.join(each.new_columns)}", markup=False)
        for line in to_mend(each):
            console.print(line, markup=False)
        for stanza in each.stanzas:
            console.print("This in the district's mapping file would mend the columns:", markup=False)
            console.print(stanza, markup=False)
        console.print(next_step(json.loads(each.files["receipt.json"])), markup=False)
        console.print(f"receipt: {out / each.extract / 'receipt.html'}", markup=False)


def to_mend(checked: Checked) -> list[str]:
    """What to mend, in order: what sends rows back before what only warns, the most rows first. No cell's value."""
    from rung.intake.receipt_page import depends_on

    rules = json.loads(checked.files["receipt.json"])["rules"]
    ordered = sorted(rules, key=lambda rule: (rule["severity"] == "warn", -rule["rows"], rule["rule_id"]))
    lines = []
    for number, rule in enumerate(ordered, start=1):
        where = ", ".join(f"{example['file']} row {example['row']}" for example in rule["examples"])
        count = f"{rule['rows']:,} {'row' if rule['rows'] == 1 else 'rows'}"
        kind = "warning" if rule["severity"] == "warn" else "comes back"
        what = f"{count}, {depends_on(rule)}, {kind}; {where}"
        lines.append(f"{number}. {rule['rule_id']} ({what}): {rule['message']} {rule['fix']}")
    return lines


def status_table(lines: list[StatusLine]) -> None:
    """Lines by state, then every line that is not simply accepted."""
    from rung.intake.status import count_states

    console = Console()
    counts = Table(title="Submissions", show_header=False)
    for state, count in count_states(lines).items():
        counts.add_row(state, f"{count:,}")
    console.print(counts)
    open_lines = [line for line in lines if line.needs_person]
    if not open_lines:
        return
    table = Table(title="Needs a person", title_justify="left")
    for heading in ("district", "year", "extract", "state", "in force", "to answer", "why"):
        table.add_column(heading, overflow="fold")
    for line in open_lines[:200]:
        older = "this one" if line.in_force == line.submission_id else "an older one"
        in_force = older if line.in_force else "nothing"
        waiting = f"{line.answers_open:,} rows" if line.answers_open else ""
        table.add_row(line.district, str(line.school_year), line.extract, line.state, in_force, waiting, line.why)
    console.print(table)
    if len(open_lines) > 200:
        console.print(f"and {len(open_lines) - 200:,} more; `rung status --json` lists them all")


def run_table(work: Workspace, receipt: RunReceipt) -> None:
    """The end of `rung run`: what came in, who holds which level, the dollars, where the release lies."""
    from rung.intake.gate_summary import PAGE as GATE_PAGE
    from rung.marts.names import names_of_marts

    console = Console()
    summary = receipt.marts.summary
    years = summary["school_years"]
    names = names_of_marts(work, receipt.marts.inputs_id)
    table = Table(title=f"{work.settings.state.name} · {years[0]}-{years[-1]}", show_header=False)
    table.add_row("districts", f"{summary['districts']:,}")
    this_run = ", ".join(f"{count:,} {state}" for state, count in sorted(receipt.intake.states.items()))
    table.add_row("submissions in force", f"{summary['submissions']:,}")
    table.add_row("taken in by this run", this_run or f"nothing new ({receipt.intake.unchanged:,} objects unchanged)")
    _add_stray(table, receipt.intake)
    for name in ("read", "accepted", "quarantined", "duplicate", "set_aside", "warned"):
        table.add_row(f"rows {name.replace('_', ' ')}", f"{summary[f'rows_{name}']:,}")
    table.add_row(f"educators in {summary['latest_year']}", f"{summary['educators']:,}")
    for pay_type, dollars in summary["dollars"].items():
        table.add_row(f"dollars, {pay_type}", f"{float(dollars):,.2f}")
    for row in summary["adopted_years_ignored"]:
        what = f"{names.district(row['lea_id'])}, {names.program(row['program_id'])}, {row['school_year']}"
        ignored = f"{what}: before the program's first year"
        table.add_row("adopted year ignored", ignored)
    mismatched = Counter((row["lea_id"], row["program_id"]) for row in summary["rating_system_mismatches"])
    for (lea_id, program_id), years in sorted(mismatched.items()):
        table.add_row(
            "no rating it reads", f"{lea_id}, {program_id}: {years} year{'s' * (years > 1)} under another system"
        )
    table.add_row("release", receipt.release.release_id + ("" if receipt.release.made else " (unchanged)"))
    table.add_row("where", receipt.release.location)
    table.add_row("what the gate found", work.receipts.uri(GATE_PAGE))
    seconds = ", ".join(f"{name} {value:.1f} s" for name, value in receipt.seconds.items())
    table.add_row("time", seconds or "nothing to do")
    console.print(table)
    levels = Table(title=f"Educators per level, {summary['latest_year']}")
    for heading in ("program", "level", "state tier"):
        levels.add_column(heading, overflow="fold")
    levels.add_column("educators", justify="right")
    above = ""
    for row in summary["levels"]:
        program = "" if row["program_id"] == above else names.program(row["program_id"])
        level, above = names.level(row["program_id"], row["level"]), row["program_id"]
        levels.add_row(program, level, str(row["state_tier"]), f"{row['persons']:,}")
    if summary["levels"]:
        console.print(levels)
    attention(work, console)
