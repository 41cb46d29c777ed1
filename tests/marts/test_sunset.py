"""`sunset`: awards that end, what hangs on them and the last vote; counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.policy.parameters import MetricParameters, SunsetParameters


def made_of(small: Any, award_end: str | None, vote: str = "06-30", **more: Any) -> dict[str, Any]:
    """A is paid 2,000 under p and 500 under q on the grant, B 1,000 under p; a year before A was paid 9,999."""
    funds = [
        small.funds[0],
        small.funds[1] | {"award_end": award_end},
    ]
    codes = [*small.codes, {"lea_id": "L1", "pay_code": "Q", "pay_type": "stipend", "program_id": "q"}]
    payroll = [
        small.line("A", "P", "2000.00", fund_code="G"),
        small.line("A", "Q", "500.00", fund_code="G"),
        small.line("B", "P", "1000.00", fund_code="G"),
        small.line("B", "P", "700.00"),
        small.line("B", "BASE", "40000.00", fund_code="G"),
        small.line("A", "P", "9999.00", 2025, fund_code="G"),
    ]
    made = small.marts(
        parameters=MetricParameters(sunset=SunsetParameters(budget_vote=vote)),
        roster=[small.post("A"), small.post("B")],
        payroll=payroll,
        pay_codes=codes,
        funds=funds,
        **more,
    )["sunset"]
    (row,) = made.to_dicts()
    return dict(row)


def test_amount_and_persons_of_the_latest_year(small: Any) -> None:
    row = made_of(small, "2026-09-30")
    assert (row["award_id"], row["program_id"], row["programs"]) == ("A1", "p", 2)
    assert (row["recurring_amount"], row["persons"]) == (Decimal("3500.00"), 2)


@pytest.mark.parametrize(
    ("award_end", "vote", "last"),
    [
        ("2026-09-30", "06-30", date(2026, 6, 30)),
        ("2026-06-30", "06-30", date(2026, 6, 30)),  # on the day itself
        ("2026-06-29", "06-30", date(2025, 6, 30)),  # one day below
        ("2027-03-01", "06-30", date(2026, 6, 30)),
        ("2027-03-01", "02-15", date(2027, 2, 15)),
        (None, "06-30", None),
    ],
)
def test_the_last_vote_is_not_after_the_award(small: Any, award_end: str | None, vote: str, last: date | None) -> None:
    assert made_of(small, award_end, vote)["last_budget_vote"] == last


def test_a_vote_on_a_day_that_not_every_year_has_is_refused() -> None:
    with pytest.raises(ValueError, match="budget_vote"):
        SunsetParameters(budget_vote="02-29")
