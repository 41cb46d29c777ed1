"""Masks and Great Expectations agree on every expectation type: equal verdicts and equal unexpected counts.

Two runs of that library judge each random frame: one through the gate's engine over counted projections, and, for the
library's own expectations, one on its plain pandas engine over the whole frame. So the engine is proven with the masks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.columns import MONEY
from contracts.row_rules import RowRule
from expectations.checkpoints import library
from expectations.gate import Gate
from expectations.masks import row_condition, row_rule
from expectations.suites import CROSS_ROW_TYPES, ROW_TYPES, Rule, Suite

TEXTS = ["", "a", "A1", "b-2", "12", "12 34", "ünï", "1.5E+09", "078-05-1120", "x" * 12]
DAYS = ["1899-12-31", "2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01", "2026-01-15", "9999-12-30"]
NUMBERS = [-3.0, -0.5, 0.0, 0.1, 0.3, 1.0, 2.5, 1e6]
MONEYS = ["-120.50", "0.00", "0.01", "0.30", "250000.00", "9999999999.99"]
YEARS = [2024, 2025, 2026]
SCHEMA: dict[str, Any] = {
    "s": pl.String,
    "t": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "m": MONEY,
    "d": pl.Date,
    "e": pl.Date,
    "b": pl.Boolean,
    "school_year": pl.Int16,
    "submission_id": pl.String,
}
POOLS: dict[str, list[Any]] = {
    "s": TEXTS,
    "t": TEXTS,
    "x": NUMBERS,
    "y": NUMBERS,
    "m": MONEYS,
    "d": [date.fromisoformat(day) for day in DAYS],
    "e": [date.fromisoformat(day) for day in DAYS],
    "b": [True, False],
    "school_year": YEARS,
    "submission_id": ["one", "two"],
}
COMPLETE = {"school_year", "submission_id"}  # the landing folder gives them to every row
META = {
    "severity": "warn",
    "message": "A rule of a test.",
    "fix": "Nothing to mend.",
    "examples": {"passes": [{}], "fails": [{}]},
}


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(1, 25))
    data = {}
    for name, pool in POOLS.items():
        # Few distinct values a frame, so that keys repeat and groups have several rows.
        few = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4, unique=True))
        options: list[Any] = few if name in COMPLETE else [*few, None]
        values = draw(st.lists(st.sampled_from(options), min_size=height, max_size=height))
        data[name] = pl.Series(name, values, dtype=pl.String if name == "m" else SCHEMA[name])
    return pl.DataFrame(data).cast({"m": MONEY})


comparisons = st.one_of(
    st.tuples(
        st.sampled_from(["x", "m"]), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.sampled_from(NUMBERS)
    ),
    st.tuples(st.sampled_from(["s"]), st.sampled_from(["==", "!="]), st.sampled_from(TEXTS)),
    st.tuples(
        st.sampled_from(["s", "t"]), st.sampled_from(["IN", "NOT_IN"]), st.lists(st.sampled_from(TEXTS), min_size=1)
    ),
    st.tuples(st.just("b"), st.just("=="), st.booleans()),
).map(lambda c: {"type": "comparison", "column": {"name": c[0]}, "operator": c[1], "parameter": c[2]})
nullities = st.tuples(st.sampled_from(list(SCHEMA)), st.booleans()).map(
    lambda c: {"type": "nullity", "column": {"name": c[0]}, "is_null": c[1]}
)
leaves = comparisons | nullities
conditions = st.one_of(
    st.none(),
    leaves,
    st.tuples(st.just("and") | st.just("or"), st.lists(leaves, min_size=2, max_size=3)).map(
        lambda c: {"type": c[0], "conditions": c[1]}
    ),
)
multicolumn_ignore = st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"])


def texts(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"column": st.sampled_from(["s", "t"]), **more})


def bounds(column: str, values: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def made(pair: tuple[Any, Any, bool, bool, int]) -> dict[str, Any]:
        low, high = sorted(pair[:2])
        kept = {"both": {"min_value": low, "max_value": high}, "low": {"min_value": low}, "high": {"max_value": high}}
        strict = {"strict_min": pair[2], "strict_max": pair[3]}
        return {"column": column, **kept[("both", "low", "high")[pair[4]]], **strict}

    value = st.sampled_from(values)
    return st.tuples(value, value, st.booleans(), st.booleans(), st.integers(0, 2)).map(made)


sets = st.one_of(
    st.fixed_dictionaries({"column": st.just("s"), "value_set": st.lists(st.sampled_from(TEXTS), min_size=1)}),
    st.fixed_dictionaries({"column": st.just("x"), "value_set": st.lists(st.sampled_from(NUMBERS), min_size=1)}),
    st.fixed_dictionaries({"column": st.just("m"), "value_set": st.just([0])}),
    st.fixed_dictionaries({"column": st.just("b"), "value_set": st.lists(st.booleans(), min_size=1)}),
)
patterns = texts(
    regex=st.sampled_from(
        [
            r"^[0-9A-Za-z][0-9A-Za-z._/-]*$",
            r"(^|[^0-9])[0-9]{3}[- ][0-9]{2}",
            r"^[0-9]+([.][0-9]+)?[eE][+]",
            r"ï",
            r"^$",
        ]
    )
)
pairs = st.tuples(
    st.sampled_from([("x", "y"), ("d", "e"), ("x", "m"), ("m", "y")]),
    st.sampled_from(["either_value_is_missing"]),
).map(lambda p: {"column_A": p[0][0], "column_B": p[0][1], "ignore_row_if": p[1]})
text_pairs = st.tuples(
    st.sampled_from([("s", "t"), ("x", "y")]),
    st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"]),
).map(lambda p: {"column_A": p[0][0], "column_B": p[0][1], "ignore_row_if": p[1]})
any_column = st.sampled_from(list(SCHEMA)).map(lambda column: {"column": column})
KWARGS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "expect_column_values_to_not_be_null": any_column,
    "expect_column_values_to_be_null": any_column,
    "expect_column_values_to_be_in_set": sets,
    "expect_column_values_to_not_be_in_set": sets,
    "expect_column_values_to_be_between": bounds("x", NUMBERS)
    | bounds("m", NUMBERS)
    | bounds("d", DAYS)
    | bounds("school_year", YEARS),
    "expect_column_value_lengths_to_be_between": bounds("s", [0, 1, 3, 12]),
    "expect_column_values_to_match_regex": patterns,
    "expect_column_values_to_not_match_regex": patterns,
    "expect_column_values_to_be_unique": st.sampled_from(["s", "x", "d", "b"]).map(lambda column: {"column": column}),
    "expect_column_pair_values_a_to_be_greater_than_b": st.tuples(pairs, st.booleans()).map(
        lambda p: {**p[0], "or_equal": p[1]}
    ),
    "expect_column_pair_values_to_be_equal": text_pairs,
    "expect_column_pair_values_to_differ": text_pairs,
    "expect_date_in_school_year": st.just({"column_A": "d", "column_B": "school_year"}),
    "expect_compound_columns_to_be_unique": st.fixed_dictionaries(
        {
            "column_list": st.lists(st.sampled_from(list(SCHEMA)), min_size=2, max_size=5, unique=True)
            | st.just(["submission_id", "s", "d"]),
            "ignore_row_if": multicolumn_ignore,
        }
    ),
    "expect_one_value_per_group": st.fixed_dictionaries(
        {
            "column_list": st.sampled_from([["submission_id", "s"], ["s", "t", "x"], ["b", "d"], ["t", "m"]]),
            "ignore_row_if": multicolumn_ignore,
        }
    ),
    "expect_stays_not_to_overlap": st.fixed_dictionaries(
        {
            "column_list": st.sampled_from([["submission_id", "s", "d", "e"], ["t", "d", "e"]]),
            "ignore_row_if": multicolumn_ignore,
        }
    ),
}


@st.composite
def suites(draw: st.DrawFn, kind: str) -> Suite:
    """Several random rules of one type."""
    rules = []
    for number in range(draw(st.integers(1, 6))):
        kwargs = dict(draw(KWARGS[kind]))
        condition = draw(conditions)
        if condition is not None:
            kwargs["row_condition"] = condition
        if kind not in CROSS_ROW_TYPES:
            kwargs["mostly"] = draw(st.sampled_from([1.0, 0.9, 0.5, 0.25]))
        years = {"since": draw(st.sampled_from([None, 2025])), "until": draw(st.sampled_from([None, 2025]))}
        meta = {"rule_id": f"TST-{number:03d}", **META, **years}
        rules.append({"type": kind, "kwargs": kwargs, "meta": meta})
    return Suite.model_validate({"name": "random", "expectations": rules})


def masks_of(suite: Suite) -> list[RowRule]:
    return [row_rule(suite.name, rule, by_year=True) for rule in suite.expectations]


def counted(suite: Suite, frame: pl.DataFrame) -> dict[str, tuple[int, bool]]:
    """Per rule: rows that break its mask, and its verdict."""
    answers = {}
    for rule in masks_of(suite):
        both = frame.select(rule.breaks.alias("breaks"), rule.considers.alias("considers"))
        assert both.null_count().row(0) == (0, 0)
        assert both.height == frame.height
        assert not both.filter(pl.col("breaks") & ~pl.col("considers")).height
        broken, considered = int(both["breaks"].sum()), int(both["considers"].sum())
        answers[rule.rule_id] = (broken, not rule.fails(considered, broken))
    return answers


def gated(suite: Suite, frame: pl.DataFrame, masks: dict[str, int], folder: Path) -> dict[str, tuple[int, bool]]:
    """What Great Expectations says through the gate, whose own comparison with the masks must pass too.

    Where no rule reaches over submissions, the frame comes in one batch per submission.
    """
    gate = Gate(folder)
    alone = all(rule.type not in CROSS_ROW_TYPES or "submission_id" in rule.columns for rule in suite.expectations)
    parts = frame.partition_by("submission_id") if alone else [frame]
    for part in parts:
        gate.observe(suite, part, masks if part is parts[0] else dict.fromkeys(masks, 0))
    (receipt,) = gate.settle()
    return {rule.rule_id: (rule.unexpected, rule.success) for rule in receipt.rules}


@cache
def plain_source() -> Any:
    gx, _ = library()
    context = gx.get_context(mode="ephemeral")
    return (
        context.data_sources.add_pandas("plain")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("all")
    )


def judged_by_plain_pandas(suite: Suite, frame: pl.DataFrame) -> dict[str, tuple[int, bool]]:
    """The library's own pandas engine over every row of the frame, nothing of ours in between."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    pandas = frame.with_columns(pl.col("m").cast(pl.Float64), pl.col("school_year").cast(pl.Int64)).to_pandas()
    for name in ("d", "e"):
        pandas[name] = pd.Series(frame[name].to_list(), dtype=object)
    batch = plain_source().get_batch({"dataframe": pandas})
    answers = {}
    for rule in suite.expectations:
        kwargs = {k: v for k, v in rule.kwargs.items() if k != "row_condition"}
        condition = row_condition(rule, by_year=True)
        kwargs |= {"row_condition": condition} if condition else {}
        with warnings.catch_warnings():  # pandas warns of groups in patterns
            warnings.simplefilter("ignore")
            said = batch.validate(ExpectationConfiguration(type=rule.type, kwargs=kwargs).to_domain_obj())
        assert said.exception_info.get("raised_exception") is False, said.exception_info
        answers[rule.rule_id] = (said.result["unexpected_count"], said.success)
    return answers


