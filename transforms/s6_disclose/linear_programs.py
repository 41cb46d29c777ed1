"""Movements by linear programs (HiGHS), in whole numbers: the cheapest of one number, and one that moves many at once.

A program is kept between questions, with the basis of the last answer: a question changes the bounds of one number, and
what was hidden meanwhile changes those of a few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import highspy
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from transforms.s6_disclose.room import Floats, Ints, Room
from transforms.s6_disclose.system import Movement

ENDLESS = 1e9  # in units: more than anything moves


class Program:
    """Changes of some cells that keep every relation among them: two columns a cell, more and less.

    `how`: what may move, see `Room.bounds`. `unit`: in which changes are counted, 1 for persons.
    """

    def __init__(self, room: Room, cells: Ints, how: str, unit: float) -> None:
        self.room, self.cells, self.how, self.unit = room, cells, how, unit
        self.at = {cell: at for at, cell in enumerate(cells.tolist())}
        self.seen = len(room.changed)
        self.columns = np.arange(2 * len(cells), dtype=np.int32)
        self.matrix = room.matrix[:, cells].tocsr()[room.relations(how, cells)].tocsc()
        self.model = self._built()

    def _built(self) -> Any:
        model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
            model.setOptionValue(name, value)
        if self.unit > 1:
            model.setOptionValue("primal_feasibility_tolerance", 1e-10)
        count, matrix = len(self.cells), self.matrix
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = 2 * count, matrix.shape[0]
        lower, upper, weight = self._bounds(slice(None))
        program.col_lower_, program.col_upper_ = np.concatenate([lower, lower]), upper
        program.col_cost_ = np.concatenate([weight, weight])
        program.row_lower_ = program.row_upper_ = np.zeros(matrix.shape[0])
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        ends = matrix.indptr
        program.a_matrix_.start_ = np.concatenate([ends, ends[1:] + ends[-1]]).astype(np.int32)
        program.a_matrix_.index_ = np.concatenate([matrix.indices, matrix.indices]).astype(np.int32)
        program.a_matrix_.value_ = np.concatenate([matrix.data, -matrix.data]).astype(float)
        model.passModel(program)
        return model

    def _bounds(self, at: Any) -> tuple[Floats, Floats, Floats]:
        least, most, weight = (each[self.cells[at]] for each in self.room.bounds(self.how))
        ends = np.concatenate([np.maximum(most, 0), np.maximum(-least, 0)]) / self.unit
        ends[ends > ENDLESS] = highspy.kHighsInf
        return np.zeros(len(most)), ends, weight

    def _set(self, at: Ints, lower: Floats, upper: Floats) -> None:
        columns = np.concatenate([at, at + len(self.cells)]).astype(np.int32)
        self.model.changeColsBounds(len(columns), columns, lower, upper)

    def _renew(self) -> None:
        """What was hidden or rounded since the last question."""
        new = {self.at[cell] for cell in self.room.changed[self.seen :] if cell in self.at}
        self.seen = len(self.room.changed)
        if new:
            at = np.array(sorted(new), np.int64)
            lower, upper, weight = self._bounds(at)
            self._set(at, np.concatenate([lower, lower]), upper)
            self._price(at, weight, weight)

    def movement(self, cell: int, change: int) -> Movement | None:
        """A movement that changes the cell by `change` and hides as little as it can; None where there is none."""
        if cell not in self.at:
            return None
        self._renew()
        at = np.array([self.at[cell]], np.int64)
        lower, upper, _ = self._bounds(at)
        ends = np.maximum([change, -change], 0) / self.unit
        if (ends > upper).any():
            return None
        self._set(at, ends, ends)
        found = self._whole(cell, change)
        self._set(at, np.concatenate([lower, lower]), upper)
        return found

    def _price(self, at: Ints, more: Floats, less: Floats) -> None:
        columns = np.concatenate([at, at + len(self.cells)]).astype(np.int32)
        self.model.changeColsCost(len(columns), columns, np.concatenate([more, less]))

    def _whole(self, cell: int, change: int) -> Movement | None:
        for integral in (False, True) if self.unit == 1 else (False,):
            if integral:
                self._integral(1)
            self.model.run()
            optimal = self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal
            changes = self._changes() if optimal else None
            if integral:
                self._integral(0)
            if changes is None:
                return None
            # What hangs together with the cell: elsewhere a cent may be lost to the solver's tolerance.
            found = next((piece for piece in self._pieces(changes) if piece.get(cell) == change), None)
            if found is not None:
                return found
        return None

    def _integral(self, whole: int) -> None:
        self.model.changeColsIntegrality(len(self.columns), self.columns, np.full(len(self.columns), whole, np.uint8))

    def _changes(self) -> Ints:
        solved = np.array(self.model.getSolution().col_value) * self.unit
        changes: Ints = np.rint(solved[: len(self.cells)] - solved[len(self.cells) :]).astype(np.int64)
        return changes

    def together(self, wanted: Ints, sign: Floats) -> list[Movement]:
        """One movement of as many of the `wanted` cells as it can, each by what it needs at most, taken to pieces that
        do not touch each other. `sign`: by cell how much more is worth, or less.
        """
        self._renew()
        at = np.array([self.at[cell] for cell in wanted.tolist()], np.int64)
        lower, upper, weight = self._bounds(at)
        cap = np.tile(self.room.need[wanted] / self.unit, 2)
        self._set(at, np.concatenate([lower, lower]), np.minimum(upper, cap))
        self._price(at, weight - sign, weight + sign)
        self.model.run()
        optimal = self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        changes = self._changes() if optimal else np.zeros(len(self.cells), np.int64)
        self._set(at, np.concatenate([lower, lower]), upper)
        self._price(at, weight, weight)
        return list(self._pieces(changes))

    def _pieces(self, changes: Ints) -> Iterator[Movement]:
        moved = np.flatnonzero(changes)
        if not len(moved):
            return
        inside = self.matrix[:, moved].tocoo()
        count = inside.shape[0] + len(moved)
        graph = coo_matrix((np.ones(inside.nnz), (inside.row, inside.col + inside.shape[0])), shape=(count, count))
        _, piece = connected_components(graph, directed=False)
        mine = piece[inside.shape[0] :]
        order = np.argsort(mine, kind="stable")
        least, most, _ = (each[self.cells] for each in self.room.bounds(self.how))
        for at in np.split(moved[order], np.flatnonzero(np.diff(mine[order])) + 1):
            by = changes[at]
            kept = not (self.matrix[:, at] @ by).any()
            if kept and (by >= least[at]).all() and (by <= most[at]).all():
                yield dict(zip(self.cells[at].tolist(), by.tolist(), strict=True))
