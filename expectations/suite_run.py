"""Great Expectations as the gate uses it: a suite run over a batch, and the library's page about it.

The library takes seconds to import, so it is imported inside functions. Its data contexts and stores are left out: they
would write, read and copy what nobody looks for.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

from expectations.masks import row_condition
from expectations.projections import Projections
from expectations.suites import Rule, Suite

# Values are left out of results: Data Docs must not show people's data.
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
# The library imports these where they are installed, for stores and databases that the gate has none of.
UNUSED = ("boto3", "sqlalchemy", "trino")


class GateError(Exception):
    """The gate does not pass. The message is one line and names the table and the rule."""


class EngineError(GateError):
    """Great Expectations cannot answer: not there, not importable, or failing on an expectation."""


@dataclass(frozen=True)
class Answer:
    """What Great Expectations found in a batch: its validation result, and its page of Data Docs. Counts only."""

    result: dict[str, Any]
    page: str


def run_suite(suite: Suite, batch: Projections) -> Answer:
    """Run every expectation of a suite over a batch, by Great Expectations. Raises EngineError."""
    engine_module = library()
    engine_module.register_row_counts()
    engine = engine_module.PolarsRowsEngine(batch)
    try:
        with warnings.catch_warnings(), _steady_expectations():
            warnings.simplefilter("ignore")
            result = _validated(suite, engine)
            return Answer(result.to_json_dict(), _page(result))
    except Exception as error:
        raise EngineError(f"gate: Great Expectations failed on {suite.name} ({one_line(error)})") from error


def library() -> Any:
    """Import Great Expectations with our own expectations registered; our engine for it. `EngineError` without."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        _import_when_used("scipy", "stats")
        with warnings.catch_warnings(), _uncollected(), _left_out(UNUSED):
            warnings.simplefilter("ignore")
            import great_expectations

            from expectations import custom, engine
    except Exception as error:
        raise EngineError(
            f"gate: Great Expectations does not import ({one_line(error)}): mend the environment, "
            "rows are not accepted unjudged"
        ) from error
    assert great_expectations.__version__
    assert custom.ExpectStaysNotToOverlap.map_metric  # importing the module registered our own expectations
    return engine


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


@contextmanager
def _left_out(names: Iterable[str]) -> Iterator[None]:
    """Inside, packages that the library can do without are not there, unless they are imported already: a fifth of its
    import. For this thread alone: another one may just be opening a bucket or a ledger."""
    absent = _Absent(frozenset(names), threading.get_ident())
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)


@dataclass(frozen=True)
class _Absent:
    """A finder that says of some packages that they are not installed, to one thread."""

    names: frozenset[str]
    thread: int

    def find_spec(self, name: str, *_: Any) -> None:
        """None: the next finder is asked. Raises ModuleNotFoundError."""
        if name in self.names and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"{name} is left out", name=name)


def _import_when_used(package: str, module: str) -> None:
    """Leave a module to its first use: a third of the library's import is statistics that no rule of ours asks for."""
    name = f"{package}.{module}"
    if name in sys.modules or (spec := find_spec(name)) is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = lazy = module_from_spec(spec)
    spec.loader.exec_module(lazy)
    setattr(sys.modules[package], module, lazy)


@contextmanager
def _steady_expectations() -> Iterator[None]:
    """Inside, an expectation, its configuration and a metric's name are made once instead of about a hundred times.

    What a suite says does not change while it runs; without this half of the time of a small batch is spent on saying
    it again. What is kept is found by the very objects that it was made of, which are kept with it.
    """
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kept: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]] = {}
    configuration, to_domain_obj = Expectation.configuration, ExpectationConfiguration.to_domain_obj
    to_id = IDDict.to_id

    def once(make: Callable[[Any], Any], one: Any, *made_of: Any) -> Any:
        key = (make, *map(id, made_of))
        if key not in kept:
            kept[key] = (make(one), made_of)
        return kept[key][0]

    def domain_obj_once(self: Any) -> Any:
        return once(to_domain_obj, self, self, *self.kwargs, *self.kwargs.values())

    def id_once(self: Any, *which: Any) -> Any:
        return to_id(self, *which) if which else once(to_id, self, *self, *self.values())

    Expectation.configuration = property(lambda self: once(configuration.fget, self, self))
    ExpectationConfiguration.to_domain_obj, IDDict.to_id = domain_obj_once, id_once
    try:
        yield
    finally:
        Expectation.configuration = configuration
        ExpectationConfiguration.to_domain_obj, IDDict.to_id = to_domain_obj, to_id


def _configuration(rule: Rule) -> Any:
    """The rule as Great Expectations' own expectation, its school years in the row condition as in the mask."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {name: value for name, value in rule.kwargs.items() if name != "row_condition"}
    condition = row_condition(rule, by_year=True)
    if condition is not None:
        kwargs["row_condition"] = condition
    notes = rule.meta.model_dump(exclude={"examples"}, exclude_none=True)
    return ExpectationConfiguration(type=rule.type, kwargs=kwargs, meta=notes).to_domain_obj().configuration


def _validated(suite: Suite, engine: Any) -> Any:
    """The library's validation result of a suite. What an expectation raises is in it."""
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.validator.validation_statistics import calc_validation_statistics
    from great_expectations.validator.validator import Validator

    class QuietValidator(Validator):  # type: ignore[misc]
        def _determine_progress_bars(self) -> bool:
            return False

    results = QuietValidator(engine).graph_validate(
        [_configuration(rule) for rule in suite.expectations], {"result_format": dict(RESULT_FORMAT)}
    )
    statistics = calc_validation_statistics(results)._asdict()
    return ExpectationSuiteValidationResult(
        results=results,
        success=statistics.pop("success"),
        suite_name=suite.name,
        statistics=statistics,
        meta={"great_expectations_version": __version__, "run_id": RunIdentifier(run_time=datetime.now(UTC))},
    )


def _page(result: Any) -> str:
    renderer, view = _renderers()
    page: str = view.render(renderer.render(result))
    return page


@cache
def _renderers() -> tuple[Any, Any]:
    """The library's own renderer of results and its view, which compiles its templates once."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    return ValidationResultsPageRenderer(), DefaultJinjaPageView()


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
