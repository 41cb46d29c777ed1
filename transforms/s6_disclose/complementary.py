"""Complementary suppression that loses little: for each exposed cell, the cheapest cells that let it move.

A hidden cell is safe when the published tables still hold after it moves. A linear program finds the movement through
the cheapest cells; those are hidden too. The audit judges the outcome over everything, and exposed cells come back with
a wider neighbourhood (their tables, the tables next to those, ... all).
"""

from __future__ import annotations

import highspy
import numpy as np

from transforms.s6_disclose.attack import LANES, Component, Effort, components, new_engine, side_by_side
from transforms.s6_disclose.audit import Audit, audit
from transforms.s6_disclose.problem import Bools, EngineFailure, Floats, Ints, Problem, restricted

ROUNDS = 12
# Rounds that cover every cell not yet shown to be safe: a cover asks the same question in a smaller place.
GUESSES = 2
MOVED = 1e-6
LIGHTEN_COMPONENT = 400


class Mover:
    """The movements of a set of relations, as a linear program: up and down shifts of each cell, at a cost.

    Columns: for each direction (up, and down where `both`) the plus and the minus of every cell. A cell that is hidden
    moves free of charge, a shown one costs its loss for each unit, a cell that the reader knows cannot move.
    """

    def __init__(self, problem: Problem, hidden: Bools, rows: Ints, both: bool, zeros: bool) -> None:
        inside, row = problem.entries(rows)
        self.cells, column = np.unique(problem.cell[inside], return_inverse=True)
        weight = problem.coefficient[inside]
        self.both = both
        self.size, directions = len(self.cells), 2 if both else 1
        self.cost = problem.loss[self.cells] * ~(hidden | problem.residual)[self.cells]
        value = problem.value[self.cells]
        span = np.abs(value).max(initial=0) + problem.width[self.cells].max(initial=0) * 4
        plus = np.minimum(problem.high[self.cells] - value, span)
        minus = np.minimum(value - problem.low[self.cells], span)
        if not zeros:
            # An empty cell is a poor cover: a reader may know that nobody can be in it.
            still = (value == 0) & (self.cost > 0)
            plus, minus = np.where(still, 0.0, plus), np.where(still, 0.0, minus)
        self.caps = np.concatenate([plus, minus] * directions).clip(0)
        # How far each cell was seen to move up and down at no further cost: such a cell needs no program of its own.
        self.up, self.down = np.zeros(self.size), np.zeros(self.size)
        self.columns = np.arange(2 * directions * self.size, dtype=np.int32)
        self.engine = new_engine()
        self.engine.setOptionValue("presolve", "off")
        none = np.zeros(0, dtype=np.int32)
        self.engine.addCols(
            len(self.columns),
            np.tile(self.cost, 2 * directions),
            np.zeros(len(self.columns)),
            self.caps,
            0,
            none,
            none,
            np.zeros(0),
        )
        for direction in range(directions):
            self._identities(row, column, weight, 2 * direction * self.size)
        self.target_row = directions * len(rows)
        self.engine.addRows(1, np.zeros(1), np.full(1, np.inf), 0, np.zeros(1, dtype=np.int32), none, np.zeros(0))

    def _identities(self, row: Ints, column: Ints, weight: Floats, offset: int) -> None:
        rows = np.concatenate([row, row])
        columns = np.concatenate([column + offset, column + offset + self.size])
        weights = np.concatenate([weight, -weight])
        order = np.lexsort((columns, rows))
        starts = np.searchsorted(rows[order], np.arange(row.max() + 1)).astype(np.int32)
        zero = np.zeros(len(starts))
        self.engine.addRows(len(starts), zero, zero, len(rows), starts, columns[order].astype(np.int32), weights[order])

    def _moved(self) -> Bools | None:
        """Solves; remembers the movement found and returns the cells that it cost, None when there is none."""
        self.engine.run()
        status = self.engine.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise EngineFailure(f"the suppression's linear program ended {status}")
        shift = np.asarray(self.engine.getSolution().col_value).reshape(-1, 2, self.size)
        net = shift[:, 0] - shift[:, 1]
        self.up = np.maximum(self.up, net.max(axis=0))
        self.down = np.maximum(self.down, -net.min(axis=0))
        used: Bools = (np.abs(net) > MOVED).any(axis=0) & (self.cost > 0)
        return used

    def cover(self, target: int, need: float) -> Ints | None:
        """Cells to hide so that `target` can move by `need`; None when these relations do not allow it."""
        at = int(np.searchsorted(self.cells, target))
        if self.up[at] + self.down[at] >= need - MOVED:
            return self.cells[:0]
        moves = [at, at + 3 * self.size] if self.both else [at]
        counters = [at + self.size, at + 2 * self.size] if self.both else [at + self.size]
        for column in counters:
            self.engine.changeColBounds(column, 0.0, 0.0)
        if self.both:
            for column in moves:
                self.engine.changeCoeff(self.target_row, column, 1.0)
            self.engine.changeRowBounds(self.target_row, need, np.inf)
        else:  # a bound leaves the matrix alone, so that the solver goes on from its last basis
            self.engine.changeColBounds(at, need, max(need, float(self.caps[at])))
        used = self._moved()
        if self.both:
            for column in moves:
                self.engine.changeCoeff(self.target_row, column, 0.0)
        for column in [*moves, *counters]:
            self.engine.changeColBounds(column, 0.0, float(self.caps[column]))
        if used is None:
            return None
        self.free(np.flatnonzero(used))
        return self.cells[used]

    def free(self, used: Ints) -> None:
        """Cells that are hidden from now on cost nothing."""
        self.cost[used] = 0.0
        for start in range(0, len(self.columns), self.size):
            self.engine.changeColsCost(len(used), (used + start).astype(np.int32), np.zeros(len(used)))


