"""The gate of an intake: Great Expectations over all that is taken in, before the ledger says that it is.

`<receipts>/gate/index.html` sums up (gate_summary.py). Data Docs of the latest intake lie beside it in `docs/`, the
results of every intake in `results/<when>/`. They hold counts only, no row's values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType

import polars as pl

from expectations.gate import GateReceipt
from expectations.suite_run import EngineError, GateError
from rung.core.errors import GateFailed, RungError
from rung.core.rules import suite_of
from rung.intake.gate_summary import note_gate
from rung.intake.gate_tasks import gate_of
from rung.lake.places import open_place
from rung.lake.scratch import ScratchFolder
from rung.lake.workspace import Workspace

# Reading so much takes longer than starting a process that imports Great Expectations.
WORTH_A_PROCESS = 64 * 1024**2


class IntakeGate:
    """Observes judged batches; `settle` asks Great Expectations and stops the run where it and the masks differ.

    Use as a context manager: results and Data Docs are stored when it ends, also after a difference.
    """

    def __init__(self, work: Workspace, expected_bytes: int = 0) -> None:
        self._work = work
        self._scratch = ScratchFolder()
        self._folder = Path(self._scratch.name)
        self._gate = gate_of(work, self._folder, large=expected_bytes >= WORTH_A_PROCESS)
        self.receipts: list[GateReceipt] = []
        self.seconds = 0.0  # spent or waited in here, imports included

    def __enter__(self) -> IntakeGate:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        start = perf_counter()
        try:
            if kind is None or issubclass(kind, GateFailed):
                self._gate.close()
                self._publish()
        finally:
            self._gate.abandon()
            self._scratch.cleanup()
            self.seconds += perf_counter() - start

    @property
    def full(self) -> bool:
        """Whether it is time to settle, so that memory stays bounded."""
        return self._gate.full

    def observe(self, extract: str, batch: pl.DataFrame, counts: Mapping[str, int]) -> None:
        """Take in judged rows (without exact duplicates) and the masks' counts. Raises GateFailed."""
        start = perf_counter()
        suite = suite_of(extract, self._work.settings)
        ours = {rule.rule_id: counts[rule.rule_id] for rule in suite.expectations if rule.rule_id in counts}
        if batch.height:
            try:
                self._gate.observe(suite, batch, ours)
            except EngineError as error:
                raise RungError(str(error)) from None
            except GateError as error:
                raise GateFailed(str(error)) from None
        self.seconds += perf_counter() - start

    def settle(self) -> None:
        """Ask Great Expectations about all that was observed. Raises GateFailed (a count differs) or RungError."""
        start = perf_counter()
        try:
            self.receipts += self._gate.settle()
        except EngineError as error:
            raise RungError(str(error)) from None
        except GateError as error:
            raise GateFailed(str(error)) from None
        finally:
            self.seconds += perf_counter() - start

    def _publish(self) -> None:
        made = open_place(str(self._folder), self._folder)
        keys = [entry.key for entry in made.entries()]
        if not keys:
            return  # nothing was settled: the last intake's pages stay
        when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self._work.receipts.remove("gate/docs")
        for key in keys:
            result = key.startswith("results/")
            place = f"gate/results/{when}/{key.removeprefix('results/')}" if result else f"gate/docs/{key}"
            self._work.receipts.write(place, made.read(key))
        note_gate(self._work, "intake", self.receipts)
