"""Publish the marts once every district has certified its latest year."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.artifacts import release_artifact
from flows.names import at_start, rename_flow_run, years
from flows.tasks import FLOW_DEFAULTS, HOUR, TrackedProgress, one_run_per_lake, tasks_of
from rung.core.errors import GateFailed, RungError
from rung.lake.certification import certified
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import MartsReceipt, run_marts
from rung.release.publish import ReleaseReceipt, educator_key_of, run_release
from rung.report import report_place, write_report


@flow(name="release-certified", flow_run_name=at_start("release"), timeout_seconds=2 * HOUR, **FLOW_DEFAULTS)
def release_certified(
    config: str = "rung.toml", need_certified: bool = True, accept_drift: bool = False, report: bool = True
) -> ReleaseReceipt:
    """Publish the marts once every district has certified the latest school year.

    Args:
        config: Path of rung.toml, absolute or from the folder of prefect.yaml.
        need_certified: Refuse while a district-year of the latest school year on file is not certified.
        accept_drift: Figures that moved far since the last release are meant.
        report: Write the public report of the release, to `report` beside rung.toml.
    """
    work = open_workspace(Path(config))
    with one_run_per_lake(work):
        educator_key_of(work)
        if need_certified:
            refuse_uncertified(work)
        progress, call = TrackedProgress(), tasks_of(work)
        marts: MartsReceipt = call("marts", lambda: run_marts(work, load_reference(work.reference), progress))
        release: ReleaseReceipt = call("release", lambda: run_release(work, marts, progress, accept_drift=accept_drift))
        rename_flow_run(f"{work.settings.state.name}: release {release.release_id}, {years(marts)}")
        if report:
            call("report", lambda: write_report(work, report_place(work), progress))
        release_artifact(work, marts, release)
        return release


def refuse_uncertified(work: Workspace) -> None:
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
