"""Runs a command in its own process and says what it took: a fresh process, so that its peak memory is its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from flows.errors import RungError


@dataclass(frozen=True)
class Taken:
    """Wall-clock and processor seconds, peak resident memory in bytes, and what the command printed."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stdout: str


def timed(command: Sequence[str], folder: Path, fails: bool = False) -> Taken:
    """Runs `command` in `folder`. Raises RungError, with the last line it said, when it fails (unless `fails`)."""
    with TemporaryFile() as out, TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=_environment())
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed, said = out.read().decode(), err.read().decode().strip()
    if process.returncode != 0 and not fails:
        last = said.splitlines()[-1] if said else "it said nothing"
        raise RungError(f"`{' '.join(command)}` ended with {process.returncode}: {last}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, printed)


def _environment() -> dict[str, str]:
    return {**os.environ, "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def bytes_under(*places: Path) -> int:
    """Bytes of all files under the places; a place that is not there has none."""
    return sum(path.stat().st_size for place in places for path in _files(place))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [path for path in place.rglob("*") if path.is_file()]
