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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from expectations.masks import row_condition
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
    slices: int
    seconds: float
    rules: tuple[RuleResult, ...]
    results: Path
    docs: Path

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "results": self.results.name, "docs": self.docs.name}


class Gate:
    """Great Expectations, opened once for the batches of a run; Data Docs are built once, when it closes.

    `docs_dir` gets `index.html` and `results/<table>.json`. Use as a context manager.
    """

    def __init__(self, docs_dir: Path, *, slice_rows: int = SLICE_ROWS) -> None:
        self.docs_dir = Path(docs_dir)
        self.slice_rows = slice_rows
        self._judged: set[str] = set()
        self._context, self._source = _open_context(self.docs_dir)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._judged:
            self._context.build_data_docs(site_names=[SITE])

    def judge(
        self,
        batch: pl.DataFrame | Sequence[Path],
        suite: Suite,
        mask_counts: Mapping[str, int],
        *,
        school_year: int | None = None,
    ) -> GateReceipt:
        """Run the suite over a batch (a frame, or Parquet files that each hold whole submissions); `GateError` where
        a count differs from the mask's, or a rule has no count on one side."""
        started = time.perf_counter()
        rules = suite.rules_of(school_year)
        if suite.name in self._judged:
            raise GateError(f"gate: {suite.name} was judged before in this run; all its rows belong in one batch")
        if not rules:
            raise GateError(f"gate: no rule of {suite.name} is valid in {school_year}; rows are not accepted unchecked")
        checkpoint = self._checkpoint(suite.name, [_ge_expectation(r, by_year=school_year is None) for r in rules])
        self._judged.add(suite.name)
        unexpected = dict.fromkeys((rule.rule_id for rule in rules), 0)
        success = dict.fromkeys(unexpected, True)
        rows, slices, raw = 0, 0, []
        for part in self._slices(batch):
            result = self._run(checkpoint, part, suite.name)
            for rule_id, answer in _answers(result, unexpected, suite.name).items():
                unexpected[rule_id] += answer["result"]["unexpected_count"]
                success[rule_id] &= answer["success"]
            raw.append(result)
            rows, slices = rows + part.height, slices + 1
        _compare(suite.name, unexpected, mask_counts)
        return GateReceipt(
            table=suite.name,
            rows=rows,
            slices=slices,
            seconds=time.perf_counter() - started,
            rules=tuple(
                RuleResult(rule.rule_id, rule.meta.severity, unexpected[rule.rule_id], success[rule.rule_id])
                for rule in rules
            ),
            results=self._store(suite.name, raw),
            docs=self.docs_dir / "index.html",
        )

    def _checkpoint(self, table: str, expectations: list[Any]) -> Any:
        """The checkpoint of one table: its suite over the batch that a run hands over."""
        import great_expectations as gx

        suite = self._context.suites.add(gx.ExpectationSuite(name=table, expectations=expectations))
        data = self._source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("statewide")
        definition = self._context.validation_definitions.add(
            gx.ValidationDefinition(name=table, data=data, suite=suite)
        )
        # Values are left out of results: Data Docs must not show people's data.
        shown = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
        return self._context.checkpoints.add(
            gx.Checkpoint(name=table, validation_definitions=[definition], result_format=shown)
        )

    def _run(self, checkpoint: Any, part: pl.DataFrame, table: str) -> dict[str, Any]:
        engine = self._source.get_execution_engine()
        engine.hold(part)
        try:
            # The batch that pandas sees has the columns only; the engine hands the rows out as they are asked for.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ran = checkpoint.run(batch_parameters={"dataframe": part.head(0).to_pandas()})
        except Exception as error:
            raise EngineError(f"gate: Great Expectations failed on {table} ({_one_line(error)})") from error
        finally:
            engine.hold(None)
        (result,) = ran.run_results.values()
        answer: dict[str, Any] = result.to_json_dict()
        return answer

    def _slices(self, batch: pl.DataFrame | Sequence[Path]) -> Iterator[pl.DataFrame]:
        """Parts of the batch that fit in memory, each of whole submissions: rules over several rows need no more."""
        if isinstance(batch, pl.DataFrame):
            yield from _whole_submissions(batch, self.slice_rows)
            return
        seen: set[str] = set()
        for part in (piece for group in _grouped(batch, self.slice_rows) for piece in [pl.read_parquet(group)]):
            if "submission_id" in part.columns:
                ids = set(part["submission_id"].unique().to_list())
                if seen & ids:
                    raise GateError(f"gate: submission {min(seen & ids)} is split over files of the batch")
                seen |= ids
            yield part

    def _store(self, table: str, raw: list[dict[str, Any]]) -> Path:
        path = self.docs_dir / "results" / f"{table}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(raw, indent=1, default=str), encoding="utf-8")
        return path


