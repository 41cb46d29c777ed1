"""How far each cell may move, as arrays, and the relations as a sparse matrix: what linear programs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csc_matrix

from transforms.s6_disclose.system import System

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Rank below -> weight of hiding it by a unit.
WEIGHTS = ((1_000, 1e-4), (1_000_000, 1.0), (1_000_000_000, 100.0), (10**11, 1_000.0))
TOP = 10_000.0
ROUNDED = 0.3  # weight of rounding a number of the state
FAR, ROUNDS = 10**12, 20  # further than anything is moved; after so many rounds little is left to find
AROUND, STEPS = -2, 5  # instead of clusters: (AROUND, cell), what is near it in any district
LOOSE = "loose"  # far movements of a district, without the relations that it has with others
FREE = 1e-6  # of a number that is hidden already: the shorter movement of two that hide the same


class Room:
    """By cell: `least`, `most` (changes) and `weight` where numbers of the state are rounded at most; `far_` the same
    where they may be hidden; `free_` where nothing more is hidden or rounded.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        count = len(system.value)
        self.value = np.array(system.value, np.int64)
        self.need = np.array(system.need, np.int64)
        self.rank = np.array(system.rank, np.int64)
        self.rounds = np.zeros(count, bool)
        self.rounds[list(system.rounding)] = True
        self.label = np.array(system.label if system.label else [-1] * count, np.int64)
        self.least, self.most = np.zeros((2, count), np.int64)
        self.far_least, self.far_most = np.zeros((2, count), np.int64)
        self.free_least, self.free_most = np.zeros((2, count), np.int64)
        self.weight, self.far_weight = np.zeros(count), np.zeros(count)
        self.changed: list[int] = []  # cells hidden or rounded, one after the other
        for cell in range(count):
            self._read(cell)
        lengths = [len(inside) for inside in system.inside]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        where = np.array([relation for inside in system.inside for relation, _ in inside], np.int64)
        by = np.array([k for inside in system.inside for _, k in inside], np.int64)
        self.matrix = csc_matrix((by, where, starts), shape=(len(system.relations), count))
        self.pattern = csc_matrix((np.ones(len(by), np.int64), where, starts), shape=self.matrix.shape)

    def renew(self, cell: int) -> None:
        """A cell that was hidden or rounded just now."""
        self._read(cell)
        self.changed.append(cell)

    def _read(self, cell: int) -> None:
        system = self.system
        value, rank = system.value[cell], system.rank[cell]
        low, high = system.low[cell] - value, system.high[cell] - value
        box = (low, high) if system.hidden[cell] else (system.box_low[cell] - value, system.box_high[cell] - value)
        near = far = box
        weight = far_weight = FREE
        if not system.hidden[cell] and rank >= 0:
            far = low, high
            dear = next((w * (1 + rank / top) for top, w in WEIGHTS if rank < top), TOP)
            # Of two numbers that would do, the smaller takes less from readers.
            weight = far_weight = dear * (1 + log2(1 + abs(value)))
            near = far
            if cell in system.rounding:
                ends = system.rounding[cell]
                near = ends[0] - value, ends[1] - value
                weight = FREE if near == box else ROUNDED
        self.free_least[cell], self.free_most[cell] = box
        self.least[cell], self.most[cell] = near
        self.far_least[cell], self.far_most[cell] = far
        self.weight[cell], self.far_weight[cell] = weight, far_weight

    def bounds(self, how: str) -> tuple[Ints, Ints, Floats]:
        """least, most and weight by cell: of `free`, `near` or `far` movements (LOOSE: of `far` ones)."""
        if how == "free":
            return self.free_least, self.free_most, np.full(len(self.value), FREE)
        if how == "near":
            return self.least, self.most, self.weight
        return self.far_least, self.far_most, self.far_weight

    def cells(self, how: str, labels: Sequence[int] | None) -> Ints:
        """Cells of some clusters (None: of all) that can move: none that alone could move in a relation."""
        least, most, _ = self.bounds(how)
        moves = (least < 0) | (most > 0)
        if labels is not None and labels[0] == AROUND:
            moves &= self._around(labels[1], moves)
        elif labels is not None:
            moves &= np.isin(self.label, list(labels))
        cells = np.flatnonzero(moves)
        if how == LOOSE:
            return cells
        inside = self.pattern[:, cells]
        while True:
            alone = np.asarray(inside.sum(axis=1)).ravel() == 1
            stays = inside.T @ alone.astype(np.int64) == 0
            if stays.all():
                return cells
            cells, inside = cells[stays], inside[:, np.flatnonzero(stays)]

    def widest(self) -> tuple[Ints, Ints]:
        """By cell, between which changes it stays whatever is hidden, by what each relation leaves it: no movement goes
        further, one may go less far.
        """
        least, most = self.far_least.clip(-FAR, 0).astype(float), self.far_most.clip(0, FAR).astype(float)
        rows = self.matrix.tocsr()
        up, down = rows.maximum(0), (-rows).maximum(0)
        relation, cell, k = coo_matrix(rows).row, coo_matrix(rows).col, coo_matrix(rows).data
        for _ in range(ROUNDS):
            lowest, highest = up @ least - down @ most, up @ most - down @ least
            # What the others of the relation leave: minus their sum.
            ends = np.where(k > 0, k * least[cell], k * most[cell]), np.where(k > 0, k * most[cell], k * least[cell])
            sides = (ends[1] - highest[relation]) / k, (ends[0] - lowest[relation]) / k
            least_new, most_new = least.copy(), most.copy()
            np.maximum.at(least_new, cell, np.ceil(np.minimum(*sides)))
            np.minimum.at(most_new, cell, np.floor(np.maximum(*sides)))
            if (least_new == least).all() and (most_new == most).all():
                break
            least, most = least_new, most_new
        return least.astype(np.int64), most.astype(np.int64)

    def _around(self, cell: int, moves: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Cells that move and that STEPS relations or fewer lead to."""
        found = np.zeros(len(moves), np.int64)
        found[cell] = 1
        for _ in range(STEPS):
            found = ((self.pattern.T @ (self.pattern @ found) > 0) & moves).astype(np.int64)
        return found > 0

    def relations(self, how: str, cells: Ints) -> Ints:
        """Relations of some cells; LOOSE: those alone of which no other cell can move."""
        mine = np.asarray(self.pattern[:, cells].sum(axis=1)).ravel()
        if how != LOOSE:
            return np.flatnonzero(mine)
        every = self.pattern @ ((self.far_least < 0) | (self.far_most > 0)).astype(np.int64)
        return np.flatnonzero((mine > 0) & (mine == every))
