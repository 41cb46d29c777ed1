"""Drift: what moved beyond the band is listed, what moved within it is not, and what vanished cannot hide."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from contracts.columns import MONEY
from contracts.marts import MARTS
from expectations.release_drift import HEADLINES, drifted, headlines


def figures(**values: float) -> pl.LazyFrame:
    rows = [(*name.split("__"), value) for name, value in values.items()]
    return pl.LazyFrame(rows, schema={"mart": pl.String, "measure": pl.String, "value": pl.Float64}, orient="row")


def listed(before: pl.LazyFrame, now: pl.LazyFrame, band: float = 0.1) -> list[tuple[str, str, float | None]]:
    return [(row[0], row[1], row[4]) for row in drifted(before, now, band).collect().iter_rows()]


def test_within_the_band_nothing_is_listed() -> None:
    assert listed(figures(a__rows=100, b__pay=-50), figures(a__rows=110, b__pay=-45)) == []


def test_beyond_the_band_the_largest_comes_first() -> None:
    before, now = figures(a__rows=100, b__pay=-50, c__rows=10), figures(a__rows=111, b__pay=50, c__rows=10)
    assert listed(before, now) == [("b", "pay", 2.0), ("a", "rows", 0.11)]


def test_a_figure_from_nothing_to_nothing_or_on_one_side_only_is_listed() -> None:
    before, now = figures(a__rows=0, b__rows=5, z__rows=0), figures(a__rows=3, c__rows=7, z__rows=0)
    assert listed(before, now, band=100.0) == [("a", "rows", None), ("b", "rows", None), ("c", "rows", None)]


def test_headlines_are_taken_from_marts() -> None:
    compensation = pl.LazyFrame(
        {"amount": [Decimal("10.50"), Decimal("-0.50")], "role_amount": [Decimal("1.00"), None]},
        schema={"amount": MONEY, "role_amount": MONEY},
    )
    found = headlines({"compensation": compensation, "access": pl.LazyFrame({"lea_id": ["1"]})}).collect()
    assert found.rows() == [
        ("access", "rows", 1.0),
        ("compensation", "amount", 10.0),
        ("compensation", "role_amount", 1.0),
        ("compensation", "rows", 2.0),
    ]


def test_every_headline_is_a_column_of_its_mart() -> None:
    for name, measures in HEADLINES.items():
        empty = MARTS[name].schema.create_empty(lazy=True)
        found = headlines({name: empty}).collect()
        assert found["measure"].to_list() == sorted(["rows", *(measure for measure, _ in measures)])
        assert found["value"].to_list() == [0.0] * found.height
