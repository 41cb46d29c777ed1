"""What flow and task runs are called: the state and the work at the start; districts, years, extracts and the release
as soon as they are known. Ids and names of districts, never of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.context import TaskRunContext
from prefect.runtime import flow_run

from rung.core.errors import RungError
from rung.core.settings import load_settings
from rung.intake.run import IntakeReceipt
from rung.lake.reference import names_of
from rung.lake.workspace import Workspace
from rung.marts.build import MartsReceipt
from rung.release.publish import ReleaseReceipt

LONGEST = 120


def at_start(what: str, *parameters: str) -> Callable[[], str]:
    """Name of a flow run: the state of the configuration, what it does, and those of the parameters that are given."""

    def name() -> str:
        given = dict(flow_run.parameters)
        try:
            state = load_settings(Path(given.get("config", "rung.toml"))).state.name
        except RungError:  # the run itself says what is wrong with it
            state = "rung"
        values = [given[key] for key in parameters if given.get(key) is not None]
        parts = [", ".join(value) if isinstance(value, list) else str(value) for value in values]
        return f"{state}: {what} {', '.join(parts)}".strip()[:LONGEST]

    return name


def came_in(work: Workspace, receipt: IntakeReceipt) -> str:
    """What an intake took in: one district by name, more by number; years; extracts."""
    if not receipt.places:
        return "nothing new"
    leas, school_years, extracts = (sorted(set(each)) for each in zip(*receipt.places, strict=True))
    who = names_of(work.reference).get(leas[0], leas[0]) if len(leas) == 1 else f"{len(leas):,} districts"
    return f"{who}, {_span(school_years)}, {', '.join(extracts)}"


def years(marts: MartsReceipt) -> str:
    """The school years that marts cover."""
    return _span(marts.summary["school_years"])


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if years[0] == years[-1] else f"{years[0]}-{years[-1]}"


def done(work: Workspace, result: Any) -> str:
    """What a stage that is done has made, in a few words; nothing for what has no name of its own."""
    if isinstance(result, IntakeReceipt):
        return came_in(work, result)
    if isinstance(result, MartsReceipt):
        districts = result.summary["districts"]
        who = f"{districts:,} district{'s' * (districts != 1)}"
        return f"{who}, {years(result)}, {result.inputs_id}"
    if isinstance(result, ReleaseReceipt):
        return result.release_id + ("" if result.made else " (unchanged)")
    return ""


def rename_flow_run(text: str) -> None:
    """Give the flow run that this is a name that says what it did."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_name(flow_run.id, text[:LONGEST])


def rename_task_run(text: str) -> None:
    """Give the task run that this is a name that says what it made."""
    context = TaskRunContext.get()
    assert context is not None
    context.task_run.name = text[:LONGEST]  # goes with the task's last event; the server would overwrite another name
