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
    assert made["soft_amount"].sum() == Decimal("3252500.00")  # with the marginal load of 0.301


def test_a_fund_that_does_not_recur_is_soft_whatever_its_stream(small: Any) -> None:
    funds = [{"lea_id": "L1", "fund_code": "01", "stream": "local_general", "recurring": False}]
    made = small.marts(funds=funds, payroll=[small.line("A", "P", "10.00")])["funding_mix"]
    assert made["soft_amount"].to_list() == [Decimal("13.01")]


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
    assert made["funding_mix"].filter(pl.col("stream") == "local_general")["amount"].to_list() == [Decimal("5.20")]


def test_the_mix_divides_the_whole_cost_and_says_what_nobody_states(small: Any) -> None:
    """5.S5 by hand: A leads, B does not; 100 + 50 on the program's code, A's base is 1,000 over schedule, by the grant.

    Pay (100 + 50) x 1.301 = 195.15 local, increment 1,301.00 from the grant, training 40 by Title II-A, administration
    9 unstated; release 0.1 x 41,000 x 1.538 = 6,305.80, by kind `release` three to one: 4,729.35 state, 1,576.45 local.
    """
    finance = [
        {"kind": "training", "stream": "title_ii_a", "amount": "40.00"},
        {"kind": "administration", "stream": None, "amount": "9.00"},
        {"kind": "release", "stream": "state_formula", "amount": "3.00"},
        {"kind": "release", "stream": "local_general", "amount": "1.00"},
    ]
    made = small.marts(
        [small.holds("A", "x")],
        [small.role_program],
        roster=[
            small.post("A", salary_lane="BA", salary_step=1, role_code="ROLE", release_share=0.1),
            small.post("B"),
        ],
        salary_schedules=[{"lea_id": "L1", "school_year": 2026, "lane": "BA", "step": 1, "amount": "40000.00"}],
        payroll=[
            small.line("A", "BASE", "41000.00", fund_code="G"),
            small.line("A", "P", "100.00"),
            small.line("B", "P", "50.00"),
        ],
        program_finance=[{"lea_id": "L1", "program_id": "p", "school_year": 2026} | row for row in finance],
    )
    mix = {row["stream"]: row for row in made["funding_mix"].iter_rows(named=True)}
    assert {stream: str(row["amount"]) for stream, row in mix.items()} == {
        "local_general": "1771.60",
        "competitive_federal": "1301.00",
        "title_ii_a": "40.00",
        "state_formula": "4729.35",
        "unstated": "9.00",
    }
    assert str(mix["local_general"]["other_amount"]) == "1576.45"
    cost = made["sustainability"].row(0, named=True)
    assert (str(cost["program_cost"]), cost["finance_status"]) == ("7850.95", "ok")
    assert str(cost["incremental_pay"]) == "1431.10"  # of A alone: (100 + 1,000) x 1.301


def test_released_time_without_a_price_is_no_cost_on_file(small: Any) -> None:
    """Nobody of the district has base pay on file, so a tenth of a teacher costs nobody knows what."""
    made = small.marts(
        programs=[small.role_program],
        roster=[small.post("A", role_code="ROLE", release_share=0.1)],
        payroll=[small.line("A", "R", "100.00")],
    )["sustainability"].filter(pl.col("lea_id") == "L1")
    columns = ("release_fte", "release_cost", "program_cost", "program_cost_status")
    assert made.select(columns).rows() == [(0.1, None, None, "not_enough_data")]


def test_released_time_that_nobody_states_is_unstated(small: Any) -> None:
    """0.1 of a teacher of 41,000 with the average load: 6,305.80, in no stream that anybody names."""
    made = small.marts(
        programs=[small.role_program],
        roster=[small.post("A", role_code="ROLE", release_share=0.1)],
        payroll=[small.line("A", "BASE", "41000.00")],
    )
    assert made["funding_mix"].select("stream", pl.col("amount").cast(str), "share").rows() == [
        ("unstated", "6305.80", 1.0)
    ]
