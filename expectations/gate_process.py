"""The gate in a process of its own, for large batches: Great Expectations imports and judges beside the reading.

What is judged and what comes out is the `Gate`'s; only where it runs differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from expectations.checkpoints import EngineError, library
from expectations.gate import Gate, GateReceipt, Observed
from expectations.suites import Suite


class GateProcess(Gate):
    """A `Gate` of which only `observe` happens here. Tables go over one by one, as soon as another one follows, so that
    one is judged while the next is read. Rows of rules over several rows wait on disk, not in memory."""

    def __init__(self, docs_dir: Path) -> None:
        self._spill = TemporaryDirectory(prefix="rung-gate-")
        super().__init__(docs_dir, spill=Path(self._spill.name))
        # A fresh interpreter: forking this process could copy a lock that a thread of Polars holds.
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._begun: list[Future[tuple[GateReceipt, ...]]] = []
        self._pool.submit(_open, self.docs_dir)

    def observe(self, suite: Suite, batch: pl.DataFrame, mask_counts: Mapping[str, int]) -> None:
        """As `Gate.observe`; first hands over what was observed of other tables."""
        self._begin(*(name for name in self.pending if name != suite.name))
        super().observe(suite, batch, mask_counts)

    def settle(self) -> tuple[GateReceipt, ...]:
        """As `Gate.settle`, of all that was handed over since. `EngineError` where the process is gone."""
        self._begin(*self.pending)
        begun, self._begun = self._begun, []
        with _living():
            return tuple(receipt for future in begun for receipt in future.result())

    def close(self) -> None:
        """As `Gate.close`; ends the process."""
        try:
            with _living():
                self._pool.submit(_close).result()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """End the process without Data Docs, where the run has failed elsewhere."""
        self._pool.shutdown(cancel_futures=True)
        self._spill.cleanup()

    def _begin(self, *names: str) -> None:
        with _living():
            self._begun += [self._pool.submit(_settle, self.pending.pop(name)) for name in names]


@contextmanager
def _living() -> Iterator[None]:
    """A process that is gone as one line."""
    try:
        yield
    except BrokenProcessPool:
        raise EngineError("gate: the process of Great Expectations ended by itself; run again") from None


_gate: Gate | None = None


def _open(docs_dir: Path) -> None:
    """In the new process: make the gate and import the library. What fails here is told by the first `_settle`."""
    global _gate
    _gate = Gate(docs_dir)
    library()


def _settle(observed: Observed) -> tuple[GateReceipt, ...]:
    assert _gate is not None, "the pool runs its calls in order"
    _gate.pending[observed.suite.name] = observed
    return _gate.settle()


def _close() -> None:
    assert _gate is not None, "the pool runs its calls in order"
    _gate.close()
