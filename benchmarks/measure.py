"""Runs a command in its own process and says what it took: a fresh process, so that its peak memory is its own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rung.core.errors import RungError

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Taken:
    """Wall-clock and processor seconds, peak resident memory in bytes, and what the command printed."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stdout: str


def timed(command: Sequence[str], folder: Path) -> Taken:
    """Runs `command` in `folder`. Raises RungError, with the last line that it said, when it fails."""
    with TemporaryDirectory() as scratch:
        report = Path(scratch) / "taken.json"
        launcher = [sys.executable, "-S", "-E", str(LAUNCHER), str(report), *command]
        done = subprocess.run(launcher, cwd=folder, capture_output=True, text=True, env=_environment(), check=False)
        if done.returncode != 0:
            said = done.stderr.strip()
            last = said.splitlines()[-1] if said else "it said nothing"
            raise RungError(f"`{' '.join(command)}` ended with {done.returncode}: {last}")
        taken = json.loads(report.read_text(encoding="utf-8"))
    return Taken(taken["seconds"], taken["cpu_seconds"], taken["peak_bytes"], done.stdout)


def _environment() -> dict[str, str]:
    return {**os.environ, "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def bytes_under(*places: Path) -> int:
    """Bytes of all files under the places; a place that is not there has none."""
    return sum(path.stat().st_size for place in places for path in _files(place))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [path for path in place.rglob("*") if path.is_file()]


@dataclass(frozen=True)
class Step:
    """One measured process: `parts` are the seconds that it said its parts took, `read_again`
    accepted rows of unchanged districts that marts read, and all of them; bytes are files, on disk."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    bytes_read: int = 0
    bytes_written: int = 0
    parts: dict[str, float] = field(default_factory=dict)
    read_again: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All steps of one bench, and what they say against each other."""

    scale: str
    rows: dict[str, int]
    landing_bytes: int
    steps: tuple[Step, ...]
    ratios: dict[str, float | None]
    machine: dict[str, Any]

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def machine() -> dict[str, Any]:
    """The machine, as far as figures depend on it, and how busy it is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gigabytes": round(memory / 1e9, 1),
        "processor": _processor(),
        "load_at_end": round(os.getloadavg()[0], 2),
        "commit": _commit(),
        "day": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    """The commit that the code is of, with a mark where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=LAUNCHER.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def step_of(
    name: str,
    taken: Taken,
    read: int,
    written: int,
    parts: dict[str, float] | None = None,
    read_again: dict[str, dict[str, int]] | None = None,
) -> Step:
    """A measured process under its name."""
    return Step(name, taken.seconds, taken.cpu_seconds, taken.peak_bytes, read, written, parts or {}, read_again or {})
