"""Starts one command and writes what it took to a file. A process of its own, and a small one.

A child's peak memory as the system counts it starts with its parent's at the moment of the start (the two share their
memory until the child becomes the new program): started from a large parent, every command would seem as large.
The system counts the largest process only, so that those of a command with several are added up while they run.

Run as `python -S launch.py REPORT COMMAND…`; imports nothing of the project.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time

LOOK_SECONDS = 0.2


def launch(report: str, command: list[str]) -> int:
    """Runs the command with this process's output; returns its exit code."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ)
    together, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(pid, together, ended))
    watch.start()
    _, status, usage = os.wait4(pid, 0)
    taken = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    ended.set()
    watch.join()
    taken["peak_bytes"] = max(taken["peak_bytes"], together[0])
    with open(report, "w", encoding="utf-8") as out:  # noqa: PTH123  pathlib would make this process larger
        json.dump(taken, out)
    return os.waitstatus_to_exitcode(status)


def _watch(pid: int, together: list[int], ended: threading.Event) -> None:
    """Keeps the most memory that the process and those below it had at once; pages that they share count once."""
    while not ended.wait(LOOK_SECONDS):
        family = _family(pid)
        if len(family) > 1:
            together[0] = max(together[0], sum(map(_share, family)))


def _family(pid: int) -> list[int]:
    """The process and all below it; where the system does not list children, the process alone."""
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  as above
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:  # noqa: PTH123
                children += [int(child) for child in file.read().split()]
    except OSError:  # it, or one of its threads, has just ended
        pass
    return [pid, *(each for child in children for each in _family(child))]


def _share(pid: int) -> int:
    """A process's memory in bytes, its share of what it has in common with others; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except (OSError, ValueError):
        return 0


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2:]))
