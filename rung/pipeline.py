"""The main job: reference → intake → marts → release. Embedded it runs in this process; tracked, Prefect calls it.

A `Call` runs one named stage. `directly` just runs it; `flows.tracked` makes each a Prefect task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.marts.build import MartsReceipt, run_marts
from rung.release.publish import ReleaseReceipt, educator_key_of, run_release
from rung.standards.lineage import Lineage

T = TypeVar("T")
Call = Callable[[str, Callable[[], T]], T]


@dataclass(frozen=True)
class RunReceipt:
    """What the whole run did, with the seconds of each stage."""

    intake: IntakeReceipt
    marts: MartsReceipt
    release: ReleaseReceipt
    seconds: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["intake"]["refused"] = self.intake.refused
        return data


def directly(_name: str, stage: Callable[[], Any]) -> Any:
    """Run a stage in this process."""
    return stage()


def run_all(
    work: Workspace, progress: Progress, call: Callable[[str, Callable[[], Any]], Any] = directly
) -> RunReceipt:
    """Intake, marts and release over one configuration, alone in the lake. Raises RungError or GateFailed."""
    educator_key_of(work)  # a missing key is found before hours of work, not after
    with work.alone():
        lineage = Lineage(work)
        progress.on_begin, traced = lineage.begin, lineage.stage
        reference = call("reference", lambda: load_reference(work.reference))
        intake = call("intake", lambda: traced("intake", lambda: run_intake(work, reference, progress)))
        marts = call("marts", lambda: traced("marts", lambda: run_marts(work, reference, progress)))
        release = call("release", lambda: traced("release", lambda: run_release(work, marts, progress)))
    return RunReceipt(intake, marts, release, progress.seconds)


def run_marts_as_of(work: Workspace, progress: Progress, as_of: datetime | None) -> MartsReceipt:
    """Marts alone, from what was known at a time."""
    return run_marts(work, load_reference(work.reference), progress, as_of)
