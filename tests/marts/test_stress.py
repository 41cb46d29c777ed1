"""`stress`: ten leaders at 1,000 of schedule pay and 100 of training; what each shock does to them, by hand.

The pay is base pay on the program's own code, at the schedule, so that nobody has an increment and a cost-of-living
raise moves all of it and nothing else (MARTS 5.S10).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.policy.parameters import BenefitLoads, MetricParameters, Projection

LEADERS = "ABCDEFGHIJ"
STAYED = {2025: "ABCD", 2026: "AB"}
FLAT = MetricParameters(loads=BenefitLoads(average=0, marginal=0), projection=Projection(cola=0.0, paths=10))


def made_of(small: Any, revenue: str | None, parameters: MetricParameters = FLAT, on_grant: str = "") -> dict[str, Any]:
    """Cost is 10,100 in 2025, 2026 and every later year: nobody comes or leaves."""
    years = (2025, 2026)
    own = {"lea_id": "L1", "pay_code": "P", "pay_type": "base", "program_id": "p", "role_code": None}
    step = {"salary_lane": "BA", "salary_step": 1}
    schedule = [{"lea_id": "L1", "school_year": y, "lane": "BA", "step": 1, "amount": "1000.00"} for y in years]
    finance = [
        {"lea_id": "L1", "program_id": "p", "school_year": year, "kind": kind, "amount": amount}
        for year in years
        for kind, amount in (("training", "100.00"), ("recurring_revenue", revenue))
        if amount is not None
    ]
    made = small.marts(
        [small.holds(who, "x", year) for who in LEADERS for year in years],
        parameters=parameters,
        roster=[small.post(who, year, **step) for who in LEADERS for year in years],
        pay_codes=[own],
        salary_schedules=schedule,
        payroll=[
            small.line(who, "P", "1000.00", year, fund_code="G" if who in on_grant else "01")
            for who in LEADERS
            for year in years
        ],
        program_finance=finance,
    )["stress"]
    return {row["shock"]: row for row in made.to_dicts()}


@pytest.mark.parametrize(
    ("shock", "year", "gap", "payable", "grade"),
    [
        ("grant_ends", None, None, 10, "A"),  # there is no grant, and money that equals cost covers it
        ("attrition_falls", None, None, 10, "A"),
        ("cola_rises", 2027, "300.00", 9, "D"),  # 10,400.00 against 10,100: 9.71 leaders
        ("enrolment_falls", 2027, "808.00", 9, "D"),  # 9,292.00: 9.2 leaders
        ("appropriation_falls", 2027, "1010.00", 9, "D"),  # 9,090.00: exactly 9
        ("all", 2027, "2037.20", 8, "D"),  # 10,400.00 against 10,100 x 0.92 x 0.9 = 8,362.80: 8.04 leaders
    ],
)
def test_each_shock(small: Any, shock: str, year: int | None, gap: str | None, payable: int, grade: str) -> None:
    row = made_of(small, "10100.00")[shock]
    assert (row["first_year_broken"], row["leaders_payable"], row["grade"]) == (year, payable, grade)
    assert row["gap_that_year"] == (None if gap is None else Decimal(gap))
    assert row["leaders_expected"] == 10.0


@pytest.mark.parametrize(
    ("revenue", "year", "grade"),
    [
        # 10,000 x 1.03 a year, and 100: 10,400 in 2027, 10,709 in 2028, ... 11,692.74+ in 2031, 13,539.16+ in 2036
        ("10099.99", 2026, "F"),
        ("10100.01", 2027, "D"),
        ("10708.99", 2028, "D"),
        ("10709.01", 2029, "C"),
        ("11692.73", 2031, "C"),
        ("11692.75", 2032, "B"),
        ("13539.15", 2036, "B"),
        ("13539.17", None, "A"),
    ],
)
def test_grades_by_the_year_that_breaks(small: Any, revenue: str, year: int | None, grade: str) -> None:
    row = made_of(small, revenue)["cola_rises"]
    assert (row["first_year_broken"], row["grade"]) == (year, grade)


def test_a_grant_that_ends_now_breaks_a_year_before_it_would(small: Any) -> None:
    """Half of the pay is on a grant until September 2026: it pays the year 2027, and 2028 is the first without."""
    made = made_of(small, "5100.00", on_grant="ABCDE")
    assert (made["attrition_falls"]["first_year_broken"], made["attrition_falls"]["leaders_payable"]) == (2028, 5)
    assert made["grant_ends"]["first_year_broken"] == 2027
    assert made["grant_ends"]["reason"] == "In 2027 expected cost is 10100.00 and the money 5100.00."


@pytest.mark.parametrize(("revenue", "parameters"), [(None, FLAT), ("10100.00", MetricParameters(loads=FLAT.loads))])
def test_without_revenue_or_cola_there_is_no_grade(
    small: Any, revenue: str | None, parameters: MetricParameters
) -> None:
    for row in made_of(small, revenue, parameters).values():
        assert row["reason"] == "Cost, cost-of-living raise or recurring revenue is not configured."
        assert [value for name, value in row.items() if name not in ("lea_id", "program_id", "shock", "reason")] == [
            None
        ] * 5


def test_attrition_that_falls_keeps_more_to_be_paid(small: Any) -> None:
    """Two of four left in 2026: half leave a year, under the shock three eighths; ten years on, of two."""
    finance = [
        {"lea_id": "L1", "program_id": "p", "school_year": year, "kind": kind, "amount": amount}
        for year in (2025, 2026)
        for kind, amount in (("training", "100.00"), ("recurring_revenue", "90000.00"))
    ]
    holds = [
        small.holds(who, "x", year, years_at_level=2)
        for who, year in zip("ABCDAB", (2025,) * 4 + (2026,) * 2, strict=True)
    ]
    made = small.marts(
        holds,
        parameters=FLAT,
        roster=[small.post(who, year) for who in "ABCD" for year in (2025, 2026)],
        payroll=[small.line(who, "P", "1000.00") for who in "AB"],
        program_finance=finance,
    )["stress"]
    left = dict(made.select("shock", "leaders_expected").rows())
    assert left["grant_ends"] == pytest.approx(2 * 0.5**10, abs=1e-6)
    assert left["attrition_falls"] == pytest.approx(2 * 0.625**10, abs=1e-6)
