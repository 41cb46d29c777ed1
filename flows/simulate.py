"""Programs over the districts' own history, also where never adopted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.names import at_start
from flows.tasks import FLOW_DEFAULTS, HOUR, tasks_of
from rung.lake.workspace import open_workspace
from rung.marts.compared_programs import compared_programs


@flow(
    name="simulate",
    flow_run_name=at_start("simulate", "programs", "lea_id", "first_year", "last_year"),
    timeout_seconds=2 * HOUR,
    **FLOW_DEFAULTS,
)
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
    compared: list[dict[str, Any]] = tasks_of(work)(
        "simulate", lambda: compared_programs(work, programs, lea_id, years)
    )
    create_table_artifact(compared, key="simulation", description=f"{', '.join(programs)} side by side")
    return len(compared)
