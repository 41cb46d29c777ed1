"""The gate: Great Expectations itself runs a suite over the whole statewide batch, through a checkpoint.

Its counts must equal the masks' counts rule by rule; a difference stops the run. An engine that cannot answer (absent,
failing to import, raising on an expectation) stops the run too: there is no way through this module that passes a batch
unjudged. Great Expectations takes seconds to import, so it is imported here only when a gate opens.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any

import polars as pl

from expectations.data_docs import tidy
from expectations.masks import row_condition
from expectations.projections import Projections, projections_of
from expectations.suites import Rule, Suite

SLICE_ROWS = 8_000_000
SITE = "rung"


class GateError(Exception):
    """The gate does not pass. The message is one line and names the table and the rule."""


class EngineError(GateError):
    """Great Expectations cannot answer: not there, not importable, or failing on an expectation."""


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

    def __init__(self, docs_dir: Path, *, slice_rows: int = SLICE_ROWS) -> None:
        self.docs_dir = Path(docs_dir)
        self.slice_rows = slice_rows
        self._pending: dict[str, _Pending] = {}
        self._slices: dict[str, int] = {}
        self._checkpoints: dict[str, Any] = {}
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
        return sum(pending.batch.rows for pending in self._pending.values()) >= self.slice_rows

    def observe(self, suite: Suite, batch: pl.DataFrame, mask_counts: Mapping[str, int]) -> None:
        """Take in a batch (whole submissions, exact duplicates left out) and its mask counts of the suite's rules."""
        foreign = sorted(set(mask_counts) - {rule.rule_id for rule in suite.expectations})
        if foreign:
            raise GateError(f"gate: masks counted rules that the suite {suite.name} lacks: {', '.join(foreign)}")
        pending = self._pending.setdefault(suite.name, _Pending(suite, projections_of(suite)))
        try:
            pending.batch.add(batch)
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise GateError(f"gate: {suite.name}: {_one_line(error)}") from error
        years = _years(batch)
        for rule in suite.expectations:
            if rule.rule_id not in mask_counts and any(rule.meta.valid_in(year) for year in years):
                raise GateError(f"gate: rule {rule.rule_id} of {suite.name} has no mask count")
            pending.masks[rule.rule_id] = pending.masks.get(rule.rule_id, 0) + mask_counts.get(rule.rule_id, 0)

    def settle(self) -> tuple[GateReceipt, ...]:
        """Great Expectations over all that was observed. `GateError` names the rule whose counts differ."""
        receipts = tuple(self._settle(pending) for pending in self._pending.values() if pending.batch.rows)
        self._pending.clear()
        return receipts

    def close(self) -> None:
        """Build Data Docs from every result of the run."""
        if self._opened is not None and self._settled:
            self._opened[0].build_data_docs(site_names=[SITE])
            tidy(self.docs_dir, self._suites, self._settled)
            self._settled.clear()

    def _settle(self, pending: _Pending) -> GateReceipt:
        started = time.perf_counter()
        suite = pending.suite
        result = self._run(suite, pending.batch)
        answers = _answers(result, pending.masks, suite.name)
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
            self._opened = _open_context(self.docs_dir)
        context, source = self._opened
        engine = source.get_execution_engine()
        engine.hold(batch)
        try:
            if suite.name not in self._checkpoints:
                self._checkpoints[suite.name] = _checkpoint(context, source, suite)
            # The batch that pandas sees has the columns only; the engine hands out what is asked for.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                columns = pl.DataFrame(schema=batch.schema).to_pandas()
                ran = self._checkpoints[suite.name].run(batch_parameters={"dataframe": columns})
        except Exception as error:
            raise EngineError(f"gate: Great Expectations failed on {suite.name} ({_one_line(error)})") from error
        finally:
            engine.hold(None)
        (result,) = ran.run_results.values()
        answer: dict[str, Any] = result.to_json_dict()
        return answer

    def _store(self, table: str, result: dict[str, Any]) -> Path:
        path = self.docs_dir / "results" / f"{table}-{self._slices[table]}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1, default=str), encoding="utf-8")
        return path


