"""Great Expectations over projections of a Polars batch: its own pandas conditions, asked of what they read.

Great Expectations judges pandas frames and, on each expectation, copies the whole frame to filter it: 12 s for five
million rows and fifteen expectations. Here its conditions, unchanged, are asked of the distinct combinations of values
that an expectation reads (`projections.py`), and counts are counts of rows: each combination weighs the rows that carry
it. Expectations over several rows get every row.

Days are `datetime.date` in distinct combinations (pandas' own end in 2262, and the library does not compare them with
its bounds), and yyyymmdd numbers where every row is there. No value of a row enters a result: results and Data Docs
hold counts only, the rows go back to the district in its receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations import registry

from expectations.projections import ROWS, Projections
from expectations.suites import condition_columns

CROSS_ROW_METRICS = frozenset(
    {
        "column_values.unique",
        "compound_columns.unique",
        "multicolumn_values.one_per_group",
        "multicolumn_values.stays_do_not_overlap",
    }
)
Domain = Mapping[str, Any]
Weights = np.ndarray[Any, np.dtype[np.int64]]


class PolarsRowsEngine(PandasExecutionEngine):
    """Pandas' conditions over the distinct combinations of a Polars batch, with the number of rows of each."""

    def __init__(self, batch: Projections) -> None:
        super().__init__()
        self._batch = batch
        self._whole = False
        self._frames: dict[tuple[str, ...], tuple[pd.DataFrame, Weights]] = {}
        self._every: tuple[tuple[str, ...], pd.DataFrame] | None = None

    @contextmanager
    def every_row(self) -> Iterator[None]:
        """Inside, a domain is every row, not every distinct combination."""
        self._whole = True
        try:
            yield
        finally:
            self._whole = False

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pd.DataFrame:
        """What an expectation looks at, filtered by Great Expectations' own code."""
        columns = domain_columns(domain_kwargs)
        frame = self._every_of(columns) if self._whole else self._distinct_of(columns)[0]
        pandas = PandasExecutionEngine(batch_data_dict={"rows": frame})
        return pandas.get_domain_records({**domain_kwargs, "batch_id": None})

    def rows_in(self, domain_kwargs: Domain, index: pd.Index[Any]) -> int:
        """Rows of the batch that the given combinations of a domain stand for."""
        weights = self._distinct_of(domain_columns(domain_kwargs))[1]
        return int(weights[index.to_numpy()].sum())

    @property
    def column_names(self) -> list[str]:
        """The columns of the batch."""
        return list(self._batch.names)

    def _every_of(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """The last one asked for is kept: the library asks twice, and it is large."""
        if self._every is None or self._every[0] != columns:
            self._every = (columns, self._batch.every(columns).to_pandas())
        return self._every[1]

    def _distinct_of(self, columns: tuple[str, ...]) -> tuple[pd.DataFrame, Weights]:
        if columns not in self._frames:
            counted = self._batch.distinct(columns)
            frame = counted.select(_as_pandas(name, counted.schema[name]) for name in columns).to_pandas()
            for name in (name for name in columns if counted.schema[name] == pl.Date):
                frame[name] = pd.Series(counted[name].to_list(), dtype=object)
            weights = counted[ROWS].cast(pl.Int64).to_numpy()
            self._frames[columns] = (frame if columns else pd.DataFrame(index=range(1)), weights)
        return self._frames[columns]


def domain_columns(domain: Domain) -> tuple[str, ...]:
    """The columns that a metric's domain reads, those of its row condition included, in a fixed order."""
    single = [domain[key] for key in ("column", "column_A", "column_B") if domain.get(key)]
    condition = domain.get("row_condition")
    read = condition_columns(condition if isinstance(condition, dict) or condition is None else condition.dict())
    return tuple(sorted({*single, *(domain.get("column_list") or ()), *read}))


def _as_pandas(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column of distinct values in a form that pandas conditions read exactly."""
    column = pl.col(name)
    if isinstance(dtype, pl.Decimal) or dtype.is_float():
        return column.cast(pl.Float64)
    return column.cast(pl.Int64) if dtype.is_integer() else column


def register_row_counts() -> None:
    """Make every map metric of the library count rows on this engine. Conditions stay the library's own."""
    for name in [name for name in registry._registered_metrics if name.endswith(".condition")]:
        if "PandasExecutionEngine" not in registry._registered_metrics[name]["providers"]:
            continue
        stem = name.removesuffix(".condition")
        _provide(f"{stem}.unexpected_values", lambda _: _no_values)
        if stem in CROSS_ROW_METRICS:
            for metric in (name, f"{stem}.filtered_row_count"):
                _provide(metric, _over_every_row)
        else:
            _provide(f"{stem}.unexpected_count", lambda _: _unexpected_rows)
            _provide(f"{stem}.filtered_row_count", lambda _: _rows_in_domain)
    _provide("table.row_count", lambda _: _rows_in_domain)
    _provide("table.columns", lambda _: _columns)


Provider = Callable[..., Any]


def _provide(metric: str, make: Callable[[Provider], Provider]) -> None:
    """Give this engine its own provider of a metric, made from the pandas one."""
    providers = registry._registered_metrics.get(metric, {}).get("providers", {})
    if "PandasExecutionEngine" in providers:
        metric_class, pandas = providers["PandasExecutionEngine"]
        provider = make(pandas)
        for attribute in ("metric_fn_type", "metric_engine", "metric_name"):
            if hasattr(pandas, attribute):
                setattr(provider, attribute, getattr(pandas, attribute))
        providers[PolarsRowsEngine.__name__] = (metric_class, provider)


def _unexpected_rows(
    cls: Any, execution_engine: PolarsRowsEngine, metric_domain_kwargs: Domain, metrics: Domain, **_: Any
) -> int:
    unexpected = metrics["unexpected_condition"][0]
    return execution_engine.rows_in(metric_domain_kwargs, unexpected.index[unexpected.to_numpy(dtype=bool)])


def _rows_in_domain(
    cls: Any, execution_engine: PolarsRowsEngine, metric_domain_kwargs: dict[str, Any], **_: Any
) -> int:
    return execution_engine.rows_in(
        metric_domain_kwargs, execution_engine.get_domain_records(metric_domain_kwargs).index
    )


def _columns(cls: Any, execution_engine: PolarsRowsEngine, **_: Any) -> list[str]:
    return execution_engine.column_names


def _no_values(cls: Any, **_: Any) -> list[Any]:
    """People's data stays out of results and Data Docs."""
    return []


def _over_every_row(pandas: Provider) -> Provider:
    @wraps(pandas)
    def provider(cls: Any, execution_engine: PolarsRowsEngine, **rest: Any) -> Any:
        with execution_engine.every_row():
            return pandas(cls, execution_engine=execution_engine, **rest)

    return provider
