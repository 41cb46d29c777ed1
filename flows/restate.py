"""Rebuild the marts as they were known at a time, beside today's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.names import at_start
from flows.tasks import FLOW_DEFAULTS, HOUR, TrackedProgress, one_run_per_lake, tasks_of
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import MartsReceipt, run_marts


@flow(name="restate", flow_run_name=at_start("restate as of", "as_of"), timeout_seconds=6 * HOUR, **FLOW_DEFAULTS)
def restate(as_of: datetime, config: str = "rung.toml") -> MartsReceipt:
    """Rebuild the marts as they were known at a time, beside today's. Nothing is published.

    Args:
        as_of: Rebuild from the submissions in force at this moment (UTC when no offset is given).
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
    """
    work = open_workspace(Path(config))
    moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    with one_run_per_lake(work):
        progress, call = TrackedProgress(), tasks_of(work)
        reference = load_reference(work.reference)
        then: MartsReceipt = call("marts-then", lambda: run_marts(work, reference, progress, moment))
        now: MartsReceipt = call("marts-now", lambda: run_marts(work, reference, progress))
    create_markdown_artifact("\n".join(_compared(work, then, now, moment)), key="restatement")
    return then


def _compared(work: Workspace, then: MartsReceipt, now: MartsReceipt, moment: datetime) -> list[str]:
    """Headline figures of two sets of marts side by side."""
    names = ("districts", "submissions", "rows_accepted", "rows_quarantined", "educators")
    rows = [(name.replace("_", " "), f"{then.summary[name]:,}", f"{now.summary[name]:,}") for name in names]
    kinds = sorted({*then.summary["dollars"], *now.summary["dollars"]})
    rows += [(f"dollars, {k}", then.summary["dollars"].get(k, "0"), now.summary["dollars"].get(k, "0")) for k in kinds]
    return [
        f"## As known at {moment.isoformat(timespec='seconds')}, beside today",
        f"Marts of then: `{work.lake.uri(f'marts/{then.inputs_id}')}`; of now: "
        f"`{work.lake.uri(f'marts/{now.inputs_id}')}`",
        "",
        "| figure | then | now |",
        "|---|---:|---:|",
        *(f"| {name} | {a} | {b} |" for name, a, b in rows),
    ]
