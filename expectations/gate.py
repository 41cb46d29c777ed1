"""The gate: Great Expectations itself runs a suite over the whole statewide batch.

Its counts must equal the masks' counts rule by rule; a difference stops the run. An engine that cannot answer (absent,
failing to import, raising on an expectation) stops the run too: there is no way through this module that passes a batch
unjudged. Great Expectations takes seconds to import, so it is imported only where a suite runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import polars as pl

from expectations.data_docs import front_page, offline
from expectations.projections import Projections, projections_of
from expectations.suite_run import Answer, GateError, answers_of, one_line, run_suite
from expectations.suites import Suite

# Judging two million pay lines takes 0.4 GB beside the rows themselves, and it grows with them.
SLICE_ROWS = 2_000_000


@dataclass(frozen=True)
class RuleResult:
    """Great Expectations' answer to one rule over the batch: rows that break it, and its verdict with `mostly`."""

    rule_id: str
    severity: str
    unexpected: int
    success: bool


@dataclass(frozen=True)
class GateReceipt:
    """What the gate saw: the rows of the batch, every rule's result, where results and Data Docs lie."""

    table: str
    rows: int
    rules: tuple[RuleResult, ...]
    results: Path
    docs: Path


@dataclass
class Observed:
    """What was observed of a table since it was settled: rows, and what the masks counted in them."""

    suite: Suite
    rows: int = 0
    masks: dict[str, int] = field(default_factory=dict)


Waiting = tuple[Observed, Projections]


class Gate:
    """Great Expectations over the batches of a run. Its counts must equal the masks'.

    `observe` takes a judged batch of whole submissions in; `settle` runs the suite of each table over everything
    observed since, once, and compares. Nothing observed may be committed before it is settled. The front page of Data
    Docs is written when the gate closes. `docs_dir` gets `index.html`, `results/<table>-<slice>.json` and
    `validations/<table>/<slice>.html`. Use as a context manager.
    """

    def __init__(self, docs_dir: Path, *, slice_rows: int = SLICE_ROWS, spill: Path | None = None) -> None:
        self._spill_folder = spill
        self.docs_dir = Path(docs_dir)
        self.slice_rows = slice_rows
        self.pending: dict[str, Waiting] = {}
        self._slices: dict[str, int] = {}
        self._suites: dict[str, Suite] = {}
        self._settled: list[tuple[str, int, Mapping[str, int]]] = []

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            self.close()
        finally:
            self.abandon()

    @property
    def full(self) -> bool:
        """Whether more than a slice has been observed, so that it is time to settle: this bounds the memory."""
        return sum(observed.rows for observed, _ in self.pending.values()) >= self.slice_rows

    def observe(self, suite: Suite, batch: pl.DataFrame, mask_counts: Mapping[str, int]) -> None:
        """Take in a batch (whole submissions, exact duplicates left out) and its mask counts of the suite's rules."""
        foreign = sorted(set(mask_counts) - {rule.rule_id for rule in suite.expectations})
        if foreign:
            raise GateError(f"gate: masks counted rules that the suite {suite.name} lacks: {', '.join(foreign)}")
        if suite.name not in self.pending:
            self.pending[suite.name] = (Observed(suite), projections_of(suite, self._spill_folder))
        observed, projections = self.pending[suite.name]
        try:
            projections.add(batch)
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise GateError(f"gate: {suite.name}: {one_line(error)}") from error
        observed.rows += batch.height
        years = _years(batch)
        for rule in suite.expectations:
            if rule.rule_id not in mask_counts and any(rule.meta.valid_in(year) for year in years):
                raise GateError(f"gate: rule {rule.rule_id} of {suite.name} has no mask count")
            observed.masks[rule.rule_id] = observed.masks.get(rule.rule_id, 0) + mask_counts.get(rule.rule_id, 0)

    def know(self, suite: Suite, rows: int, unexpected: Mapping[str, int]) -> None:
        """Put what a run before has settled about a table on the front page; its pages lie in the folder already."""
        self._suites[suite.name] = suite
        self._settled.append((suite.name, rows, unexpected))

    def settle(self) -> tuple[GateReceipt, ...]:
        """Great Expectations over all that was observed. `GateError` names the rule whose counts differ."""
        waiting = [each for each in self.pending.values() if each[0].rows]
        self.pending.clear()
        return tuple(self._compared(observed, answer) for observed, answer in self._answers(waiting))

    def _answers(self, waiting: list[Waiting]) -> Iterable[tuple[Observed, Answer]]:
        """What Great Expectations answers to each table that waits. Raises EngineError."""
        for observed, batch in waiting:
            yield observed, run_suite(observed.suite, batch)

    def close(self) -> None:
        """Write the front page of Data Docs, of every result of the run."""
        if self._settled:
            page = front_page(self.docs_dir, self._suites, self._settled)
            (self.docs_dir / "index.html").write_text(page, encoding="utf-8")
            self._settled.clear()

    def abandon(self) -> None:
        """Let go of what the gate holds, also where the run has failed elsewhere."""
        self.pending.clear()

    def _compared(self, observed: Observed, answer: Answer) -> GateReceipt:
        suite = observed.suite
        answers = answers_of(answer.result, observed.masks, suite.name)
        unexpected = {rule_id: answer["result"]["unexpected_count"] for rule_id, answer in answers.items()}
        number = self._slices[suite.name] = self._slices.get(suite.name, 0) + 1
        # Also what differs is kept, to be looked at.
        stored = self._store(f"results/{suite.name}-{number}.json", json.dumps(answer.result, indent=1, default=str))
        self._store(f"validations/{suite.name}/{number}.html", offline(answer.page))
        _compare(suite.name, unexpected, observed.masks)
        self._suites[suite.name] = suite
        self._settled.append((suite.name, observed.rows, unexpected))
        return GateReceipt(
            table=suite.name,
            rows=observed.rows,
            rules=tuple(
                RuleResult(rule.rule_id, rule.meta.severity, unexpected[rule.rule_id], answers[rule.rule_id]["success"])
                for rule in suite.expectations
            ),
            results=stored,
            docs=self.docs_dir / "index.html",
        )

    def _store(self, name: str, text: str) -> Path:
        path = self.docs_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def run_gate(batch: pl.DataFrame, suite: Suite, mask_counts: Mapping[str, int], docs_dir: Path) -> GateReceipt:
    """One suite over one batch, its Data Docs built: a `Gate` for a single table."""
    with Gate(docs_dir) as gate:
        gate.observe(suite, batch, mask_counts)
        settled = gate.settle()
    if not settled:
        raise GateError(f"gate: the batch of {suite.name} has no rows")
    return settled[0]


def _years(batch: pl.DataFrame) -> list[int]:
    """The school years in a batch; of a table without, a year in which every undated rule is valid."""
    return batch["school_year"].unique().drop_nulls().to_list() if "school_year" in batch.columns else [1990]


def _compare(table: str, judged: Mapping[str, int], masks: Mapping[str, int]) -> None:
    """Counts of the gate and of the masks, rule by rule."""
    for rule_id, count in judged.items():
        if masks[rule_id] != count:
            raise GateError(
                f"gate: rule {rule_id} of {table} disagrees: Great Expectations counts {count:,} rows that break it, "
                f"the mask {masks[rule_id]:,}; the run stops, mend the mask or the suite"
            )
