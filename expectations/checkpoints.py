"""Great Expectations as the gate uses it. The library takes seconds to import, so it is imported inside functions."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import LazyLoader, find_spec, module_from_spec
from pathlib import Path
from typing import Any

from expectations.masks import row_condition
from expectations.suites import Rule, Suite

SITE = "rung"
# Values are left out of results: Data Docs must not show people's data.
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


class GateError(Exception):
    """The gate does not pass. The message is one line and names the table and the rule."""


class EngineError(GateError):
    """Great Expectations cannot answer: not there, not importable, or failing on an expectation."""


def library() -> tuple[Any, Any]:
    """Great Expectations with our own expectations registered, and the engine module. `EngineError` without."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        _import_when_used("scipy", "stats")
        with warnings.catch_warnings(), _uncollected():
            warnings.simplefilter("ignore")
            import great_expectations as gx

            from expectations import custom, engine
    except Exception as error:
        raise EngineError(
            f"gate: Great Expectations does not import ({one_line(error)}): mend the environment, "
            "rows are not accepted unjudged"
        ) from error
    assert custom.ExpectStaysNotToOverlap.map_metric  # importing the module registered our own expectations
    return gx, engine


@contextmanager
def _uncollected() -> Iterator[None]:
    """Inside, nobody looks for garbage: the import makes half a million objects that stay, and a third of its time was
    spent on looking through them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _import_when_used(package: str, module: str) -> None:
    """Leave a module to its first use: a third of the library's import is statistics that no rule of ours asks for."""
    name = f"{package}.{module}"
    if name in sys.modules or (spec := find_spec(name)) is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = lazy = module_from_spec(spec)
    spec.loader.exec_module(lazy)
    setattr(sys.modules[package], module, lazy)


def open_context(docs_dir: Path) -> tuple[Any, Any]:
    """A context of its own with a Data Docs site, and the data source over Polars rows. No telemetry."""
    gx, engine = library()
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
    # It would write its settings as YAML twice a suite, to a store in memory that nobody reads.
    context.variables.save = lambda: None
    return context, context.data_sources.add_polars_rows(name="batch")


@contextmanager
def steady_expectations() -> Iterator[None]:
    """Inside, an expectation's configuration is built once instead of about a hundred times in a run.

    The expectations of a suite do not change while it runs; without this a third of the time of a small batch is spent
    on rebuilding what they say.
    """
    from great_expectations.expectations.expectation import Expectation

    built: dict[int, tuple[Any, Any]] = {}
    ours = Expectation.configuration

    def configuration(self: Any) -> Any:
        kept = built.get(id(self))
        if kept is None or kept[0] is not self:
            kept = built[id(self)] = (self, ours.fget(self))
        return kept[1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = ours


def _ge_expectation(rule: Rule) -> Any:
    """The rule as Great Expectations' own object, its school years in the row condition as in the mask."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {name: value for name, value in rule.kwargs.items() if name != "row_condition"}
    condition = row_condition(rule, by_year=True)
    if condition is not None:
        kwargs["row_condition"] = condition
    notes = rule.meta.model_dump(exclude={"examples"}, exclude_none=True)
    return ExpectationConfiguration(type=rule.type, kwargs=kwargs, meta=notes).to_domain_obj()


def make_validation(context: Any, source: Any, suite: Suite) -> Any:
    """The validation definition of one table: its suite over the batch that a run hands over."""
    import great_expectations as gx

    expectations = [_ge_expectation(rule) for rule in suite.expectations]
    added = context.suites.add(gx.ExpectationSuite(name=suite.name, expectations=expectations))
    data = source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("statewide")
    return context.validation_definitions.add(gx.ValidationDefinition(name=suite.name, data=data, suite=added))


def answers_of(result: dict[str, Any], expected: Iterable[str], table: str) -> dict[str, dict[str, Any]]:
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
        return one_line(info["exception_message"])
    return next((_raised(part) for part in info.values() if isinstance(part, Mapping)), "no message")


def one_line(error: object) -> str:
    """An error as one line of at most 300 characters."""
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return " ".join(text.split())[:300]
