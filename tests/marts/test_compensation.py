"""`compensation`: every dollar once, the increment once, and what happens where a schedule or base pay is missing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from transforms.s2_resolve.pay import classify_pay, sum_payroll
from transforms.s4_sustain.cost_parts import base_stream

SCHEDULE = [
    {"lea_id": "L1", "school_year": 2026, "lane": "BA", "step": 1, "amount": "40000.00"},
    {"lea_id": "L1", "school_year": 2026, "lane": "MA", "step": 1, "amount": "50000.00"},
]


def rows(mart: pl.DataFrame, staff: str) -> list[dict[str, Any]]:
    return mart.filter(pl.col("staff_id") == staff).to_dicts()


def test_increment_sits_once_on_the_base_row_of_the_largest_stream(small: Any) -> None:
    made = small.marts(
        roster=[small.post("A", salary_lane="BA", salary_step=1)],
        salary_schedules=SCHEDULE,
        payroll=[
            small.line("A", "BASE", "12000.00"),
            small.line("A", "BASE", "31000.00", fund_code="G"),
            small.line("A", "P", "100.00"),
        ],
    )["compensation"]
    carried = [(r["pay_type"], r["stream"], r["increment"]) for r in made.to_dicts() if r["increment_status"]]
    assert carried == [("base", "competitive_federal", Decimal("3000.00"))]


def test_equal_streams_carry_on_the_first_by_name(small: Any) -> None:
    """Of twenty people, whatever order their funds are met in."""
    people = [f"A{n:02d}" for n in range(20)]
    lines = [small.line(who, "BASE", "1.00", fund_code=fund) for who in people for fund in ("01", "G")]
    made = small.marts(roster=[small.post(who) for who in people], payroll=lines)["compensation"]
    carried = made.filter(pl.col("increment_status").is_not_null()).select("staff_id", "stream").sort("staff_id")
    assert carried.rows() == [(who, "competitive_federal") for who in people]


def test_base_pay_is_of_the_stream_that_pays_most_then_of_the_first_by_name(
    make: Callable[..., pl.LazyFrame], small: Any
) -> None:
    """Of twenty people with two equal streams, whatever order these are met in, and of one with two that differ."""
    people = [f"A{n:02d}" for n in range(20)]
    lines = [small.line(who, "BASE", "1.00", fund_code=fund) for who in people for fund in ("01", "G")]
    lines += [small.line("B", "BASE", "1.01"), small.line("B", "BASE", "1.00", fund_code="G")]
    lines += [small.line("C", "P", "9.00", fund_code="G")]
    pay = classify_pay(sum_payroll(make("payroll", lines)), make("pay_codes", small.codes), make("funds", small.funds))
    made = base_stream(pay).select("staff_id", "stream", "is_soft").sort("staff_id").collect()
    assert made.rows() == [*((who, "competitive_federal", True) for who in people), ("B", "local_general", False)]


def test_unknown_codes_and_funds_are_kept_in_their_own_bucket(small: Any) -> None:
    made = small.marts(
        payroll=[small.line("A", "XX", "10.05", fund_code="77"), small.line("A", "XX", "-0.05", fund_code="77")]
    )
    row = made["compensation"].row(0, named=True)
    assert (row["pay_type"], row["stream"], row["amount"]) == ("unknown", "unknown", Decimal("10.00"))


@pytest.mark.parametrize(
    ("posts", "lines", "status", "counterfactual", "increment"),
    [
        ([{"salary_lane": "BA", "salary_step": 1}], ["41000.00"], "ok", "40000.00", "1000.00"),
        ([{"salary_lane": "ZZ", "salary_step": 1}], ["41000.00"], "no_schedule", "41000.00", "0.00"),
        ([{}], ["41000.00"], "no_schedule", "41000.00", "0.00"),
        ([{"salary_lane": "BA", "salary_step": 1}], ["500.00", "-500.00"], "no_base_pay", "40000.00", None),
        (
            # half of the 365 days rounds to 182 of BA and 183 of MA: priced by day
            [
                {"salary_lane": "BA", "salary_step": 1, "end_date": "2025-12-29"},
                {"salary_lane": "MA", "salary_step": 1, "begin_date": "2025-12-30", "position_title": "Lead"},
            ],
            ["46000.00"],
            "ok",
            "45013.70",  # (40,000 x 182 + 50,000 x 183) / 365
            "986.30",
        ),
        (
            # one day that no schedule prices: the whole year has no counterfactual
            [
                {"salary_lane": "BA", "salary_step": 1, "end_date": "2026-06-29"},
                {"salary_lane": "??", "salary_step": 1, "begin_date": "2026-06-30", "position_title": "Lead"},
            ],
            ["46000.00"],
            "no_schedule",
            "46000.00",
            "0.00",
        ),
    ],
)
def test_counterfactual(
    small: Any, posts: list[dict[str, Any]], lines: list[str], status: str, counterfactual: str, increment: str | None
) -> None:
    made = small.marts(
        roster=[small.post("A", **more) for more in posts],
        salary_schedules=SCHEDULE,
        payroll=[small.line("A", "BASE", amount) for amount in lines],
    )["compensation"]
    (row,) = rows(made, "A")
    assert row["increment_status"] == status
    assert row["base_counterfactual"] == Decimal(counterfactual)
    assert row["increment"] == (None if increment is None else Decimal(increment))


def test_a_person_with_no_base_line_has_only_the_status(small: Any) -> None:
    made = small.marts(
        roster=[small.post("A", salary_lane="BA", salary_step=1)],
        salary_schedules=SCHEDULE,
        payroll=[small.line("A", "P", "500.00")],
    )["compensation"]
    (row,) = rows(made, "A")
    assert (row["increment_status"], row["base_counterfactual"], row["increment"]) == ("no_base_pay", None, None)
    assert row["role_amount"] == Decimal("500.00")


def test_half_cents_round_up(small: Any) -> None:
    """A counterfactual of 100.125 is 100.13: 0.5 FTE of 200.25."""
    made = small.marts(
        roster=[small.post("A", salary_lane="X", salary_step=1, full_time_equivalency=0.5)],
        salary_schedules=[{"lea_id": "L1", "school_year": 2026, "lane": "X", "step": 1, "amount": "200.25"}],
        payroll=[small.line("A", "BASE", "1.00")],
    )["compensation"]
    assert rows(made, "A")[0]["base_counterfactual"] == Decimal("100.13")
