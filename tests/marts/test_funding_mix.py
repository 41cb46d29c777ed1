"""`funding_mix`: Denver's published mix, and the cases where there is no share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl


def test_denver_2015_is_62_and_a_half_percent_soft(small: Any) -> None:
    """RULES 2.2 [P25]: more than 4 million dollars, 1.5 of it the district's, the rest a federal grant."""
    payroll = [
        small.line("A", "P", "1500000.00"),
        small.line("A", "P", "2500000.00", fund_code="G"),
    ]
    made = small.marts(payroll=payroll)["funding_mix"]
    assert dict(made.select("stream", "share").iter_rows()) == {"local_general": 0.375, "competitive_federal": 0.625}
    assert made["soft_amount"].sum() == Decimal("2500000.00")


def test_a_fund_that_does_not_recur_is_soft_whatever_its_stream(small: Any) -> None:
    funds = [{"lea_id": "L1", "fund_code": "01", "stream": "local_general", "recurring": False}]
    made = small.marts(funds=funds, payroll=[small.line("A", "P", "10.00")])["funding_mix"]
    assert made["soft_amount"].to_list() == [Decimal("10.00")]


def test_an_unknown_fund_is_its_own_stream_and_not_soft(small: Any) -> None:
    made = small.marts(payroll=[small.line("A", "P", "10.00", fund_code="??")])["funding_mix"]
    assert made.select("stream", "share", "soft_amount").row(0) == ("unknown", 1.0, Decimal("0.00"))


def test_no_share_where_the_whole_is_not_above_zero(small: Any) -> None:
    payroll = [small.line("A", "P", "100.00"), small.line("A", "P", "-100.00", fund_code="G")]
    made = small.marts(payroll=payroll)["funding_mix"]
    assert made["share"].to_list() == [None, None]
    assert made["amount"].sum() == Decimal("0.00")


def test_benefits_on_a_code_that_names_the_program_are_its_funding_too(small: Any) -> None:
    codes = [*small.codes, {"lea_id": "L1", "pay_code": "PB", "pay_type": "benefit", "program_id": "p"}]
    made = small.marts(pay_codes=codes, payroll=[small.line("A", "P", "3.00"), small.line("A", "PB", "1.00")])
    assert made["funding_mix"].filter(pl.col("stream") == "local_general")["amount"].to_list() == [Decimal("4.00")]
