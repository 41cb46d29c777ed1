"""Which column of a file is which column of an extract: one assignment over all of them, and what stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from rung.layouts.known_names import FOLDER, FULL_NAME, KNOWN, LOCAL, NOT_READ, PAY

# An answer needs this score, and to be ahead of every other candidate of the column by the margin; else it is asked.
LEAST, MARGIN = 0.85, 0.1
# Candidates of a question; below it a likeness is chance.
CANDIDATE = 0.6
# An optional column is asked for only where its best candidate is as good as this.
OPTIONAL_CANDIDATE = 0.7
MANY = frozenset({PAY, NOT_READ})


@dataclass(frozen=True)
class Assigned:
    """`sources`: target → the file's column, answered. `candidates`: target → columns it could be, best first.

    `pay`: columns that are amounts of pay. `left_out`: known columns that nothing reads; `unrecognised`: the others.
    """

    sources: Mapping[str, str]
    candidates: Mapping[str, tuple[str, ...]]
    pay: tuple[str, ...]
    left_out: tuple[str, ...]
    unrecognised: tuple[str, ...]
    scores: Mapping[str, float] = field(default_factory=dict)


def assign_columns(
    header: Sequence[str], required: Sequence[str], scores: Mapping[str, Mapping[str, float]]
) -> Assigned:
    """Assign a file's columns. `scores`: column → target → score in 0-1, names and content together.

    A column that is surely pay, or surely nothing of the extract, takes no part. The others are assigned so that the
    sum of scores is greatest, one to one; an assignment below `LEAST`, or not `MARGIN` ahead, becomes a question.
    """
    best = {name: max(scores[name].items(), key=lambda pair: (pair[1], pair[0]), default=("", 0.0)) for name in header}
    many = {name for name in header if best[name][0] in MANY and best[name][1] >= LEAST}
    free = [name for name in header if name not in many]
    targets = sorted({target for name in free for target in scores[name]} - MANY)
    sources: dict[str, str] = {}
    held: dict[str, float] = {}
    open_targets: dict[str, list[str]] = {}
    if free and targets:
        table = np.array([[scores[name].get(target, 0.0) for target in targets] for name in free])
        rows, places = linear_sum_assignment(table, maximize=True)
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            name, target, score = free[row], targets[place], float(table[row, place])
            if score >= LEAST and _ahead(table, row, place, {free.index(s) for s in sources.values()}):
                sources[target] = name
                held[target] = score
    if "last_name" in sources:
        sources.pop(FULL_NAME, None)
    taken = set(sources.values())
    for target in targets:
        if target in sources or target in FOLDER or (target == FULL_NAME and "last_name" in sources):
            continue
        least = CANDIDATE if target in required else OPTIONAL_CANDIDATE
        ranked = sorted(free, key=lambda name: (-scores[name].get(target, 0.0), header.index(name)))
        fit = [name for name in ranked if name not in taken and scores[name].get(target, 0.0) >= least]
        if fit:
            open_targets[target] = fit[:4]
    pay = tuple(name for name in header if name in many and best[name][0] == PAY)
    asked = {name for names in open_targets.values() for name in names}
    rest = [name for name in header if name not in {*taken, *pay, *asked}]
    return Assigned(
        sources,
        {target: tuple(names) for target, names in open_targets.items()},
        pay,
        tuple(name for name in rest if best[name][1] >= LEAST),
        tuple(name for name in rest if best[name][1] < LEAST),
        held,
    )


def _ahead(table: np.ndarray, row: int, place: int, taken: set[int]) -> bool:
    """Whether no other column is about as good for the target. A column known to give way does not count."""
    score = table[row, place]
    rivals = [table[other, place] for other in range(len(table)) if other != row and other not in taken]
    others = [table[row, other] for other in range(table.shape[1]) if other != place]
    nearest = max([*rivals, *others], default=0.0)
    return bool(score - nearest >= MARGIN or (score > LOCAL >= nearest) or (score > KNOWN and score > nearest))
