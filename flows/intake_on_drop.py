"""Intake when drops arrive, and the event that says so."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.artifacts import gate_artifact, intake_artifacts
from flows.names import at_start, came_in, rename_flow_run
from flows.tasks import FLOW_DEFAULTS, HOUR, TrackedProgress, one_run_per_lake, tasks_of
from rung.core.errors import RungError
from rung.intake.discover import Found
from rung.intake.run import IntakeReceipt, run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import MartsReceipt, run_marts
from rung.watch.loop import EVENT


@flow(name="intake-on-drop", flow_run_name=at_start("intake"), timeout_seconds=2 * HOUR, **FLOW_DEFAULTS)
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
        return intake_and_marts(work, build_marts)


def intake_and_marts(work: Workspace, build_marts: bool = True) -> IntakeReceipt:
    """Intake; then marts, when there is anything in force to build them from."""
    progress, call = TrackedProgress(), tasks_of(work)
    reference = load_reference(work.reference)
    receipt: IntakeReceipt = call("intake", lambda: run_intake(work, reference, progress))
    rename_flow_run(f"{work.settings.state.name}: {came_in(work, receipt)}")
    intake_artifacts(work, receipt)
    if build_marts and work.ledger.in_force():
        marts: MartsReceipt = call("marts", lambda: run_marts(work, reference, progress))
        gate_artifact(work, marts)
    return receipt


def announce(work: Workspace, found: Found) -> None:
    """Send one event for all drops that wait. Raises RungError when the server does not take it."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.events import Event, Resource

    objects = sum(len(drop.files) for drop in found.drops)
    event = Event(
        event=EVENT,
        resource=Resource({"prefect.resource.id": f"rung.landing.{work.settings.state.code}"}),
        payload={"drops": len(found.drops), "objects": objects},
    )
    try:
        with get_client(sync_client=True) as client:
            client.request("POST", "/events", json=[event.model_dump(mode="json")])
    except httpx.HTTPError as error:
        raise RungError(f"the Prefect server did not take the event ({type(error).__name__}); tried again") from None
