"""Cells of the extracts: ids as text, picked words, numbers and flags with nulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.plan import State

ID_STEP, ID_SPACE = 61_803_399, 100_000_000  # coprime: every person number has its own eight-digit staff_id


def staff_ids(state: State, person: Ints) -> pl.Series:
    """Eight digits, in no order that tells anything; null where there is nobody."""
    number = (person * ID_STEP + 7_919 * (state.rng.seed + 1)) % ID_SPACE
    text = pl.Series("staff_id", number).cast(pl.String).str.zfill(8)
    return text.to_frame().select(pl.when(pl.lit(pl.Series(person >= 0))).then("staff_id")).to_series()


def pick(values: Sequence[Any], at: Ints) -> pl.Series:
    """values[at], null where `at` is -1."""
    index = pl.Series(at).to_frame("at").select(pl.when(pl.col("at") >= 0).then("at")).to_series()
    return pl.Series(list(values)).gather(index)


def numbers(values: Floats) -> pl.Series:
    """NaN becomes null."""
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def flags(values: Flags, where: Flags) -> pl.Series:
    """Null outside `where`."""
    return pl.select(pl.when(pl.lit(pl.Series(where))).then(pl.lit(pl.Series(values)))).to_series()


def constant(value: str | None, length: int) -> pl.Series:
    """The same text throughout."""
    return pl.Series([value], dtype=pl.String).new_from_index(0, length)


def texts(values: npt.NDArray[np.object_]) -> pl.Series:
    """Text from Python strings and None."""
    return pl.Series(values.tolist(), dtype=pl.String)
