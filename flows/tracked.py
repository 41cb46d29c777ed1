"""The Prefect flows behind `prefect.yaml`: the same stages as embedded, followed. Run when a Prefect API is configured.

Flows take a configuration's path and plain values, tasks pass receipts; frames stay inside a stage. One run at a time
writes a lake, whoever started it (`one_run_per_lake`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.artifacts import gate_artifact, intake_artifacts, leave_failure, release_artifact
from flows.certification import certified
from flows.errors import GateFailed, RungError
from flows.intake import IntakeReceipt, run_intake
from flows.marts import MartsReceipt, run_marts
from flows.reference import load_reference
from flows.release import ReleaseReceipt, educator_key_of, run_release
from flows.run import RunReceipt, run_all
from flows.simulated import compared_programs
from flows.tracking import TrackedProgress, as_task, one_run_per_lake
from flows.workspace import Workspace, open_workspace

HOUR = 3600
# Nothing persisted or cached, no retry of the whole, a word in the UI when it fails.
HOUSE: dict[str, Any] = {
    "persist_result": False,
    "log_prints": False,
    "on_failure": [leave_failure],
    "on_crashed": [leave_failure],
}


@flow(name="statewide", timeout_seconds=6 * HOUR, **HOUSE)
def statewide(config: str = "rung.toml", publish: bool = True) -> RunReceipt | None:
    """Take in what is new, rebuild the marts and publish them: the main job.

    Args:
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
        publish: Make the marts the current release. Off: intake and marts only; the weekly release publishes.
    """
    work = open_workspace(Path(config))
    with one_run_per_lake(work):
        if not publish:
            _intake_and_marts(work)
            return None
        receipt: RunReceipt = run_all(work, TrackedProgress(), as_task)
        intake_artifacts(work, receipt.intake)
        gate_artifact(work, receipt.marts)
        release_artifact(work, receipt.marts, receipt.release)
        return receipt


@flow(name="intake-on-drop", timeout_seconds=2 * HOUR, **HOUSE)
def intake_on_drop(config: str = "rung.toml", build_marts: bool = True) -> IntakeReceipt:
    """Take in every drop that lies in the landing now, whichever of them woke this run, and refresh the marts.

    The event is only a hint: landing and ledger are read again, so one run serves a burst of drops, a repeated event
    finds nothing new, and a lost one is caught by the next.

    Args:
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
        build_marts: Rebuild the marts when something new was accepted.
    """
    work = open_workspace(Path(config))
    with one_run_per_lake(work):
        return _intake_and_marts(work, build_marts)


@flow(name="release-certified", timeout_seconds=2 * HOUR, **HOUSE)
def release_certified(
    config: str = "rung.toml", need_certified: bool = True, accept_drift: bool = False
) -> ReleaseReceipt:
    """Publish the marts once every district has certified the latest school year.

    Args:
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
        need_certified: Refuse while a district-year of the latest school year on file is not certified.
        accept_drift: Figures that moved far since the last release are meant.
    """
    work = open_workspace(Path(config))
    with one_run_per_lake(work):
        educator_key_of(work)
        if need_certified:
            _refuse_uncertified(work)
        progress = TrackedProgress()
        marts: MartsReceipt = as_task("marts", lambda: run_marts(work, load_reference(work.reference), progress))
        release: ReleaseReceipt = as_task(
            "release", lambda: run_release(work, marts, progress, accept_drift=accept_drift)
        )
        release_artifact(work, marts, release)
        return release


@flow(name="restate", timeout_seconds=6 * HOUR, **HOUSE)
def restate(as_of: datetime, config: str = "rung.toml") -> MartsReceipt:
    """Rebuild the marts as they were known at a time, beside today's. Nothing is published.

    Args:
        as_of: Rebuild from the submissions in force at this moment (UTC when no offset is given).
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
    """
    work = open_workspace(Path(config))
    moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    with one_run_per_lake(work):
        progress = TrackedProgress()
        reference = load_reference(work.reference)
        then: MartsReceipt = as_task("marts-then", lambda: run_marts(work, reference, progress, moment))
        now: MartsReceipt = as_task("marts-now", lambda: run_marts(work, reference, progress))
    create_markdown_artifact("\n".join(_compared(work, then, now, moment)), key="restatement")
    return then


@flow(name="simulate", timeout_seconds=2 * HOUR, **HOUSE)
def simulate(
    programs: list[str],
    lea_id: str | None = None,
    first_year: int | None = None,
    last_year: int | None = None,
    config: str = "rung.toml",
) -> int:
    """Run programs over the districts' own history, also where never adopted. Writes only its artifact.

    Args:
        programs: Program ids, such as those that `rung programs` lists.
        lea_id: One district; empty: all.
        first_year: First school year to show (2026 = 2025-26); empty: all.
        last_year: Last school year to show; empty: all.
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
    """
    work = open_workspace(Path(config))
    years = (first_year or 0, last_year or 9999) if first_year or last_year else None
    compared: list[dict[str, Any]] = as_task("simulate", lambda: compared_programs(work, programs, lea_id, years))
    create_table_artifact(compared, key="simulation", description=f"{', '.join(programs)} side by side")
    return len(compared)


def _intake_and_marts(work: Workspace, build_marts: bool = True) -> IntakeReceipt:
    """Intake; then marts, when there is anything in force to build them from."""
    progress = TrackedProgress()
    reference = load_reference(work.reference)
    receipt: IntakeReceipt = as_task("intake", lambda: run_intake(work, reference, progress))
    intake_artifacts(work, receipt)
    if build_marts and work.ledger.in_force():
        marts: MartsReceipt = as_task("marts", lambda: run_marts(work, reference, progress))
        gate_artifact(work, marts)
    return receipt


def _refuse_uncertified(work: Workspace) -> None:
    """Raises GateFailed naming how many district-years of the latest year are not certified."""
    in_force = work.ledger.in_force()
    if not in_force:
        raise RungError("no submission has been accepted yet; run `rung intake` and read the receipts")
    latest = max(s.school_year for s in in_force)
    wanted = {s.lea_id for s in in_force if s.school_year == latest}
    lacking = sorted(wanted - {lea for lea, year in certified(work.ledger) if year == latest})
    if lacking:
        some = ", ".join(lacking[:10]) + (" …" if len(lacking) > 10 else "")
        raise GateFailed(f"{len(lacking)} of {len(wanted)} districts have not certified {latest}: {some}")


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
