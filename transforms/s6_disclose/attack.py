"""The reader's attack: everything published as a linear program, solved with HiGHS, one component at a time.

A hidden cell is proved safe by two witnesses: complete tables that agree with everything published, whole numbers where
persons are counted, and differ in that cell by the width asked for. One solution is a witness for many cells at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import highspy
import numpy as np

from transforms.s6_disclose.problem import Bools, EngineFailure, Floats, Ints, Problem, linked

Item = TypeVar("Item")
Found = TypeVar("Found")

SWEEPS = 8
WORTH = 2
# Solvers that run side by side; how many there are does not depend on the machine, so that no choice does.
LANES = 2
TOLERANCE = 1e-6


class Effort(Enum):
    """How much an audit asks about a cell whose need it could not yet show to be met.

    SUSPECT: nothing more; the cell counts as failing, though it may be safe. NARROW: whether it fails. EXACT: its
    interval.
    """

    SUSPECT = "suspect"
    NARROW = "narrow"
    EXACT = "exact"


@dataclass(frozen=True)
class Component:
    """Open cells that hang together: their numbers, and the relations between them with what is known moved right."""

    cells: Ints
    row: Ints
    column: Ints
    coefficient: Floats
    known: Floats


def components(problem: Problem, hidden: Bools) -> list[Component]:
    """The open cells as independent systems. Each relation belongs to one of them, as its open cells are linked."""
    open_ = problem.open_cells(hidden)
    label = linked(problem, open_)
    shut = ~open_[problem.cell]
    right = np.zeros(problem.relations)
    np.subtract.at(right, problem.relation[shut], problem.coefficient[shut] * problem.value[problem.cell[shut]])
    relation, cell, weight = problem.relation[~shut], problem.cell[~shut], problem.coefficient[~shut]
    order = np.lexsort((cell, relation, label[cell]))
    relation, cell, weight = relation[order], cell[order], weight[order]
    cuts = np.flatnonzero(np.diff(label[cell])) + 1
    found = []
    for part_relation, part_cell, part_weight in zip(
        np.split(relation, cuts), np.split(cell, cuts), np.split(weight, cuts), strict=True
    ):
        if len(part_cell):
            cells, column = np.unique(part_cell, return_inverse=True)
            rows, row = np.unique(part_relation, return_inverse=True)
            found.append(Component(cells, row, column, part_weight, right[rows]))
    return found


class Attack:
    """HiGHS over one component. `reach(costs)` maximises; `interval(i)` bounds one cell."""

    def __init__(self, problem: Problem, hidden: Bools, part: Component, need: Floats) -> None:
        self.integral = problem.integral[part.cells]
        value = problem.value[part.cells]
        # A finite box keeps every program bounded; it is wider than any interval a policy asks for.
        box = np.abs(value).max(initial=0) + (len(value) + 1) * (need.max(initial=0) + 1) + 1
        shown = ~(hidden | problem.residual)[part.cells]
        low = np.where(shown, problem.shown_low[part.cells], problem.low[part.cells])
        high = np.where(shown, problem.shown_high[part.cells], problem.high[part.cells])
        self.low, self.high = np.maximum(low, -box), np.minimum(high, box)
        self.columns = np.arange(len(value), dtype=np.int32)
        self.engine = new_engine()
        none = np.zeros(0, dtype=np.int32)
        self.engine.addCols(len(value), np.zeros(len(value)), self.low, self.high, 0, none, none, np.zeros(0))
        starts = np.searchsorted(part.row, np.arange(len(part.known))).astype(np.int32)
        self.engine.addRows(
            len(part.known),
            part.known,
            part.known,
            len(part.row),
            starts,
            part.column.astype(np.int32),
            part.coefficient,
        )
        self.engine.changeObjectiveSense(highspy.ObjSense.kMaximize)
        # Only the aim changes between programs: the last table stays feasible, so the primal simplex goes on from it.
        self.engine.setOptionValue("simplex_strategy", 4)

    def reach(self, costs: Floats) -> Floats:
        """The table that maximises costs x cells."""
        self.engine.changeColsCost(len(self.columns), self.columns, costs)
        self.engine.run()
        if self.engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise EngineFailure(f"the audit's linear program ended {self.engine.getModelStatus()}")
        return np.asarray(self.engine.getSolution().col_value)

    def ends(self, cell: int) -> tuple[Floats, Floats]:
        """The tables with the cell at its least and at its greatest."""
        costs = np.zeros(len(self.columns))
        costs[cell] = 1.0
        top = self.reach(costs)
        return self.reach(-costs), top

    def whole(self, table: Floats) -> bool:
        """Whether a table has whole persons."""
        counts = table[self.integral]
        return bool((np.abs(counts - np.round(counts)) < TOLERANCE).all())

    def whole_ends(self, cell: int) -> tuple[Floats, Floats]:
        """As `ends`, over whole persons only (a mixed-integer program)."""
        kind = np.where(self.integral, 1, 0).astype(np.uint8)
        self.engine.changeColsIntegrality(len(self.columns), self.columns, kind)
        try:
            return self.ends(cell)
        finally:
            self.engine.changeColsIntegrality(len(self.columns), self.columns, np.zeros_like(kind))


def side_by_side(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """`work` of every item, in the order of the items; the solver lets go of the interpreter while it works.

    No two items may share a cell that `work` writes.
    """
    if len(items) < LANES:
        return [work(item) for item in items]
    with ThreadPoolExecutor(LANES) as pool:
        return list(pool.map(work, items))


def new_engine() -> highspy.Highs:
    """HiGHS, silent and repeatable."""
    engine = highspy.Highs()  # type: ignore[no-untyped-call]
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("threads", 1)
    engine.setOptionValue("random_seed", 0)
    return engine


def propagated(part: Component, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Bounds that each relation alone forces on its cells, over a few sweeps: never tighter than the truth allows.

    Cheap, and enough to show most exposed cells without a linear program.
    """
    up = part.coefficient > 0
    for _ in range(SWEEPS):
        least = np.where(up, low[part.column], -high[part.column])
        most = np.where(up, high[part.column], -low[part.column])
        rest_least = np.bincount(part.row, least, len(part.known))[part.row] - least
        rest_most = np.bincount(part.row, most, len(part.known))[part.row] - most
        top, bottom = part.known[part.row] - rest_least, part.known[part.row] - rest_most
        new_low, new_high = low.copy(), high.copy()
        np.minimum.at(new_high, part.column, np.where(up, top, -bottom))
        np.maximum.at(new_low, part.column, np.where(up, bottom, -top))
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high


