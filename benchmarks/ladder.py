"""The ladder step alone: educator-years a second on one core, beside a bare Polars copy of a column as long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts.policy.packs import Pack
from rung.packs.load import load_packs
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.ladder import YearTable, transitions
from transforms.s3_designate.state_space import FIRST

PROGRAM = "dc_lift"
PEOPLE, YEARS, REPEATS, SEED = 2_000_000, 5, 5, 1


@dataclass(frozen=True)
class LadderStep:
    """`per_second`: educator-years a second of the step; `walk_per_second`: of the whole walk, which also counts years
    at the level; `copy_per_second`: values of an Int32 column that Polars copies a second.

    All the best of several runs; CPU seconds of this process, so that other work and threads do not count twice.
    """

    program_id: str
    educator_years: int
    per_second: float
    walk_per_second: float
    copy_per_second: float

    @property
    def times_copy(self) -> float:
        """How many copies of a column one step costs."""
        return self.copy_per_second / self.per_second

    def line(self) -> str:
        """One line for a person."""
        rate, whole, copy = (each / 1e6 for each in (self.per_second, self.walk_per_second, self.copy_per_second))
        return (
            f"ladder step ({self.program_id}): {rate:,.0f} million educator-years a second a core, "
            f"the whole walk {whole:,.0f} million; a bare Polars column copy does {copy:,.0f} million values, "
            f"{self.times_copy:.1f} times as many"
        )


def ladder_step(people: int = PEOPLE, years: int = YEARS, pack: Pack | None = None) -> LadderStep:
    """Step random inputs of a pack's newest version through its table, `people` at a time, `years` times.

    The step is what `transitions` does a year for everybody: two gathers (next state, outcome). Random symbols are the
    worst case for the processor's caches; real years repeat.
    """
    pack = pack or next(each for each in load_packs() if each.program_id == PROGRAM)
    automaton = list(compile_pack(pack).values())[-1]
    table = YearTable.of(automaton)
    chance = np.random.default_rng(SEED)
    symbols = chance.integers(FIRST, table.n_symbols, size=(years, people), dtype=np.int32)

    def step_all() -> None:
        state = np.zeros(people, np.int32)
        for year in range(years):
            state, _ = table.step(state, symbols[year])

    column = pl.Series(symbols[0])
    step = _best(step_all)
    copy = _best(lambda: [(column + 0) for _ in range(years)])
    whole = _best(lambda: transitions(dict.fromkeys(range(years), automaton), symbols))
    total = people * years
    return LadderStep(pack.program_id, total, total / step, total / whole, total / copy)


def _best(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of several runs."""
    return min(_cpu_seconds(work) for _ in range(REPEATS))


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return max(time.process_time() - start, 1e-9)
