"""Starts one command and writes what it took to a file. A process of its own, and a small one.

A child's peak memory as the system counts it starts with its parent's at the moment of the start (the two share their
memory until the child becomes the new program): started from a large parent, every command would seem as large.

Run as `python -S launch.py REPORT COMMAND…`; imports nothing of the project.
"""

from __future__ import annotations

import json
import os
import sys
import time


def launch(report: str, command: list[str]) -> int:
    """Runs the command with this process's output; returns its exit code."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    taken = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    with open(report, "w", encoding="utf-8") as out:  # noqa: PTH123  pathlib would make this process larger
        json.dump(taken, out)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2:]))
