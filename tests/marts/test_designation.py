"""`designation` among the marts: the contract's columns, whatever stage 3 adds beside them."""

from __future__ import annotations

from typing import Any

import polars as pl

from contracts.marts.designation import Designation
from transforms.s5_marts.designation import build_designation_mart


def test_the_mart_has_the_contracts_columns_and_rows(make: Any, small: Any) -> None:
    decided = make("designation", [small.holds("A", "x"), small.holds("B", None)])
    made = build_designation_mart(decided.with_columns(pl.lit(1).alias("working_column"))).collect()
    assert Designation.validate(made).height == 2
    assert made.columns == Designation.column_names()
