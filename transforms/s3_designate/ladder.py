"""Runs compiled machines over people: one vectorised step a year over all of them at once (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.policy.packs import Pack
from transforms.s3_designate.state_space import FIRST, StateSpace
from transforms.s3_designate.transition_table import ANSWERS, TransitionTable

Symbols = npt.NDArray[np.int32]


@dataclass(frozen=True)
class TransitionRun:
    """What happened to each person in each year; every array is [years, people].

    `state` is the state before the year, `after` the state at its end. `years_at_level` counts consecutive rows at the
    level, `interval` is the pay interval (0 without a points bank), `units` the units left over.
    """

    state: npt.NDArray[np.int32]
    after: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int32]
    years_at_level: npt.NDArray[np.int16]
    interval: npt.NDArray[np.int16]
    units: npt.NDArray[np.float64]


@dataclass(frozen=True)
class YearTable:
    """A machine laid flat for the step: one gather finds the next state, one the outcome."""

    next_state: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int32]
    n_symbols: int

    @classmethod
    def of(cls, automaton: TransitionTable) -> YearTable:
        flat = np.ascontiguousarray(automaton.next_state.ravel()), np.ascontiguousarray(automaton.outcome.ravel())
        return cls(*flat, n_symbols=automaton.space.n_symbols)

    def step(self, state: Symbols, symbols: Symbols) -> tuple[Symbols, Symbols]:
        """One year for everybody: the next states and the outcomes."""
        cell = state * np.int32(self.n_symbols) + symbols
        return self.next_state.take(cell), self.outcome.take(cell)


def transitions(automata: Mapping[int, TransitionTable], symbols: Symbols, bank: Bank | None = None) -> TransitionRun:
    """Step through the years. `automata` has one machine per row of `symbols` [years, people], by its place."""
    years, people = symbols.shape
    shape = (years, people)
    out = TransitionRun(
        state=np.zeros(shape, np.int32),
        after=np.zeros(shape, np.int32),
        outcome=np.zeros(shape, np.int32),
        years_at_level=np.zeros(shape, np.int16),
        interval=np.zeros(shape, np.int16),
        units=np.zeros(shape, np.float64),
    )
    state, tables = np.zeros(people, np.int32), {id(m): YearTable.of(m) for m in automata.values()}
    shown, since = np.zeros(people, np.int32), np.zeros(people, np.int16)
    for year in range(years):
        automaton = automata[year]
        symbol = symbols[year] if bank is None else bank.settle(automaton, state, symbols[year], year)
        following, outcome = tables[id(automaton)].step(state, symbol)
        level = shown_level(automaton).take(outcome)
        since = np.where(level == 0, 0, np.where(level == shown, since + 1, 1)).astype(np.int16)
        out.state[year], out.after[year], out.outcome[year] = state, following, outcome
        out.years_at_level[year] = since
        if bank is not None:
            out.interval[year], out.units[year] = bank.close(automaton, state, following)
        state, shown = following, level
    return out


def shown_level(automaton: TransitionTable) -> npt.NDArray[np.int32]:
    """Level number that each outcome's row shows; 0 where the row has none, or there is no row."""
    rank = automaton.space.rank
    return np.array([rank[o.level] if o and o.level else 0 for o in automaton.outcomes], dtype=np.int32)


class Bank:
    """The points bank's registers per person, `units` and `interval`; settled before the year's rules (MARTS 2.15)."""

    def __init__(self, pack: Pack, space: StateSpace, units: npt.NDArray[np.float64]) -> None:
        assert pack.bank is not None
        self.rule, self.space, self.earned = pack.bank, space, units
        people = units.shape[1]
        self.units, self.interval = np.zeros(people), np.zeros(people, np.int16)
        self.limit = np.array([1 << 14, *(level.intervals or 1 << 14 for level in pack.levels)])
        self.passes = np.ones(space.n_symbols - FIRST, dtype=bool)
        for name, cases in pack.bank.overflow_when.items():
            wanted = [cases] if isinstance(cases, str) else list(cases)
            self.passes &= np.isin(space.case_of(name), [space.inputs[name].index(case) for case in wanted])
        self.rest = np.zeros(people, np.int16)

    def settle(self, automaton: TransitionTable, state: Symbols, symbols: Symbols, year: int) -> Symbols:
        """Add the year's units, fill intervals, and say in the symbol whether the level's last one was passed."""
        quiet = automaton.outcome.ravel().take(state * np.int32(self.space.n_symbols) + symbols)
        has_row = (symbols >= FIRST) & (quiet != 0)
        level = np.where(state > 0, self.space.level_of.take(state), 0)
        level = np.where((level == 0) & has_row, 1, level)  # placed this year, at the first level
        self.interval = np.where((self.interval == 0) & has_row, 1, self.interval).astype(np.int16)
        self.units = self.units + np.where(has_row, self.earned[year], 0.0)
        full = np.where(has_row, self.units // self.rule.threshold, 0).astype(np.int64)
        room = self.limit[level] - self.interval
        passes = self.passes[np.maximum(symbols - FIRST, 0)]
        full = np.where((full > room) & ~passes, np.maximum(room, 0), full)
        over = full > room
        self.units -= full * self.rule.threshold
        self.rest = np.where(over, full - room, 0).astype(np.int16)
        self.interval = np.where(over, self.rest, self.interval + full).astype(np.int16)
        case = np.where(over, 2, full > 0).astype(np.int32)
        return np.where(has_row, symbols + case * np.int32(self.space.strides["bank"]), symbols).astype(np.int32)

    def close(
        self, automaton: TransitionTable, state: Symbols, following: Symbols
    ) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]:
        """A promotion that units did not buy begins at interval 1."""
        before, after = self.space.level_of.take(state), self.space.level_of.take(following)
        moved = (after > np.maximum(before, 1)) & (self.rest == 0)
        self.interval = np.where(moved, 1, self.interval).astype(np.int16)
        return self.interval.copy(), self.units.copy()


def has_level(automaton: TransitionTable) -> npt.NDArray[np.bool_]:
    """Whether each outcome's row shows a level."""
    return np.array([o is not None and o.status not in ANSWERS for o in automaton.outcomes], dtype=bool)
