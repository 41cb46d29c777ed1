"""Which faults are no drop's own: a disk without room, told by Python or by Polars (`/dev/full` is such a disk)."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import is_full
from rung.intake.jobs import is_fault

ROWS = pl.DataFrame({"a": range(1000)})
FULL = Path("/dev/full")


@pytest.mark.parametrize(
    "write",
    [
        lambda: FULL.write_bytes(b"x"),
        lambda: ROWS.write_parquet(FULL),
        lambda: ROWS.lazy().sink_parquet(FULL),
        lambda: pl.collect_all([ROWS.lazy().sink_parquet(FULL, lazy=True)], engine="streaming"),
    ],
    ids=["python", "written", "sunk", "sunk together"],
)
def test_a_full_disk_is_told_whoever_meets_it(write: Callable[[], object]) -> None:
    with pytest.raises((OSError, pl.exceptions.ComputeError)) as met:
        write()
    assert is_full(met.value) and not is_fault(met.value)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error"),
        pl.exceptions.ComputeError("could not parse `No space left on device (os error 28)` as a date"),
        pl.exceptions.ComputeError("parquet: File out of specification"),
    ],
)
def test_words_in_a_cell_are_no_full_disk(error: Exception) -> None:
    assert not is_full(error) and is_fault(error)
