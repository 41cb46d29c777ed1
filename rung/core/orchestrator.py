"""Finds the orchestrator's side of a job without importing it: `flows` announces itself as entry points."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from rung.core.errors import RungError

GROUP = "rung.orchestrator"


def orchestrator(job: str) -> Callable[..., Any] | None:
    """The tracked version of a job when a Prefect API is configured; None: run it in this process.

    Raises RungError when an API is configured but the installation has no orchestrator.
    """
    if not os.environ.get("PREFECT_API_URL"):
        return None
    for entry in entry_points(group=GROUP, name=job):
        tracked: Callable[..., Any] = entry.load()
        return tracked
    raise RungError(f"PREFECT_API_URL is set, but nothing is installed that runs `{job}` in Prefect; reinstall Rung")
