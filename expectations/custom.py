"""Expectations of our own, in Great Expectations' own form, judged by pandas. Imported only by the gate.

Days reach pair expectations as `datetime.date`, expectations over several rows as numbers (20250915); see `engine.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnPairMapMetricProvider,
    MulticolumnMapMetricProvider,
    column_pair_condition_partial,
    multicolumn_condition_partial,
)

PairIgnore = Literal["both_values_are_missing", "either_value_is_missing", "neither"]
OPEN_END = 99991231


class PairValuesDiffer(ColumnPairMapMetricProvider):
    """Two columns of a row differ, where both have a value."""

    condition_metric_name = "column_pair_values.differ"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B", "row_condition", "ignore_row_if")

    @column_pair_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_A: pd.Series, column_B: pd.Series, **_: Any) -> pd.Series:
        return (column_A != column_B) & column_A.notnull() & column_B.notnull()


class ExpectColumnPairValuesToDiffer(ColumnPairMapExpectation):
    """Expect the two values of a row to be different."""

    map_metric: ClassVar[str] = "column_pair_values.differ"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: PairIgnore = "both_values_are_missing"


class DateInSchoolYear(ColumnPairMapMetricProvider):
    """A day lies in the school year of its row (1 July to 30 June)."""

    condition_metric_name = "column_pair_values.date_in_school_year"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B", "row_condition", "ignore_row_if")

    @column_pair_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_A: pd.Series, column_B: pd.Series, **_: Any) -> pd.Series:
        ending = column_A.map(lambda day: day.year + (day.month > 6), na_action="ignore")
        return ending == column_B


class ExpectDateInSchoolYear(ColumnPairMapExpectation):
    """Expect the day in column A to lie in the school year in column B: 1 July to 30 June, named by its end."""

    map_metric: ClassVar[str] = "column_pair_values.date_in_school_year"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: PairIgnore = "both_values_are_missing"


class OneValuePerGroup(MulticolumnMapMetricProvider):
    """A column has one value within each group of the others."""

    condition_metric_name = "multicolumn_values.one_per_group"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        *group, value = column_list.columns
        distinct = column_list.groupby(group, dropna=False, sort=False)[value].transform("nunique")
        return (distinct <= 1) | column_list[value].isnull()


class ExpectOneValuePerGroup(MulticolumnMapExpectation):
    """Expect the last column to have one value at most in each group of the columns before it."""

    map_metric: ClassVar[str] = "multicolumn_values.one_per_group"


class StaysDoNotOverlap(MulticolumnMapMetricProvider):
    """The days of a group's rows do not overlap."""

    condition_metric_name = "multicolumn_values.stays_do_not_overlap"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        *group, first, last = column_list.columns
        stays = pd.DataFrame(
            {
                "group": column_list.groupby(group, dropna=False, sort=False).ngroup(),
                "first": column_list[first],
                "last": column_list[last].fillna(OPEN_END),
            }
        )
        stays = stays[stays["first"].notnull() & (stays["first"] <= stays["last"])].sort_values(["group", "first"])
        by_group = stays.groupby("group")
        before = by_group["last"].cummax().groupby(stays["group"]).shift(1)
        after = by_group["first"].shift(-1)
        overlaps = (stays["first"] <= before) | (after <= stays["last"])
        return ~overlaps.reindex(column_list.index, fill_value=False)


class ExpectStaysNotToOverlap(MulticolumnMapExpectation):
    """Expect stays (the last two columns: first and last day) of one group (the columns before) not to overlap."""

    map_metric: ClassVar[str] = "multicolumn_values.stays_do_not_overlap"
