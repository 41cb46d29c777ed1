"""`leadership_staffing`: FTE and cost of assistant principals, coaches and released leaders; by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import BenefitLoads, MetricParameters

LOADS = MetricParameters(loads=BenefitLoads(average=0.5, marginal=0.3))
YEARS = (2024, 2025, 2026)


def school(year: int) -> dict[str, Any]:
    return {"school_id": "S1", "school_year": year, "lea_id": "L1", "name": "S1", "enrollment": 500}


def district(small: Any, aps: tuple[float, ...], coaches: tuple[float, ...], **more: Any) -> dict[str, pl.DataFrame]:
    """Three years of an AP and a coach of given FTE, paid 90,000 and 60,000 for a full post, and a teacher."""
    roster, payroll = [], []
    for year, ap, coach in zip(YEARS, aps, coaches, strict=True):
        for who, kind, fte, pay in (
            ("AP", "assistant_principal", ap, 90_000),
            ("CO", "instructional_coach", coach, 60_000),
            ("T", "teacher", 1.0, 50_000),
        ):
            if fte:
                roster.append(small.post(who, year, staff_classification=kind, full_time_equivalency=fte))
                payroll.append(small.line(who, "BASE", f"{pay * fte:.2f}", year))
                payroll.append(small.line(who, "BEN", "1000.00", year))
    made: dict[str, pl.DataFrame] = small.marts(
        parameters=LOADS, roster=roster, payroll=payroll, schools=[school(year) for year in YEARS], **more
    )
    return made


def test_fte_cost_and_per_thousand_students(small: Any) -> None:
    """90,000 without benefits x 1.5 = 135,000 for 1.0 FTE; 30,000 x 1.5 = 45,000 for the half coach; 500 students."""
    row = district(small, (1.0,) * 3, (0.5,) * 3)["leadership_staffing"].row(0, named=True)
    assert (row["ap_fte"], row["ap_cost"], row["coach_fte"], row["coach_cost"]) == (
        1.0,
        Decimal("135000.00"),
        0.5,
        Decimal("45000.00"),
    )
    assert (row["students"], row["ap_fte_per_1000"], row["coach_cost_per_1000"]) == (500, 2.0, Decimal("90000.00"))
    assert (row["released_leader_fte"], row["released_leader_cost"]) == (0.0, Decimal("0.00"))


def test_a_person_of_two_posts_is_shared_by_days(small: Any) -> None:
    """Half assistant principal, half teacher, 80,000: 40,000 x 1.5 = 60,000 is the assistant principal's."""
    posts = [
        small.post("A", staff_classification=kind, position_title=kind, full_time_equivalency=0.5)
        for kind in ("assistant_principal", "teacher")
    ]
    made = small.marts(parameters=LOADS, roster=posts, payroll=[small.line("A", "BASE", "80000.00")])
    row = made["leadership_staffing"].row(0, named=True)
    assert (row["ap_fte"], row["ap_cost"]) == (0.5, Decimal("60000.00"))
    assert (row["students"], row["ap_fte_per_1000"], row["ap_cost_per_1000"]) == (0, None, None)


def test_released_time_is_priced_by_teachers_base(small: Any) -> None:
    """0.2 released x 50,000 x 1.5 = 15,000; without any teacher's base pay it has no price."""
    posts = [small.post("L", role_code="ROLE", release_share=0.2), small.post("T")]
    priced = small.marts(parameters=LOADS, roster=posts, payroll=[small.line("T", "BASE", "50000.00")])
    row = priced["leadership_staffing"].row(0, named=True)
    assert (row["released_leader_fte"], row["released_leader_cost"]) == (0.2, Decimal("15000.00"))
    assert small.marts(roster=posts)["leadership_staffing"]["released_leader_cost"].to_list() == [None]


@pytest.mark.parametrize(
    ("aps", "coaches", "last"),
    [
        ((1.0, 0.8, 0.6), (0.2, 0.4, 0.6), True),
        ((1.0, 0.8, 0.8), (0.2, 0.4, 0.6), False),  # the second year does not fall
        ((1.0, 0.8, 0.6), (0.2, 0.4, 0.4), False),  # leadership does not rise again
        ((1.0, 1.0, 0.6), (0.2, 0.4, 0.6), False),  # only one year running
    ],
)
def test_assistant_principals_fall_while_cheaper_leadership_rises(
    small: Any, aps: tuple[float, ...], coaches: tuple[float, ...], last: bool
) -> None:
    made = district(small, aps, coaches)
    second = False if aps[0] == aps[1] else None  # one part false: whatever came before does not change the answer
    assert made["leadership_staffing"]["ap_falls_leaders_rise"].to_list() == [None, second, last]
    found = made["exceptions"].filter(pl.col("kind") == "ap_falls_leaders_rise")
    assert found["school_year"].to_list() == ([2026] if last else [])
