"""One district sends its last year's payroll again, one line short: the cost of a day in the life of a state."""

from __future__ import annotations

from pathlib import Path

from benchmarks.state import BenchState


def drop_again(state: BenchState) -> Path:
    """Puts the middle-sized district's newest payroll, without its last line, into the second landing place."""
    files = sorted(state.landing.glob("*/*/payroll/*.csv"), key=lambda path: path.stat().st_size)
    newest = max(path.parts[-3] for path in files)
    of_newest = [path for path in files if path.parts[-3] == newest]
    source = of_newest[len(of_newest) // 2]
    lines = source.read_bytes().splitlines(keepends=True)
    target = state.work / "extra" / source.relative_to(state.landing)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"".join(lines[:-1]))
    return target
