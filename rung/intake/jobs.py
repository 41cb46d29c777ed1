"""A drop to take apart, and what a reader answers: the same in a process of its own and in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from contracts.policy.mapping import Layout
from rung.core.errors import RungError, is_full, unexpected
from transforms.s1_conform.decode import Bounds, FileProblem
from transforms.s1_conform.decode.model import problem
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly


@dataclass(frozen=True)
class ReadJob:
    """One drop to take apart: names and bytes of its files, and how its district writes.

    `mends`: the mended files of each submission that mends `files`, in order.
    """

    files: Mapping[str, bytes]
    extract: str
    school_year: int
    layout: Layout | None
    bounds: Bounds
    crosswalk: pl.DataFrame | None
    lea_id: str = ""
    date_order: Literal["mdy", "dmy"] | None = None
    mends: Sequence[Mapping[str, bytes]] = ()


@dataclass(frozen=True)
class ReadFailure:
    """Why a reader gave no answer: the rule that a steward reads, and the technical line of the log."""

    found: FileProblem
    line: str


def is_fault(error: BaseException) -> bool:
    """Whether an error may be a drop's own: an exception or a Rust panic; no wish to stop, no failing storage."""
    if isinstance(error, RungError) or is_full(error):
        return False
    # Each Rust library has a panic class of its own, none of which is an Exception.
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


class Readers(Protocol):
    """What reads drops: answers in the order of the jobs."""

    def read(self, jobs: Iterable[ReadJob]) -> Iterator[TolerantDrop | ReadFailure]:
        """One answer per job."""


def read_job(job: ReadJob) -> TolerantDrop | ReadFailure:
    """Read one drop here and now. Raises MemoryError and whatever is no fault of a drop."""
    try:
        return read_tolerantly(
            job.files,
            job.extract,
            job.school_year,
            job.layout,
            job.bounds,
            job.crosswalk,
            job.lea_id,
            job.date_order,
            job.mends,
        )
    except MemoryError:
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        return ReadFailure(problem("FILE-053"), unexpected(error))
