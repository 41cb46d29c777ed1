"""One mutant tried: the project copied, one module of the copy changed, the tests that enter its function run."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import cache_from_source
from itertools import accumulate
from pathlib import Path

from tests.mutants.drawing import ROOT, Mutant, changed_text
from tests.mutants.reach import PYTEST, Reached, timed

CAUGHT, SURVIVED, TOO_SLOW = "caught", "survived", "too slow"
ENDED = (-signal.SIGXCPU, -signal.SIGKILL)  # by the system, after too many processor seconds
SLACK_SECONDS = 30
BUDGET_SECONDS = 60


@dataclass(frozen=True)
class Trial:
    """How a mutant fared, with how many test files and in how many processor seconds."""

    mutant: Mutant
    outcome: str
    files: int
    seconds: float


def copy_project(folder: Path) -> Path:
    """The files under version control and those not yet added, without what is ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def chosen(mutant: Mutant, reached: list[Reached]) -> list[Reached]:
    """The test files a mutant is tried with: those that enter its function, to `BUDGET_SECONDS` in all.

    First those that name its module, then those that enter most of its functions, then the quickest; the first always.
    """
    module = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    mine = [row for row in reached if row.seconds is not None and f"{mutant.path}:{mutant.function}" in row.functions]
    stem, inside = Path(mutant.path).stem, f"{mutant.path}:"

    def distance(row: Reached) -> tuple[bool, int, float, str]:
        entered = sum(function.startswith(inside) for function in row.functions)
        return module not in row.text and stem not in row.file, -entered, row.seconds or 0, row.file

    mine.sort(key=distance)
    spent = accumulate(row.seconds or 0 for row in mine)
    return [row for n, (row, sum_) in enumerate(zip(mine, spent, strict=True)) if not n or sum_ <= BUDGET_SECONDS]


def try_mutant(mutant: Mutant, reached: list[Reached], project: Path) -> Trial:
    """Run the chosen test files until one fails.

    A mutant that makes them run three times as long, and half a minute, is ended and counts as too slow to tell.
    """
    rows = chosen(mutant, reached)
    if not rows:
        return Trial(mutant, SURVIVED, 0, 0.0)
    limit = int(3 * sum(row.seconds or 0 for row in rows)) + SLACK_SECONDS
    with _changed(mutant, project):
        command = [sys.executable, "-m", "pytest", *PYTEST, *(row.file for row in rows)]
        code, seconds = timed(command, project, limit)
    if code in (4, 5):
        raise RuntimeError(f"pytest ran no test of {[row.file for row in rows]} (exit code {code})")
    outcome = SURVIVED if code == 0 else TOO_SLOW if code in ENDED else CAUGHT
    return Trial(mutant, outcome, len(rows), round(seconds, 1))


@contextmanager
def _changed(mutant: Mutant, project: Path) -> Iterator[None]:
    module = project / mutant.path
    plain = module.read_text()
    _put(module, changed_text(mutant))
    try:
        yield
    finally:
        _put(module, plain)


def _put(module: Path, text: str) -> None:
    """Bytecode knows its source by second and size only: that of the text before has to go."""
    module.write_text(text)
    Path(cache_from_source(str(module))).unlink(missing_ok=True)
