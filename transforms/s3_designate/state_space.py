"""The finite spaces of a pack: states (level x had a row x year of the term x memories) and symbols (a year's inputs).

Both are mixed-radix numbers, the same in every version of a pack, so that people keep their state when rules change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from contracts.policy.memory import Consecutive, Latch
from contracts.policy.packs import NONE, Pack

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ABSENT, OFF, FIRST = 0, 1, 2  # symbols: not on the roster; program not in force; all others are inputs of a year
BANK_CASES = (NONE, "rise", "overflow")
SYMBOL_BOUND = 1 << 16


@dataclass(frozen=True)
class StateSpace:
    """Encodes states and symbols of one pack."""

    pack: Pack

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """Each input's cases, `none` first. `presence` and, where there is a points bank, `bank` are built in."""
        named = {name: (NONE, *cases) for name, cases in self.pack.inputs.items()}
        bank = {"bank": BANK_CASES} if self.pack.bank else {}
        return {"presence": ("staff", "teacher"), **named, **bank}

    @cached_property
    def strides(self) -> dict[str, int]:
        """Weight of each input in a symbol."""
        sizes = [len(cases) for cases in self.inputs.values()]
        return {name: math.prod(sizes[i + 1 :]) for i, name in enumerate(self.inputs)}

    @cached_property
    def n_symbols(self) -> int:
        size = FIRST + math.prod(len(cases) for cases in self.inputs.values())
        if size > SYMBOL_BOUND:
            raise ValueError(f"{self.pack.program_id}: inputs have {size} combinations, more than {SYMBOL_BOUND}")
        return size

    def case_of(self, name: str) -> Ints:
        """For every symbol of a year, the number of the input's case."""
        year = np.arange(self.n_symbols - FIRST)
        return year // self.strides[name] % len(self.inputs[name])

    @cached_property
    def latches(self) -> dict[str, Latch]:
        """Latches by name, with those that `once` adds."""
        named = {name: memory.latch for name, memory in self.pack.memory.items() if memory.latch}
        ever = {f"ever_{level.id}": Latch() for level in self.pack.levels} if self.pack.once else {}
        return {**named, **ever}

    @cached_property
    def runs(self) -> dict[str, Consecutive]:
        return {name: memory.consecutive for name, memory in self.pack.memory.items() if memory.consecutive}

    def is_fixed(self, run: Consecutive) -> bool:
        return self.pack.word(run.window) == "fixed"

    @cached_property
    def dims(self) -> dict[str, int]:
        """Size of each part of a state."""
        sizes = {"level": len(self.pack.levels) + 1, "active": 2}
        if (self.pack.term or 1) > 1:
            sizes["term"] = (self.pack.term or 0) + 1
        for name, run in self.runs.items():
            sizes[name] = run.n * run.n if self.is_fixed(run) else run.n + 1
        return sizes | dict.fromkeys(self.latches, 2)

    @cached_property
    def n_states(self) -> int:
        return math.prod(self.dims.values())

    def parts(self, state: int) -> dict[str, int]:
        """A state's parts by name."""
        out = {}
        for name in reversed(self.dims):
            state, out[name] = divmod(state, self.dims[name])
        return out

    def encode(self, parts: dict[str, Ints | int]) -> Ints:
        """The states that these parts make."""
        state: Ints = np.zeros((), dtype=np.int64)
        for name, size in self.dims.items():
            state = state * size + np.asarray(parts.get(name, 0), dtype=np.int64)
        return state

    @cached_property
    def level_of(self) -> Ints:
        """Level number of every state (0 = none)."""
        return np.arange(self.n_states) // (self.n_states // self.dims["level"])

    @cached_property
    def rank(self) -> dict[str, int]:
        """Level name to level number."""
        return {NONE: 0} | {level.id: number for number, level in enumerate(self.pack.levels, start=1)}

    def level_name(self, number: int) -> str | None:
        return self.pack.levels[number - 1].id if number > 0 else None
