"""`access`: quartiles of schools statewide, leaders by school of record, money by pupil."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl


def school(school_id: str, poverty: float | None, students: int = 100, lea: str = "L1") -> dict[str, Any]:
    plain = {"school_id": school_id, "school_year": 2026, "lea_id": lea, "name": school_id, "enrollment": students}
    return plain | {"poverty_percent": poverty}


def test_quartiles_are_statewide_in_equal_counts_and_ties_go_by_id(small: Any) -> None:
    """Ranks 0 … 5 of 6 × 4 div 6: 0 0 1 2 2 3. S1 and S2 tie at 10 %."""
    schools = [
        school("S2", 10),
        school("S1", 10),
        school("S3", 20),
        school("S4", 30),
        school("S5", 40),
        school("X", 90, lea="L2"),
    ]
    made = small.marts(roster=[small.post("A", school_id=f"S{n}") for n in range(1, 6)], schools=schools)[
        "access"
    ].filter(pl.col("lea_id").is_not_null())
    assert made.select("poverty_quartile", "students").rows() == [(1, 200), (2, 100), (3, 200)]


def test_ratios_and_money(small: Any) -> None:
    schools = [school("S1", 80, 300), school("S2", 10, 100)]
    posts = [small.post("A"), small.post("B"), small.post("C", school_id="S2", role_code="ROLE")]
    made = small.marts(
        [small.holds("A", "x")],
        [small.role_program],
        roster=posts,
        schools=schools,
        payroll=[small.line("A", "P", "1000.00")],
    )["access"].filter(pl.col("lea_id").is_not_null())
    assert made.select(
        "poverty_quartile", "teachers", "leaders", "students_per_leader", "leaders_per_100_teachers"
    ).rows() == [
        (1, 1, 1, 100.0, 100.0),
        (3, 2, 1, 300.0, 50.0),
    ]
    assert made["leader_pay"].to_list() == [Decimal("0.00"), Decimal("1301.00")]
    assert made["leader_pay_per_student"].to_list() == [Decimal("0.00"), Decimal("4.34")]


def test_unknown_poverty_is_a_row_of_its_own_and_nobody_is_lost(small: Any) -> None:
    schools = [school("S1", 80), school("S2", None)]
    posts = [small.post("A"), small.post("B", school_id="S2"), small.post("C", school_id="S3")]
    made = small.marts([small.holds(n, "x") for n in "ABC"], roster=posts, schools=schools)["access"].filter(
        pl.col("lea_id").is_not_null()
    )
    assert dict(made.select("poverty_quartile", "leaders").rows()) == {0: 2, 1: 1}


def test_no_leaders_no_ratio(small: Any) -> None:
    made = (
        small.marts(roster=[small.post("A")], schools=[school("S1", 50)])["access"]
        .filter(pl.col("lea_id").is_not_null())
        .row(0, named=True)
    )
    assert (made["students_per_leader"], made["leaders_per_100_teachers"]) == (None, 0.0)


def test_pay_and_heads_of_a_row_are_of_one_school_of_record(small: Any) -> None:
    """5.S6: A is of record at S1 of L1 (0.6), and L2 (0.4, S9) pays her award: heads and pay both stand at L1's S1."""
    schools = [school("S1", 80, 300), school("S9", 10, 100) | {"lea_id": "L2"}]
    made = small.marts(
        [small.holds("A", "x", lea_id="L2")],
        roster=[
            small.post("A", full_time_equivalency=0.6),
            small.post("A", lea_id="L2", school_id="S9", full_time_equivalency=0.4),
        ],
        districts=[{"lea_id": lea, "name": lea} for lea in ("L1", "L2")],
        schools=schools,
        pay_codes=[{"lea_id": "L2", "pay_code": "P", "pay_type": "stipend", "program_id": "p"}],
        payroll=[small.line("A", "P", "1000.00", lea_id="L2")],
        program_adoption=[{"lea_id": "L2", "program_id": "p", "from_year": 2000}],
    )["access"].filter(pl.col("lea_id").is_not_null())
    rows = made.select("lea_id", "leaders", pl.col("leader_pay").cast(str)).sort("lea_id").rows()
    assert rows == [("L1", 1, "1301.00"), ("L2", 0, "0.00")]


def test_state_rows_are_sums_and_their_rates_those_of_the_sums(small: Any) -> None:
    """L1: a leader of two teachers for 100 students; L2: a leader of one for 300. State: 2 of 3, 400 / 2 = 200 each.

    The mean of the districts' rates (50 and 100 of a hundred) would be 75.
    """
    adoption = [{"lea_id": lea, "program_id": "p", "from_year": 2000} for lea in ("L1", "L2")]
    made = small.marts(
        [small.holds("A", "x"), small.holds("C", "x", lea_id="L2")],
        roster=[small.post("A"), small.post("B"), small.post("C", lea_id="L2", school_id="S2")],
        schools=[school("S1", None, 100), school("S2", None, 300, lea="L2")],
        program_adoption=adoption,
        payroll=[small.line("A", "P", "1000.00")],
    )["access"]
    state = made.row(by_predicate=pl.col("lea_id").is_null(), named=True)
    assert (state["students"], state["teachers"], state["leaders"]) == (400, 3, 2)
    assert (state["students_per_leader"], state["leaders_per_100_teachers"]) == (200.0, 66.666667)
    assert (str(state["leader_pay"]), str(state["leader_pay_per_student"])) == ("1301.00", "3.25")
    assert made.filter(pl.col("lea_id").is_not_null())["leaders_per_100_teachers"].to_list() == [50.0, 100.0]
