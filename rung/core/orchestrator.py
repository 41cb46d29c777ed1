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
    return installed(
        job, f"PREFECT_API_URL is set, but nothing is installed that runs `{job}` in Prefect; reinstall Rung"
    )


def installed(job: str, lacking: str) -> Callable[..., Any]:
    """What `flows` announces for a job. Raises RungError, `lacking`, where it or what it imports is not installed."""
    for entry in entry_points(group=GROUP, name=job):
        try:
            found: Callable[..., Any] = entry.load()
        except ModuleNotFoundError as error:
            raise RungError(f"{lacking} ({error.name} is not there)") from None
        return found
    raise RungError(lacking)