def run_gate(
    batch: pl.DataFrame | Sequence[Path],
    suite: Suite,
    mask_counts: Mapping[str, int],
    docs_dir: Path,
    *,
    school_year: int | None = None,
    slice_rows: int = SLICE_ROWS,
) -> GateReceipt:
    """One suite over one batch, its Data Docs built: a `Gate` for a single table."""
    with Gate(docs_dir, slice_rows=slice_rows) as gate:
        return gate.judge(batch, suite, mask_counts, school_year=school_year)


def _open_context(docs_dir: Path) -> tuple[Any, Any]:
    """A context of its own with a Data Docs site, and the data source over Polars rows. No telemetry."""
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
    assert custom.ExpectStaysNotToOverlap.map_metric  # importing it registered our own expectations
    engine.register_row_counts()
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    for name in list(context.list_data_docs_sites()):
        context.delete_data_docs_site(name)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs_dir.resolve())}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    site = {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": index}
    context.add_data_docs_site(site_name=SITE, site_config=site)
    return context, context.data_sources.add_polars_rows(name="batch")


def _ge_expectation(rule: Rule, *, by_year: bool) -> Any:
    """The rule as Great Expectations' own object, its school years in the row condition as in the mask."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {name: value for name, value in rule.kwargs.items() if name != "row_condition"}
    condition = row_condition(rule, by_year=by_year)
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
        if rule_id not in masks:
            raise GateError(f"gate: rule {rule_id} of {table} was judged by Great Expectations but has no mask count")
        if masks[rule_id] != count:
            raise GateError(
                f"gate: rule {rule_id} of {table} disagrees: Great Expectations counts {count:,} rows that break it, "
                f"the mask {masks[rule_id]:,}; the run stops, mend the mask or the suite"
            )
    extra = sorted(set(masks) - set(judged))
    if extra:
        raise GateError(f"gate: masks counted rules of {table} that the suite does not have: {', '.join(extra)}")


def _whole_submissions(batch: pl.DataFrame, slice_rows: int) -> Iterator[pl.DataFrame]:
    """The batch, cut between submissions where it is larger than a slice."""
    if batch.height <= slice_rows or "submission_id" not in batch.columns:
        yield batch
        return
    sizes = batch.group_by("submission_id").agg(pl.len().alias("rows")).sort("submission_id")
    group = ((sizes["rows"].cum_sum() - 1) // slice_rows).alias("slice")
    placed = sizes.select("submission_id", group)
    for (_,), ids in placed.group_by("slice", maintain_order=True):
        yield batch.join(ids.select("submission_id"), on="submission_id", how="semi")


def _grouped(paths: Sequence[Path], slice_rows: int) -> Iterator[list[Path]]:
    """Neighbouring files together up to the size of a slice."""
    group: list[Path] = []
    rows = 0
    for path in paths:
        height = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        if group and rows + height > slice_rows:
            yield group
            group, rows = [], 0
        group, rows = [*group, path], rows + height
    if group:
        yield group


def _one_line(error: object) -> str:
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return " ".join(text.split())[:300]
