"""Movements that no network holds: a linear program over one component (HiGHS), in whole numbers."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from transforms.s6_disclose.system import Movement, System

WEIGHTS = ((1_000, 1e-4), (1_000_000, 1.0), (1_000_000_000, 100.0))  # rank below -> weight of hiding it
TOP = 10_000.0


class Programs:
    """One model by component, kept between questions; only bounds and costs change."""

    def __init__(self, system: System, component: list[int]) -> None:
        self.system = system
        self.members: dict[int, list[int]] = {}
        for cell, number in enumerate(component):
            if system.movable(cell) and system.inside[cell]:
                self.members.setdefault(number, []).append(cell)
        self.component = component
        self.models: dict[int, tuple[Any, dict[int, int]]] = {}

    def movement(self, cell: int, change: int) -> Movement | None:
        """A movement that changes the cell by `change` and hides as little as it can; None where there is none."""
        number = self.component[cell]
        if number not in self.members or cell not in self.members[number]:
            return None
        model, place = self._model(number)
        system, size, count = self.system, abs(change), len(place)
        cells = self.members[number]
        # Persons are small whole numbers; cents are counted in units of the change, and rounded back.
        scale = 1.0 if size <= 1_000 else float(size)
        bounds = [_bounds(system, c) for c in cells]
        up = np.array([high - system.value[c] for c, (_, high) in zip(cells, bounds, strict=True)]) / scale
        down = np.array([system.value[c] - low for c, (low, _) in zip(cells, bounds, strict=True)]) / scale
        weights = np.array([_weight(system, c) for c in cells]) * scale / size
        at = place[cell]
        up[at], down[at] = (change / scale, 0.0) if change > 0 else (0.0, -change / scale)
        lower = np.zeros(2 * count)
        lower[at if change > 0 else count + at] = size / scale
        columns = np.arange(2 * count, dtype=np.int32)
        model.changeColsBounds(2 * count, columns, lower, np.concatenate([np.maximum(up, 0), np.maximum(down, 0)]))
        model.changeColsCost(2 * count, columns, np.concatenate([weights, weights]))
        if scale == 1.0:
            kinds = np.full(2 * count, 1, dtype=np.uint8)
            model.changeColsIntegrality(2 * count, columns, kinds)
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solved = np.array(model.getSolution().col_value) * scale
        changes = np.rint(solved[:count] - solved[count:]).astype(np.int64)
        found = {c: int(by) for c, by in zip(cells, changes, strict=True) if by}
        right = found.get(cell) == change and system.fits(found) and system.keeps(found)
        return found if right else None

    def _model(self, number: int) -> tuple[Any, dict[int, int]]:
        if number not in self.models:
            cells = self.members[number]
            place = {cell: at for at, cell in enumerate(cells)}
            self.models[number] = (_built(self.system, cells, place), place)
        return self.models[number]


def _bounds(system: System, cell: int) -> tuple[int, int]:
    wide = system.hidden[cell] or system.rank[cell] >= 0
    return (system.low[cell], system.high[cell]) if wide else (system.box_low[cell], system.box_high[cell])


def _weight(system: System, cell: int) -> float:
    if system.hidden[cell] or system.rank[cell] < 0:
        return 1e-6
    return next((w + 1e-3 * system.rank[cell] / top for top, w in WEIGHTS if system.rank[cell] < top), TOP)


def _built(system: System, cells: list[int], place: dict[int, int]) -> Any:
    """Two columns a cell (more, less) and a row for each relation that something moves in: its changes cancel."""
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    model.setOptionValue("mip_rel_gap", 0.0)
    count = len(cells)
    rows = sorted({relation for cell in cells for relation, _ in system.inside[cell]})
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = 2 * count, len(rows)
    lp.col_cost_ = np.zeros(2 * count)
    lp.col_lower_ = np.zeros(2 * count)
    lp.col_upper_ = np.zeros(2 * count)
    lp.row_lower_ = np.zeros(len(rows))
    lp.row_upper_ = np.zeros(len(rows))
    starts, index, values = [0], [], []
    for relation in rows:
        for cell, k in system.relations[relation]:
            if cell in place:
                index += [place[cell], count + place[cell]]
                values += [float(k), float(-k)]
        starts.append(len(index))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(values)
    model.passModel(lp)
    return model