@dataclass
class _Pending:
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


def _checkpoint(context: Any, source: Any, suite: Suite) -> Any:
    """The checkpoint of one table: its suite over the batch that a run hands over."""
    import great_expectations as gx

    expectations = [_ge_expectation(rule) for rule in suite.expectations]
    added = context.suites.add(gx.ExpectationSuite(name=suite.name, expectations=expectations))
    data = source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("statewide")
    validation = context.validation_definitions.add(gx.ValidationDefinition(name=suite.name, data=data, suite=added))
    # Values are left out of results: Data Docs must not show people's data.
    shown = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
    return context.checkpoints.add(
        gx.Checkpoint(name=suite.name, validation_definitions=[validation], result_format=shown)
    )


def preload() -> None:
    """Import Great Expectations in the background while files are read: it takes seconds, mostly of one core.

    Where that fails, the gate says so when it opens.
    """

    def load() -> None:
        with suppress(EngineError):
            _library()

    Thread(target=load, daemon=True, name="great-expectations").start()


def _library() -> tuple[Any, Any]:
    """Great Expectations with our own expectations registered, and the engine module. `EngineError` without."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import great_expectations as gx

            from expectations import custom, engine
    except Exception as error:
        raise EngineError(
            f"gate: Great Expectations does not import ({_one_line(error)}): mend the environment, "
            "rows are not accepted unjudged"
        ) from error
    assert custom.ExpectStaysNotToOverlap.map_metric  # importing the module registered our own expectations
    return gx, engine


def _open_context(docs_dir: Path) -> tuple[Any, Any]:
    """A context of its own with a Data Docs site, and the data source over Polars rows. No telemetry."""
    gx, engine = _library()
    engine.register_row_counts()
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs_dir.resolve())}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    site = {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": index}
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        data_docs_sites={SITE: site},
        analytics_enabled=False,
        progress_bars={"globally": False},
    )
    context = gx.get_context(project_config=config, mode="ephemeral")
    return context, context.data_sources.add_polars_rows(name="batch")


def _ge_expectation(rule: Rule) -> Any:
    """The rule as Great Expectations' own object, its school years in the row condition as in the mask."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {name: value for name, value in rule.kwargs.items() if name != "row_condition"}
    condition = row_condition(rule, by_year=True)
    if condition is not None:
        kwargs["row_condition"] = condition
    notes = rule.meta.model_dump(exclude={"examples"}, exclude_none=True)
    return ExpectationConfiguration(type=rule.type, kwargs=kwargs, meta=notes).to_domain_obj()


def _answers(result: dict[str, Any], expected: Iterable[str], table: str) -> dict[str, dict[str, Any]]:
    """The results by rule id. An expectation that raised, or is not there, is an error."""
    answers: dict[str, dict[str, Any]] = {}
    for answer in result["results"]:
        rule_id = answer["expectation_config"]["meta"]["rule_id"]
        if answer["exception_info"].get("raised_exception") is not False:
            raise EngineError(
                f"gate: Great Expectations could not judge {rule_id} of {table} ({_raised(answer['exception_info'])})"
            )
        answers[rule_id] = answer
    lost = sorted(set(expected) - set(answers))
    if lost:
        raise EngineError(f"gate: Great Expectations gave no answer to {', '.join(lost)} of {table}")
    return answers


def _raised(info: Mapping[str, Any]) -> str:
    """The first exception's message, however the library nests it."""
    if "exception_message" in info:
        return _one_line(info["exception_message"])
    return next((_raised(part) for part in info.values() if isinstance(part, Mapping)), "no message")


def _compare(table: str, judged: Mapping[str, int], masks: Mapping[str, int]) -> None:
    """Counts of the gate and of the masks, rule by rule."""
    for rule_id, count in judged.items():
        if masks[rule_id] != count:
            raise GateError(
                f"gate: rule {rule_id} of {table} disagrees: Great Expectations counts {count:,} rows that break it, "
                f"the mask {masks[rule_id]:,}; the run stops, mend the mask or the suite"
            )


def _one_line(error: object) -> str:
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return " ".join(text.split())[:300]
