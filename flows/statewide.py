"""The main job as a Prefect flow: intake, marts and release over one configuration."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.artifacts import gate_artifact, intake_artifacts, release_artifact
from flows.intake_on_drop import intake_and_marts
from flows.names import at_start, came_in, rename_flow_run
from flows.tasks import FLOW_DEFAULTS, HOUR, TrackedProgress, one_run_per_lake, tasks_of
from rung.lake.workspace import open_workspace
from rung.pipeline import RunReceipt, run_all


@flow(name="statewide", flow_run_name=at_start("statewide"), timeout_seconds=6 * HOUR, **FLOW_DEFAULTS)
def statewide(config: str = "rung.toml", publish: bool = True) -> RunReceipt | None:
    """Take in what is new, rebuild the marts and publish them: the main job.

    Args:
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
        publish: Make the marts the current release. Off: intake and marts only; the weekly release publishes.
    """
    work = open_workspace(Path(config))
    with one_run_per_lake(work):
        if not publish:
            intake_and_marts(work)
            return None
        receipt: RunReceipt = run_all(work, TrackedProgress(), tasks_of(work))
        rename_flow_run(
            f"{work.settings.state.name}: {came_in(work, receipt.intake)}; release {receipt.release.release_id}"
        )
        intake_artifacts(work, receipt.intake)
        gate_artifact(work, receipt.marts)
        release_artifact(work, receipt.marts, receipt.release)
        return receipt
