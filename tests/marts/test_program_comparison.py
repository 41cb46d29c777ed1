"""`program_comparison`: the same measures for adopted and simulated programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl


def test_share_cost_and_stability(small: Any) -> None:
    """2025: A, B, C hold. 2026: A holds, B lost it, C left the roster, D is new: 1 of the 2 who stayed still holds."""
    held = [small.holds(name, "x", 2025, amount="1000.00") for name in "ABC"]
    held += [small.holds("A", "x", amount="1000.00"), small.holds("B", None), small.holds("D", "x", amount="3000.00")]
    roster = [small.post(name, 2025) for name in "ABC"] + [small.post(name) for name in ("A", "B", "D", "E")]
    made = small.marts(held, roster=roster)["program_comparison"]
    row = made.row(by_predicate=pl.col("school_year") == 2026, named=True)
    assert (row["designees"], row["share_of_teachers"], row["stability"], row["adopted"]) == (2, 0.5, 0.5, True)
    assert (row["cost"], row["cost_per_designee"]) == (Decimal("5204.00"), Decimal("2602.00"))
    assert made.row(by_predicate=pl.col("school_year") == 2025, named=True)["stability"] is None


def test_a_program_not_adopted_is_told_apart_and_an_unknown_amount_is_not_zero(small: Any) -> None:
    rows = [small.holds("A", "x", program_id="q"), small.holds("A", "x", amount="1.00")]
    made = small.marts(rows, roster=[small.post("A")])["program_comparison"]
    assert made.select("program_id", "adopted", "cost", "cost_status").rows() == [
        ("p", True, Decimal("1.30"), "ok"),
        ("q", False, None, "not_configured"),
    ]


def test_levels_of_tier_zero_are_no_designees(small: Any) -> None:
    made = small.marts([small.holds("A", "entry", state_tier=0)], roster=[small.post("A")])["program_comparison"].row(
        0, named=True
    )
    assert (made["designees"], made["cost"], made["cost_per_designee"]) == (0, Decimal("0.00"), None)


def test_dc_took_up_382_of_636_bonuses(small: Any) -> None:
    """RULES 2.1 [P5]: in the first year 60 % accepted; who declined costs nothing."""
    rows = [small.holds(f"A{n:03d}", "bonus", status="earned", amount="10000.00") for n in range(382)]
    rows += [small.holds(f"D{n:03d}", None, status="declined", amount="10000.00") for n in range(254)]
    made = small.marts(rows, roster=[small.post(row["staff_id"]) for row in rows])["program_comparison"].row(
        0, named=True
    )
    assert (made["declined"], round(made["take_up"], 2)) == (254, 0.60)
    assert made["cost"] == Decimal("4969820.00")  # 382 x 10,000 x 1.301
