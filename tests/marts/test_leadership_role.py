"""`leadership_role`: what an hour of leading pays, released time, and role and pay that do not meet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.policy.terms import ProgramTerms

WAGE = [{"school_year": 2026, "hourly": "8.00"}]
ROLE = {"role_code": "ROLE"}


def test_a_thousand_dollars_is_the_minimum_wage_at_125_hours(small: Any) -> None:
    """RULES M09: 1,000 a year at 8 dollars an hour breaks even at 125 hours."""
    made = small.marts(
        roster=[small.post("A", **ROLE)], payroll=[small.line("A", "R", "1000.00", hours=125)], minimum_wage=WAGE
    )["leadership_role"].row(0, named=True)
    assert (made["pay_per_hour"], made["ratio_to_minimum_wage"], made["break_even_hours"]) == (
        Decimal("8.00"),
        1.0,
        125.0,
    )


@pytest.mark.parametrize(
    ("hours", "per_hour", "ratio"), [(126, "7.94", 0.992063), (100, "10.00", 1.25), (None, None, None)]
)
def test_more_hours_pay_less_and_no_hours_pay_no_rate(
    small: Any, hours: int | None, per_hour: str | None, ratio: float | None
) -> None:
    made = small.marts(
        roster=[small.post("A", **ROLE)], payroll=[small.line("A", "R", "1000.00", hours=hours)], minimum_wage=WAGE
    )["leadership_role"].row(0, named=True)
    assert made["pay_per_hour"] == (None if per_hour is None else Decimal(per_hour))
    assert made["ratio_to_minimum_wage"] == ratio


def test_own_rate_is_base_pay_over_1440_hours_of_the_fte(small: Any) -> None:
    """Half time, base 36,000: 36,000 / 720 = 50 an hour; the role's 25 an hour is half of it."""
    made = small.marts(
        roster=[small.post("A", full_time_equivalency=0.5, **ROLE)],
        payroll=[small.line("A", "BASE", "36000.00"), small.line("A", "R", "1000.00", hours=40)],
    )["leadership_role"].row(0, named=True)
    assert made["ratio_to_own_rate"] == 0.5


def test_role_pay_is_shared_over_schools_to_the_cent(small: Any) -> None:
    posts = [
        small.post("A", school_id=school, full_time_equivalency=fte, **ROLE)
        for school, fte in (("S1", 0.1), ("S2", 0.1), ("S3", 0.1))
    ]
    made = small.marts(roster=posts, payroll=[small.line("A", "R", "100.00", hours=9)])["leadership_role"]
    assert made["role_pay"].sum() == Decimal("100.00")
    assert sorted(made["role_pay"]) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert made["pay_per_hour"].to_list() == [Decimal("11.11")] * 3
    assert made["hours"].sum() == pytest.approx(9, abs=1e-5)


def test_released_time_is_priced_at_the_median_teacher_with_the_average_load(small: Any) -> None:
    """Half of a 0.8 post for 73 of 365 days is 0.08 FTE; the median base is 50,000; load 1.538."""
    posts = [
        small.post("A", full_time_equivalency=0.8, release_share=0.5, end_date="2025-09-11", **ROLE),
        *[small.post(name) for name in ("B", "C", "D")],
    ]
    base = [
        small.line(name, "BASE", amount) for name, amount in (("B", "40000.00"), ("C", "50000.00"), ("D", "90000.00"))
    ]
    made = small.marts(roster=posts, payroll=base)["leadership_role"].row(0, named=True)
    assert (made["days"], made["release_fte"], made["release_cost"]) == (73, 0.08, Decimal("6152.00"))


def test_shares_and_full_time_equivalents_have_six_digits(small: Any) -> None:
    """A third of a post for the whole year."""
    made = small.marts(roster=[small.post("A", release_share=1 / 3, **ROLE)])["leadership_role"]
    assert made.select("release_share", "release_fte").rows() == [(0.333333, 0.333333)]


def test_role_without_pay_needs_more_than_half_of_the_days(small: Any) -> None:
    brief = {"begin_date": "2025-07-01", "end_date": "2025-09-30", **ROLE}
    rest = {"begin_date": "2025-10-01", "end_date": "2026-06-30"}
    posts = [small.post("A", **ROLE), small.post("B", **brief), small.post("B", **rest)]
    made = small.marts(roster=posts)["leadership_role"]
    assert dict(made.select("staff_id", "role_without_pay").rows()) == {"A": True, "B": False}


def test_reversed_pay_is_no_pay(small: Any) -> None:
    payroll = [small.line("A", "R", "50.00"), small.line("A", "R", "-50.00")]
    assert small.marts(roster=[small.post("A", **ROLE)], payroll=payroll)["leadership_role"][
        "role_without_pay"
    ].to_list() == [True]


def test_pay_without_role_has_no_school(small: Any) -> None:
    made = small.marts(roster=[small.post("A")], payroll=[small.line("A", "R", "50.00")])["leadership_role"]
    assert made.select("school_id", "role_code", "pay_without_role", "role_pay").row(0) == (
        None,
        "ROLE",
        True,
        Decimal("50.00"),
    )


def test_pay_for_a_level_is_neither_role_pay_nor_missing_a_role(small: Any) -> None:
    """Program `p` has no roles: its stipend is pay for a level."""
    made = small.marts([small.holds("A", "x")], roster=[small.post("A")], payroll=[small.line("A", "P", "50.00")])
    assert made["leadership_role"].height == 0


def test_a_code_that_names_only_its_program_pays_the_programs_role(small: Any) -> None:
    programs = [ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",))]
    paid = small.marts(programs=programs, roster=[small.post("A", **ROLE)], payroll=[small.line("A", "P", "50.00")])
    row = paid["leadership_role"].row(0, named=True)
    assert (row["role_pay"], row["role_without_pay"], row["program_id"]) == (Decimal("50.00"), False, "p")
    unheld = small.marts(programs=programs, roster=[small.post("A")], payroll=[small.line("A", "P", "50.00")])
    assert unheld["leadership_role"].select("role_code", "program_id", "pay_without_role").row(0) == (None, "p", True)


def test_more_hours_than_a_year_has_are_told_not_refused(small: Any) -> None:
    """A line is bounded at intake; a year of lines is not, and one district's sum must not stop the state's release."""
    from contracts.marts.leadership_role import LeadershipRole

    lines = [small.line("A", "R", "1.00", hours=4000, pay_date=f"2026-0{month}-28") for month in (1, 2)]
    made = small.marts(roster=[small.post("A", **ROLE)], payroll=lines)["leadership_role"]
    assert LeadershipRole.validate(made)["hours"].to_list() == [8000.0]
