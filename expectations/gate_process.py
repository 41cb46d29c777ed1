"""The gate in a process of its own, for large batches: Great Expectations imports and judges beside the reading.

What is judged and what comes out is the `Gate`'s; only where suites run differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from expectations.gate import Gate, Observed, Waiting
from expectations.suite_run import Answer, EngineError, library, run_suite
from expectations.suites import Suite


class GateProcess(Gate):
    """A `Gate` of which only suites run elsewhere. Tables go over one by one, as soon as another one follows, so that
    one is judged while the next is read. Rows of rules over several rows wait on disk, not in memory."""

    def __init__(self, docs_dir: Path) -> None:
        self._spill = TemporaryDirectory(prefix="rung-gate-")
        super().__init__(docs_dir, spill=Path(self._spill.name))
        # A fresh interpreter: forking this process could copy a lock that a thread of Polars holds.
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._begun: list[tuple[Observed, Future[Answer]]] = []
        self._pool.submit(_import)

    def observe(self, suite: Suite, batch: pl.DataFrame, mask_counts: Mapping[str, int]) -> None:
        """As `Gate.observe`; first hands over what was observed of other tables."""
        self._begin([self.pending.pop(name) for name in list(self.pending) if name != suite.name])
        super().observe(suite, batch, mask_counts)

    def _answers(self, waiting: list[Waiting]) -> Iterable[tuple[Observed, Answer]]:
        """Also of what was handed over since. `EngineError` where the process is gone."""
        self._begin(waiting)
        begun, self._begun = self._begun, []
        for observed, future in begun:
            with _living():
                answer = future.result()
            yield observed, answer

    def abandon(self) -> None:
        """Also end the process."""
        super().abandon()
        self._pool.shutdown(cancel_futures=True)
        self._spill.cleanup()

    def _begin(self, waiting: list[Waiting]) -> None:
        with _living():
            self._begun += [(each, self._pool.submit(run_suite, each.suite, batch)) for each, batch in waiting]


@contextmanager
def _living() -> Iterator[None]:
    """A process that is gone as one line."""
    try:
        yield
    except BrokenProcessPool:
        raise EngineError("gate: the process of Great Expectations ended by itself; run again") from None


def _import() -> None:
    """In the new process: import the library before the first suite comes. What fails here fails there again."""
    library()
