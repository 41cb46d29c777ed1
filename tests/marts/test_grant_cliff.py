"""`grant_cliff`: DC's cliff of 2012, matches, awards without an end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def test_dc_bonuses_fall_on_the_city_when_the_gifts_end(small: Any) -> None:
    """RULES 2.1 [P10]: foundations pay 6 million dollars of bonuses a year; from 2013 the city does."""
    gift = {
        "lea_id": "L1",
        "fund_code": "F",
        "stream": "philanthropic",
        "award_id": "DCPEF",
        "award_end": "2012-06-30",
        "recurring": False,
    }
    made = small.marts(
        funds=[gift],
        payroll=[
            small.line("A", "P", "3500000.00", 2012, fund_code="F"),
            small.line("B", "P", "2500000.00", 2012, fund_code="F"),
        ],
    )["grant_cliff"]
    assert made["future_year"].to_list() == list(range(2013, 2023))
    assert set(made["commitment"]) == set(made["exposure"]) == {Decimal("6000000.00")}


def test_an_award_that_ends_in_the_year_still_pays_for_it(small: Any) -> None:
    """The award of the small state ends on 30 September 2026, after 1 July 2026: 2027 is not exposed, 2028 is."""
    made = small.marts(payroll=[small.line("A", "P", "100.00", fund_code="G")])["grant_cliff"]
    assert made["exposure"].to_list()[:2] == [Decimal("0.00"), Decimal("100.00")]


def test_a_match_lowers_the_exposure_and_never_below_zero(small: Any) -> None:
    match = {"lea_id": "L1", "program_id": "p", "kind": "match", "award_id": "A1"}
    made = small.marts(
        payroll=[small.line("A", "P", "100.00", fund_code="G")],
        program_finance=[
            match | {"school_year": 2028, "amount": "30.00"},
            match | {"school_year": 2029, "amount": "130.00"},
        ],
    )["grant_cliff"]
    assert made["exposure"].to_list()[1:4] == [Decimal("70.00"), Decimal("0.00"), Decimal("100.00")]


def test_an_award_without_an_end_is_not_configured_and_a_fund_without_an_award_stands_for_itself(small: Any) -> None:
    fund = {"lea_id": "L1", "fund_code": "F", "stream": "state_grant", "recurring": False}
    made = small.marts(funds=[fund], payroll=[small.line("A", "P", "100.00", fund_code="F")])["grant_cliff"]
    assert set(made.select("award_id", "exposure", "exposure_status").rows()) == {("fund:F", None, "not_configured")}


def test_recurring_money_and_pay_of_no_program_are_no_cliff(small: Any) -> None:
    made = small.marts(payroll=[small.line("A", "P", "100.00"), small.line("A", "BASE", "100.00", fund_code="G")])
    assert made["grant_cliff"].height == 0
