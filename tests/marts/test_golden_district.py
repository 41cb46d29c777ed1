"""The golden district: every mart equals the one worked out on paper (tests/golden/money/README.md), to the cent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.marts import MARTS

GOLDEN = Path(__file__).parents[1] / "golden" / "money"
EXPECTED = sorted(path.stem for path in (GOLDEN / "expect").glob("*.csv"))


def test_every_mart_of_stage_five_is_expected() -> None:
    assert set(EXPECTED) == set(MARTS) - {"designation", "data_quality"}


@pytest.mark.parametrize("name", EXPECTED)
def test_mart_matches_paper(name: str, golden: dict[str, pl.DataFrame]) -> None:
    made = golden[name]
    if name == "cost_projection":
        made = made.filter(pl.col("scenario").is_in(["base", "high"]) & (pl.col("future_year") <= 2028))
    assert made.write_csv() == (GOLDEN / "expect" / f"{name}.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_mart_keeps_its_contract(name: str, golden: dict[str, pl.DataFrame]) -> None:
    MARTS[name].schema.validate(golden[name])


def test_headline_figures(golden: dict[str, pl.DataFrame]) -> None:
    """The figures of the README's bold print, here once more without a file between."""
    row = golden["sustainability"].row(
        by_predicate=pl.col("lea_id").is_not_null()
        & (pl.col("program_id") == "golden_ladder")
        & (pl.col("school_year") == 2026),
        named=True,
    )
    assert row["incremental_pay"] == Decimal("8781.75")
    assert row["program_cost"] == Decimal("10481.75")
    assert row["cost_per_leader"] == Decimal("5240.88")
    assert row["offsets"] == Decimal("3399.49")
    assert row["net_change"] == Decimal("-922.74")
    assert (row["neutral_answer"], row["runway_years"]) == ("no", 0)
