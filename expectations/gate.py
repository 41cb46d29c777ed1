"""The gate: Great Expectations itself runs a suite over the whole statewide batch, through a checkpoint.

Its counts must equal the masks' counts rule by rule; a difference stops the run. An engine that cannot answer (absent,
failing to import, raising on an expectation) stops the run too: there is no way through this module that passes a batch
unjudged. Great Expectations takes seconds to import, so it is imported here only when a gate opens.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from expectations.checkpoints import (
    RESULT_FORMAT,
    SITE,
    EngineError,
    GateError,
    answers_of,
    make_validation,
    one_line,
    open_context,
    steady_expectations,
)
from expectations.data_docs import tidy
from expectations.projections import Projections, projections_of
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
    seconds: float
    rules: tuple[RuleResult, ...]
    results: Path
    docs: Path

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "results": self.results.name, "docs": self.docs.name}


class Gate:
    """Great Expectations over the batches of a run. Its counts must equal the masks'.

    `observe` takes a judged batch of whole submissions in; `settle` runs the suite of each table over everything
    observed since, once, and compares. Nothing observed may be committed before it is settled. Data Docs are built when
    the gate closes. `docs_dir` gets `index.html` and `results/<table>-<slice>.json`. Use as a context manager.
    """

    def __init__(self, docs_dir: Path, *, slice_rows: int = SLICE_ROWS, spill: Path | None = None) -> None:
        self._spill_folder = spill
        self.docs_dir = Path(docs_dir)
        self.slice_rows = slice_rows
        self.pending: dict[str, Observed] = {}
        self._slices: dict[str, int] = {}
        self._validations: dict[str, Any] = {}
        self._opened: tuple[Any, Any] | None = None
        self._suites: dict[str, Suite] = {}
        self._settled: list[tuple[str, int, Mapping[str, int]]] = []

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    @property
    def full(self) -> bool:
        """Whether more than a slice has been observed, so that it is time to settle: this bounds the memory."""
        return sum(pending.batch.rows for pending in self.pending.values()) >= self.slice_rows

    def observe(self, suite: Suite, batch: pl.DataFrame, mask_counts: Mapping[str, int]) -> None:
        """Take in a batch (whole submissions, exact duplicates left out) and its mask counts of the suite's rules."""
        foreign = sorted(set(mask_counts) - {rule.rule_id for rule in suite.expectations})
        if foreign:
            raise GateError(f"gate: masks counted rules that the suite {suite.name} lacks: {', '.join(foreign)}")
        pending = self.pending.setdefault(suite.name, Observed(suite, projections_of(suite, self._spill_folder)))
        try:
            pending.batch.add(batch)
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise GateError(f"gate: {suite.name}: {one_line(error)}") from error
        years = _years(batch)
        for rule in suite.expectations:
            if rule.rule_id not in mask_counts and any(rule.meta.valid_in(year) for year in years):
                raise GateError(f"gate: rule {rule.rule_id} of {suite.name} has no mask count")
            pending.masks[rule.rule_id] = pending.masks.get(rule.rule_id, 0) + mask_counts.get(rule.rule_id, 0)

    def know(self, suite: Suite, rows: int, unexpected: Mapping[str, int]) -> None:
        """Put what a run before has settled about a table on the front page; its pages lie in the folder already."""
        self._suites[suite.name] = suite
        self._settled.append((suite.name, rows, unexpected))

    def settle(self) -> tuple[GateReceipt, ...]:
        """Great Expectations over all that was observed. `GateError` names the rule whose counts differ."""
        receipts = tuple(self._settle(pending) for pending in self.pending.values() if pending.batch.rows)
        self.pending.clear()
        return receipts

    def close(self) -> None:
        """Build Data Docs from every result of the run."""
        if self._opened is not None and self._settled:
            self._opened[0].build_data_docs(site_names=[SITE])
            tidy(self.docs_dir, self._suites, self._settled)
            self._settled.clear()

    def _settle(self, pending: Observed) -> GateReceipt:
        started = time.perf_counter()
        suite = pending.suite
        result = self._run(suite, pending.batch)
        answers = answers_of(result, pending.masks, suite.name)
        unexpected = {rule_id: answer["result"]["unexpected_count"] for rule_id, answer in answers.items()}
        self._slices[suite.name] = self._slices.get(suite.name, 0) + 1
        stored = self._store(suite.name, result)  # also what differs is kept, to be looked at
        _compare(suite.name, unexpected, pending.masks)
        self._suites[suite.name] = suite
        self._settled.append((suite.name, pending.batch.rows, unexpected))
        return GateReceipt(
            table=suite.name,
            rows=pending.batch.rows,
            seconds=time.perf_counter() - started,
            rules=tuple(
                RuleResult(rule.rule_id, rule.meta.severity, unexpected[rule.rule_id], answers[rule.rule_id]["success"])
                for rule in suite.expectations
            ),
            results=stored,
            docs=self.docs_dir / "index.html",
        )

    def _run(self, suite: Suite, batch: Projections) -> dict[str, Any]:
        if self._opened is None:
            self._opened = open_context(self.docs_dir)
        context, source = self._opened
        engine = source.get_execution_engine()
        engine.hold(batch)
        try:
            if suite.name not in self._validations:
                self._validations[suite.name] = make_validation(context, source, suite)
            # The batch that pandas sees has the columns only; the engine hands out what is asked for.
            with warnings.catch_warnings(), steady_expectations():
                warnings.simplefilter("ignore")
                columns = pl.DataFrame(schema=batch.schema).to_pandas()
                result = self._validations[suite.name].run(
                    batch_parameters={"dataframe": columns}, result_format=RESULT_FORMAT
                )
        except Exception as error:
            raise EngineError(f"gate: Great Expectations failed on {suite.name} ({one_line(error)})") from error
        finally:
            engine.hold(None)
        answer: dict[str, Any] = result.to_json_dict()
        return answer

    def _store(self, table: str, result: dict[str, Any]) -> Path:
        path = self.docs_dir / "results" / f"{table}-{self._slices[table]}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1, default=str), encoding="utf-8")
        return path


@dataclass
class Observed:
    """A table's batches that wait to be settled, and what the masks counted in them."""

    suite: Suite
    batch: Projections
    masks: dict[str, int] = field(default_factory=dict)


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