def differential(kind: str, examples: int, folder: Path, *others: Callable[..., dict[str, tuple[int, bool]]]) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],  # each judgement takes a tenth of a second: shrinking takes minutes
    )
    @given(suite=suites(kind), frame=frames())
    def run(suite: Suite, frame: pl.DataFrame) -> None:
        ours = counted(suite, frame)
        masks = {rule_id: broken for rule_id, (broken, _) in ours.items()}
        assert gated(suite, frame, masks, folder) == ours
        for other in others:
            assert other(suite, frame) == ours

    run()


OWN = {name for name in ROW_TYPES if name not in KWARGS} | {
    "expect_column_pair_values_to_differ",
    "expect_date_in_school_year",
    "expect_one_value_per_group",
    "expect_stays_not_to_overlap",
}


def test_every_type_is_tested() -> None:
    assert set(KWARGS) == set(ROW_TYPES)


@pytest.mark.parametrize("kind", sorted(KWARGS))
def test_masks_agree_with_great_expectations(kind: str, tmp_path: Path) -> None:
    differential(kind, 5, tmp_path, *([] if kind in OWN else [judged_by_plain_pandas]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(KWARGS))
def test_masks_agree_with_great_expectations_at_length(kind: str, tmp_path: Path) -> None:
    differential(kind, 150, tmp_path, *([] if kind in OWN else [judged_by_plain_pandas]))


def test_a_wrong_mask_is_seen() -> None:
    """The comparison can fail: a mask over the wrong column disagrees."""
    frame = pl.DataFrame({"x": [1.0, None], "y": [1.0, 1.0]})
    rule = Rule.model_validate(
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "x"},
            "meta": {"rule_id": "TST-000", **META},
        }
    )
    assert frame.select(row_rule("t", rule).breaks.sum()).item() == 1
    wrong = rule.model_copy(update={"kwargs": {"column": "y"}})
    assert frame.select(row_rule("t", wrong).breaks.sum()).item() == 0
