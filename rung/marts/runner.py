"""Where sets of educators are made: in this process, or on a cluster that `[runner]` names."""

from __future__ import annotations

from collections.abc import Sequence

from rung.core.orchestrator import installed
from rung.core.settings import Settings
from rung.lake.workspace import Workspace
from rung.marts.district_facts import DistrictFacts
from rung.marts.set_plan import SetPlan
from rung.marts.sets import RunTasks, Task

# So many sets, or more, are worth a cluster.
LEAST_ON_CLUSTER = 8


def runner_of(work: Workspace) -> RunTasks | None:
    """What runs the sets of a configuration; None: this process.

    Raises RungError where it is a cluster and Dask is not installed.
    """
    if work.settings.runner.kind == "local":
        return None
    on_cluster = installed("sets", '`[runner] kind = "dask"` needs Dask: pip install rung[dask]')

    def run(plan: SetPlan, tasks: Sequence[Task], _facts: DistrictFacts) -> list[list[str]]:
        made: list[list[str]] = on_cluster(work.settings.runner, work.lake_address, plan.write(), tasks)
        return made

    return run


def least_buckets(settings: Settings) -> int:
    """Into how many sets educators fall at least, where nobody has set it."""
    return 1 if settings.runner.kind == "local" else LEAST_ON_CLUSTER
