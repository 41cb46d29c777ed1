"""Movements that no network holds: a linear program over one component (HiGHS), in whole numbers."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from transforms.s6_disclose.system import Movement, System, part_of

# Rank below -> weight of hiding it.
WEIGHTS = ((1_000, 1e-4), (1_000_000, 1.0), (1_000_000_000, 100.0), (10**11, 1_000.0))
TOP = 10_000.0
ROUNDED = 0.3  # weight of rounding a number of the state


class Programs:
    """One model by component, kept between questions; only bounds and costs change."""

    def __init__(self, system: System, region: tuple[int, ...] | None = None) -> None:
        self.system, self.region = system, region
        self.members: list[list[int]] = []
        self.component: dict[int, int] = {}
        self.models: dict[int, tuple[Any, dict[int, int]]] = {}

    def movement(self, cell: int, change: int) -> Movement | None:
        """A movement that changes the cell by `change` and hides as little as it can; None where there is none.

        Numbers of the state are at first rounded at most, then hidden.
        """
        if cell not in self.component:
            part = part_of(self.system, cell, self.region)
            self.component |= dict.fromkeys(part, len(self.members))
            self.members.append(part)
        number = self.component[cell]
        return self._asked(number, cell, change, hide=False) or self._asked(number, cell, change, hide=True)

    def _asked(self, number: int, cell: int, change: int, *, hide: bool) -> Movement | None:
        system, size, cells = self.system, abs(change), self.members[number]
        model, place = self._model(number)
        count = len(place)
        # Persons are small whole numbers; cents are counted in units of the change, and rounded back.
        scale = 1.0 if size <= 1_000 else float(size)
        bounds = [_bounds(system, c, hide=hide) for c in cells]
        up = np.array([high - system.value[c] for c, (_, high, _) in zip(cells, bounds, strict=True)]) / scale
        down = np.array([system.value[c] - low for c, (low, _, _) in zip(cells, bounds, strict=True)]) / scale
        weights = np.array([weight for _, _, weight in bounds]) * scale / size
        at = place[cell]
        up[at], down[at] = (change / scale, 0.0) if change > 0 else (0.0, -change / scale)
        lower = np.zeros(2 * count)
        lower[at if change > 0 else count + at] = size / scale
        columns = np.arange(2 * count, dtype=np.int32)
        model.changeColsBounds(2 * count, columns, lower, np.concatenate([np.maximum(up, 0), np.maximum(down, 0)]))
        model.changeColsCost(2 * count, columns, np.concatenate([weights, weights]))
        for whole in (0, 1) if scale == 1.0 else (0,):
            model.changeColsIntegrality(2 * count, columns, np.full(2 * count, whole, dtype=np.uint8))
            model.run()
            if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            solved = np.array(model.getSolution().col_value) * scale
            changes = np.rint(solved[:count] - solved[count:]).astype(np.int64)
            found = {c: int(by) for c, by in zip(cells, changes, strict=True) if by}
            if found.get(cell) == change and system.fits(found) and system.keeps(found):
                return found
        return None

    def _model(self, number: int) -> tuple[Any, dict[int, int]]:
        if number not in self.models:
            cells = self.members[number]
            place = {cell: at for at, cell in enumerate(cells)}
            self.models[number] = (_built(self.system, cells, place), place)
        return self.models[number]


def _bounds(system: System, cell: int, *, hide: bool) -> tuple[int, int, float]:
    """The least and the largest value of a cell, and the weight of moving it by a unit."""
    rank = system.rank[cell]
    if system.hidden[cell]:
        return system.low[cell], system.high[cell], 1e-6
    if rank < 0:
        return system.box_low[cell], system.box_high[cell], 1e-6
    if cell in system.rounding and not hide:
        known = (system.box_low[cell], system.box_high[cell]) == system.rounding[cell]
        return *system.rounding[cell], 1e-6 if known else ROUNDED
    weight = next((w + 1e-3 * rank / top for top, w in WEIGHTS if rank < top), TOP)
    return system.low[cell], system.high[cell], weight


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
