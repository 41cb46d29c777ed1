"""`make mutants SAMPLE=400 SEED=1`: draws mutants of transforms/ at random, tries each, and prints the score by stage.

`make mutants NAMES="transforms.money.x_cents__mutmut_3 …"` tries the named ones again. What was tried, and how each
fared, is kept in build/mutants.
"""

from __future__ import annotations

import argparse
import json
import math
import queue
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.mutants.drawing import ROOT, Mutant, all_mutants, difference, draw
from tests.mutants.reach import reach
from tests.mutants.trial import CAUGHT, SURVIVED, TOO_SLOW, Trial, copy_project, try_mutant

KEPT = ROOT / "build" / "mutants"
OUTCOMES = (CAUGHT, SURVIVED, TOO_SLOW)


def show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wilson(caught: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927)."""
    z, share = 1.96, caught / tried
    middle = (share + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z / (1 + z * z / tried) * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    return middle - half, middle + half


def table(trials: list[Trial]) -> list[str]:
    """The score by stage as a table of docs/quality.md."""
    lines = ["| stage | tried | caught | survived | too slow to tell |", "| --- | --- | --- | --- | --- |"]
    stages = sorted({trial.mutant.stage for trial in trials})
    for stage in [*stages, "all"]:
        fared = Counter(trial.outcome for trial in trials if stage in (trial.mutant.stage, "all"))
        lines.append(f"| {stage} | {fared.total()} | " + " | ".join(str(fared[outcome]) for outcome in OUTCOMES) + " |")
    return lines


def chosen_mutants(sample: int, seed: int, stage: str | None, names: list[str]) -> list[Mutant]:
    every = [mutant for mutant in all_mutants() if stage in (None, mutant.stage)]
    show(f"mutants of {stage or 'transforms/'}: {len(every):,}")
    if not names:
        return draw(every, sample, seed)
    by_name = {mutant.name: mutant for mutant in every}
    return [by_name[name] for name in names]


def try_all(mutants: list[Mutant], workers: int) -> list[Trial]:
    """Try mutants beside one another, each worker in a copy of the project of its own."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [copy_project(Path(folder) / str(n)) for n in range(workers)]
        reached = reach(copies, Path(folder), KEPT / "reach.json")
        free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for copy in copies:
            free.put(copy)

        def one(mutant: Mutant) -> Trial:
            copy = free.get()
            try:
                trial = try_mutant(mutant, reached, copy)
            finally:
                free.put(copy)
            show(f"{trial.outcome}: {mutant.name} ({trial.files} test files, {trial.seconds} s)")
            with (KEPT / "trials.jsonl").open("a") as kept:
                kept.write(json.dumps(asdict(trial)) + "\n")
            return trial

        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, mutants))


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    arguments.add_argument("--sample", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--stage", help="draw from one stage alone, for example s1_conform")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("names", nargs="*", help="mutants to try instead of a sample")
    asked = arguments.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    trials = try_all(chosen_mutants(asked.sample, asked.seed, asked.stage, asked.names), asked.workers)
    left = [trial for trial in trials if trial.outcome != CAUGHT]
    for trial in left:
        show(f"\n{trial.mutant.name}: {trial.outcome}\n{trial.mutant.path}\n{difference(trial.mutant)}")
    low, high = wilson(len(trials) - len(left), len(trials))
    show("\n" + "\n".join(table(trials)))
    show(f"\ncaught: {1 - len(left) / len(trials):.1%}, 95 % interval {low:.1%} to {high:.1%}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