class Nearby:
    """Which relations lie around a cell. Cells that stand in the same tables have the same surroundings."""

    def __init__(self, problem: Problem) -> None:
        self.table = problem.table
        pairs = np.unique(np.stack([problem.cell, problem.table[problem.relation]]), axis=1)
        self.cell_of, self.table_of = pairs
        self.size = problem.size
        self.starts = np.searchsorted(self.cell_of, np.arange(problem.size + 1))
        self.found: dict[tuple[bytes, int], Ints] = {}

    def relations(self, cell: int, radius: int) -> Ints:
        """Relations of the tables that the cell stands in, and of those up to `radius` tables further."""
        tables = self.table_of[self.starts[cell] : self.starts[cell + 1]]
        key = (tables.tobytes(), radius)
        if key not in self.found:
            near = np.zeros(int(self.table.max(initial=0)) + 1, dtype=bool)
            near[tables] = True
            for _ in range(radius):
                cells = np.zeros(self.size, dtype=bool)
                cells[self.cell_of[near[self.table_of]]] = True
                near[self.table_of[cells[self.cell_of]]] = True
            self.found[key] = np.flatnonzero(near[self.table])
        return self.found[key]


def protect(problem: Problem, primary: Bools, kept: Bools | None = None) -> tuple[Bools, Audit]:
    """Hides complements until nothing is exposed; returns the hidden cells and a last audit, made from the start.

    `kept`: cells that stay hidden whether or not they are needed.

    What that audit still finds, no choice protects: the caller must stop the release.
    """
    kept = primary if kept is None else primary | kept
    hidden = kept | problem.residual
    safe = np.zeros(problem.size, dtype=bool)
    nearby = Nearby(problem)
    for radius in range(ROUNDS):
        effort = Effort.SUSPECT if radius < GUESSES else Effort.NARROW
        found = audit(problem, primary, hidden, safe, effort)
        if not len(found.failing):
            break
        safe = hidden.copy()
        safe[found.failing] = False
        hidden = _cover(problem, nearby, hidden, found, radius)
    hidden = lighten(problem, primary, hidden, kept)
    return hidden, audit(problem, primary, hidden)


def _cover(problem: Problem, nearby: Nearby, hidden: Bools, found: Audit, radius: int) -> Bools:
    """One round: a cover for every failing cell, neighbourhood by neighbourhood.

    The lanes run side by side and do not see each other's choice; how many there are does not depend on the machine.
    """
    places: dict[bytes, tuple[Ints, list[int]]] = {}
    for cell in found.failing:
        rows = nearby.relations(int(cell), radius)
        places.setdefault(rows.tobytes(), (rows, []))[1].append(int(cell))
    ordered = list(places.values())
    cuts = [len(ordered) * lane // LANES for lane in range(LANES + 1)]

    def lane(at: int) -> Bools:
        mine = hidden.copy()
        for rows, cells in ordered[cuts[at] : cuts[at + 1]]:
            _cover_place(problem, mine, found.need, rows, cells, zeros=radius > 0)
        return mine

    chosen: Bools = np.logical_or.reduce(side_by_side(lane, range(LANES)))
    return chosen


def _cover_place(problem: Problem, hidden: Bools, need: Floats, rows: Ints, cells: list[int], zeros: bool) -> None:
    """Adds to `hidden` a cover for each of some cells of one neighbourhood, the smallest cells first.

    Cells that cannot move up far enough may move up and down.
    """
    left = np.array(sorted(cells, key=lambda at: (problem.value[at], at)))
    for both in (False, True):
        mover = Mover(problem, hidden, rows, both, zeros)
        failed = []
        for cell in left:
            cover = mover.cover(int(cell), float(need[cell]))
            if cover is None:
                failed.append(cell)
            else:
                hidden[cover] = True
        left = np.array(failed)
        if not failed:
            return


def lighten(problem: Problem, primary: Bools, hidden: Bools, kept: Bools) -> Bools:
    """Shows complements again that turn out not to be needed, the costliest first (in components of bounded size)."""
    lighter = hidden.copy()
    spare = hidden & ~kept & ~problem.residual

    def try_each(part: Component) -> None:
        tried = part.cells[spare[part.cells]]
        if not len(tried) or len(part.cells) > LIGHTEN_COMPONENT:
            return
        inside = np.zeros(problem.size, dtype=bool)
        inside[part.cells] = True
        small, cells = restricted(problem, np.unique(problem.relation[inside[problem.cell]]))
        place = np.searchsorted(cells, tried)
        mine = lighter[cells]
        for cell in place[np.argsort(-problem.loss[tried], kind="stable")]:
            mine[cell] = False
            if _alone(small, mine) or _exposed(small, primary[cells], mine):
                mine[cell] = True
        lighter[tried] = mine[place]

    side_by_side(try_each, components(problem, hidden))
    return lighter


def _exposed(problem: Problem, primary: Bools, hidden: Bools) -> bool:
    return bool(len(audit(problem, primary, hidden, effort=Effort.NARROW).failing))


def _alone(problem: Problem, hidden: Bools) -> bool:
    """Whether some relation has a single open cell: it would be recovered at once."""
    entries = problem.open_cells(hidden)[problem.cell]
    return bool((np.bincount(problem.relation[entries], minlength=problem.relations) == 1).any())