def settle(
    problem: Problem, hidden: Bools, part: Component, need: Floats, effort: Effort = Effort.EXACT
) -> tuple[Floats, Floats]:
    """Interval of each cell of a component, as far as its need asks.

    Where the need is met the interval is between witnesses and may be wider; where it is not, it is as `effort` says:
    the exact one, one that is too narrow already and may be narrower still, or that of the witnesses so far.
    """
    low = problem.value[part.cells].copy()
    high = low.copy()
    wanted = need > 0
    if not wanted.any():
        return low, high
    attack = Attack(problem, hidden, part, need)
    outer_low, outer_high = propagated(part, attack.low, attack.high)
    width = outer_high - outer_low
    shut = wanted & (width < (1 if effort is Effort.EXACT else need) - TOLERANCE)
    low[shut], high[shut] = outer_low[shut], outer_high[shut]
    wanted &= ~shut

    def witness(table: Floats) -> None:
        if attack.whole(table):
            table = np.where(attack.integral, np.round(table), table)
            low[wanted], high[wanted] = np.minimum(low, table)[wanted], np.maximum(high, table)[wanted]

    def unsettled() -> Bools:
        found: Bools = wanted & (high - low < need - TOLERANCE)
        return found

    _shoot(attack, witness, unsettled)
    if effort is Effort.SUSPECT:
        return low, high
    for cell in np.flatnonzero(wanted):
        if high[cell] - low[cell] >= need[cell] - TOLERANCE:
            continue
        least, most = attack.ends(int(cell))
        witness(least)
        witness(most)
        if high[cell] - low[cell] >= need[cell] - TOLERANCE:
            continue
        if not attack.integral[cell]:
            low[cell], high[cell] = least[cell], most[cell]
            continue
        if np.floor(most[cell] + TOLERANCE) - np.ceil(least[cell] - TOLERANCE) >= need[cell]:
            least, most = attack.whole_ends(int(cell))
        low[cell] = np.ceil(least[cell] - TOLERANCE)
        high[cell] = np.floor(most[cell] + TOLERANCE)
    return low, high


def _shoot(attack: Attack, witness: Callable[[Floats], None], unsettled: Callable[[], Bools]) -> None:
    """Random aims at all unsettled cells at once, as long as a shot settles more cells than it costs programs."""
    dice = np.random.default_rng(len(attack.columns))
    left = unsettled()
    while left.any():
        aim = dice.normal(size=len(left)) * left
        witness(attack.reach(aim))
        witness(attack.reach(-aim))
        before, left = left.sum(), unsettled()
        if before - left.sum() < WORTH:
            return
