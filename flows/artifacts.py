"""What a run leaves in the Prefect UI: the intake table, the gate receipt, the release summary, why a run failed.

Counts, rule texts and links only. A message that came from a district's file is masked and cut.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate

from rung.core.errors import RungError, unexpected
from rung.intake.gate_summary import PAGE as GATE_PAGE
from rung.intake.run import IntakeReceipt
from rung.lake.ledger import Submission
from rung.lake.place import Place
from rung.lake.reference import names_of
from rung.lake.workspace import Workspace
from rung.marts.build import MartsReceipt
from rung.marts.names import names_of_marts
from rung.release.publish import ReleaseReceipt
from rung.report import report_place

NEEDS_A_PERSON = ("rejected", "held", "late")
SHOWN = 50
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")


def masked(text: str) -> str:
    """A message without anything that looks like a person's number, at most 200 characters."""
    return _LONG_NUMBER.sub("#######", text)[:200]


def link(place: Place, key: str) -> str:
    """A link to an object where it lies; the words are its own name, so that the address can be copied."""
    address = place.uri(key)
    return f"[{key.rpartition('/')[2]}]({address if '://' in address else Path(address).as_uri()})"


def intake_artifacts(work: Workspace, receipt: IntakeReceipt) -> None:
    """Submissions by year x extract x state, and the ones that need a person with a link to their receipts."""
    states = work.ledger.states()
    tally = Counter((s.school_year, s.extract, state) for s, state, _ in states)
    rows = [{"year": y, "extract": e, "state": state, "submissions": n} for (y, e, state), n in sorted(tally.items())]
    this_run = ", ".join(f"{count:,} {state}" for state, count in sorted(receipt.states.items())) or "nothing new"
    create_table_artifact(rows, key="intake-table", description=f"This run: {this_run}; in all: {len(states):,}")
    text = [*_waiting(work, states), "", f"What the gate found: {link(work.receipts, GATE_PAGE)}"]
    create_markdown_artifact("\n".join(text), key="intake-needs-a-person")


def _waiting(work: Workspace, states: Sequence[tuple[Submission, str, str]]) -> Iterator[str]:
    waiting = [each for each in states if each[1] in NEEDS_A_PERSON]
    if not waiting:
        yield "Every submission was applied."
        return
    names = names_of(work.reference)
    yield f"{len(waiting):,} submissions were not applied; the {min(SHOWN, len(waiting))} newest:\n"
    yield "| district | year | extract | state | why | receipt |"
    yield "|---|---|---|---|---|---|"
    for s, state, why in reversed(waiting[-SHOWN:]):
        page = link(work.receipts, f"{s.lea_id}/{s.school_year}/{s.extract}/{s.submission_id}/receipt.html")
        reason = masked(why).replace("|", "\\|")
        yield f"| {names.get(s.lea_id, s.lea_id)} | {s.school_year} | {s.extract} | {state} | {reason} | {page} |"


def gate_artifact(work: Workspace, marts: MartsReceipt) -> None:
    """Rules that rows broke, statewide, from the mart `data_quality`: rule, severity, rows tested and failed."""
    key = f"marts/{marts.inputs_id}/data_quality.parquet"
    if work.lake.tag(key) is None:
        create_markdown_artifact("These marts have no `data_quality`; there is no gate receipt.", key="gate-receipt")
        return
    quality = pl.read_parquet(io.BytesIO(work.lake.read(key)))
    broken = (
        quality.filter(pl.col("failed") > 0)
        .group_by("extract", "rule_id", "severity")
        .agg(pl.col("rows").sum(), pl.col("failed").sum(), pl.col("lea_id").n_unique().alias("districts"))
        .sort("failed", "rule_id", descending=[True, False])
    )
    rules = quality["rule_id"].n_unique()
    create_table_artifact(
        broken.to_dicts(), key="gate-receipt", description=f"{rules:,} rules asked, {broken.height:,} broken somewhere"
    )


def release_artifact(work: Workspace, marts: MartsReceipt, release: ReleaseReceipt) -> None:
    """The release in a few figures: id, where, files and rows, persons per level of the latest year."""
    manifest: dict[str, Any] = json.loads(work.releases.read(f"{release.release_id}/manifest.json"))
    summary, names = marts.summary, names_of_marts(work, marts.inputs_id)
    lines = [
        f"## Release `{release.release_id}`{'' if release.made else ' (unchanged)'}",
        f"{summary['districts']:,} districts, {summary['submissions']:,} submissions in force, "
        f"{len(manifest['files']):,} files, {sum(f.get('rows') or 0 for f in manifest['files']):,} rows. "
        f"Lies at `{release.location}`; code {manifest['code_version']}.",
        f"What the gate found: {link(work.receipts, GATE_PAGE)}. {_report(work, release)}",
        "",
        f"| program | level | state tier | educators in {summary['latest_year']} |",
        "|---|---|---|---:|",
        *(
            f"| {names.program(x['program_id'])} | {names.level(x['program_id'], x['level'])} | {x['state_tier']}"
            f" | {x['persons']:,} |"
            for x in summary["levels"]
        ),
        "",
        *(
            f"Adopted year ignored, before the program's first: {names.district(x['lea_id'])}, "
            f"{names.program(x['program_id'])}, {x['school_year']}."
            for x in summary["adopted_years_ignored"]
        ),
        *(
            f"No rating that the program reads: {x['lea_id']}, {x['program_id']}, {x['school_year']}."
            for x in summary["rating_system_mismatches"]
        ),
    ]
    create_markdown_artifact("\n".join(lines), key="release-summary")


def _report(work: Workspace, release: ReleaseReceipt) -> str:
    """Where the public report is, and whether it is this release's."""
    place = report_place(work)
    if place.tag("index.html") is None:
        return "No report yet: `rung report` writes it."
    same = f'data-release="{release.release_id}"'.encode() in place.read("index.html")
    return f"Report{'' if same else ' of an older release'}: {link(place, 'index.html')}."


def leave_failure(flow: Any, flow_run: Any, state: Any) -> None:
    """Failure and crash hook: an artifact that says what stopped the run and what to do."""
    try:
        state.result()
        reason = state.name
    except RungError as error:
        reason = masked(str(error))
    except BaseException as error:
        reason = unexpected(error)
    text = (
        f"## {flow.name} stopped: {state.name}\n\n{reason}\n\nNothing half-done is in force; run it again when mended."
    )
    with get_client(sync_client=True) as client:
        client.create_artifact(ArtifactCreate(key="run-failed", type="markdown", data=text, flow_run_id=flow_run.id))
