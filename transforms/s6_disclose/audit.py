"""The linear audit: what a reader can work out about each hidden cell from everything published together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.s6_disclose.attack import Component, Effort, components, settle, side_by_side
from transforms.s6_disclose.problem import Bools, Floats, Ints, Problem


@dataclass(frozen=True)
class Audit:
    """Per cell: the interval that the audit established and the width that it had to keep.

    `failing`: cells bounded tighter than their need. `recovered`: those of them that are known exactly.
    """

    low: Floats
    high: Floats
    need: Floats

    @property
    def failing(self) -> Ints:
        return np.flatnonzero((self.need > 0) & (self.high - self.low < self.need - 1e-6))

    @property
    def recovered(self) -> Ints:
        return np.flatnonzero((self.need > 0) & (self.high - self.low < 1e-6))


def audit(
    problem: Problem, primary: Bools, hidden: Bools, safe: Bools | None = None, effort: Effort = Effort.EXACT
) -> Audit:
    """Bounds every hidden cell against everything published.

    Cells that stand in no relation are bounded by what is known of them before the release. `safe` cells are not looked
    at again (hiding more only widens what is hidden already). Raises EngineFailure when the solver gives no answer.
    """
    need = problem.needed(primary, hidden)
    if safe is not None:
        need = np.where(safe, 0.0, need)
    low = np.where(hidden, problem.low, problem.shown_low)
    high = np.where(hidden, problem.high, problem.shown_high)
    low, high = np.where(problem.residual, problem.low, low), np.where(problem.residual, problem.high, high)

    def bound(part: Component) -> None:
        low[part.cells], high[part.cells] = settle(problem, hidden, part, need[part.cells], effort)

    side_by_side(bound, sorted(components(problem, hidden), key=lambda part: -len(part.cells)))
    return Audit(low, high, need)
