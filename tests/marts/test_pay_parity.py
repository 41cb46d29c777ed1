"""`pay_parity`: medians of people with pay, beside teachers, assistant principals and principals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def test_medians_and_ratios(small: Any) -> None:
    kinds = {"A": "teacher", "B": "teacher", "C": "assistant_principal", "D": "assistant_principal", "E": "principal"}
    pay = {"A": "60000.00", "B": "40000.00", "C": "70000.00", "D": "90000.00", "E": "120000.00"}
    made = small.marts(
        [small.holds("A", "lead")],
        roster=[small.post(name, staff_classification=kind) for name, kind in kinds.items()],
        payroll=[small.line(name, "BASE", amount) for name, amount in pay.items()],
    )["pay_parity"].row(0, named=True)
    assert made["median_teacher"] == Decimal("50000.00")
    assert made["median_assistant_principal"] == Decimal("80000.00")  # an even number: the mean of the middle two
    assert (made["ratio_teacher"], made["ratio_assistant_principal"], made["ratio_principal"]) == (1.2, 0.75, 0.5)


def test_people_without_pay_are_not_people_with_no_pay(small: Any) -> None:
    payroll = [small.line("A", "BASE", "100.00"), small.line("C", "BASE", "5.00"), small.line("C", "BASE", "-5.00")]
    made = small.marts(
        [small.holds(name, "lead") for name in "ABC"], roster=[small.post(name) for name in "ABC"], payroll=payroll
    )["pay_parity"].row(0, named=True)
    assert (made["persons"], made["median_pay"]) == (1, Decimal("100.00"))
    assert (made["median_principal"], made["ratio_principal"]) == (None, None)


def test_a_cent_is_pay(small: Any) -> None:
    made = small.marts([small.holds("A", "lead")], roster=[small.post("A")], payroll=[small.line("A", "BASE", "0.01")])[
        "pay_parity"
    ]
    assert made.select("persons", "median_pay").rows() == [(1, Decimal("0.01"))]


def test_only_pay_of_this_lea_counts(small: Any) -> None:
    payroll = [small.line("A", "BASE", "100.00"), small.line("A", "BASE", "900.00", lea_id="L2")]
    made = small.marts([small.holds("A", "lead")], roster=[small.post("A")], payroll=payroll)["pay_parity"]
    assert made["median_pay"].to_list() == [Decimal("100.00")]
