"""`compliance`: caps, floors, spending, teams and pay bands, each at its limit and just beyond."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from contracts.policy.terms import Band, ComplianceCheck, ProgramTerms


def program(**check: Any) -> list[ProgramTerms]:
    return [ProgramTerms(program_id="p", place=1, leader=True, compliance=(ComplianceCheck(rule_id="rule", **check),))]


def measured(mart: pl.DataFrame) -> list[tuple[Any, ...]]:
    return mart.select("school_id", "value", "bound", "passes").rows()


@pytest.mark.parametrize(("leaders", "value", "passes"), [(1, 0.25, True), (2, 0.5, False), (0, 0.0, True)])
def test_a_ceiling_over_the_lea(small: Any, leaders: int, value: float, passes: bool) -> None:
    """RULES 3.2: a quarter of teachers at most."""
    names = "ABCD"
    made = small.marts(
        [small.holds(name, "x") for name in names[:leaders]],
        program(kind="share_at_most", scope="lea", limit=0.25),
        roster=[small.post(name) for name in names],
    )["compliance"]
    assert measured(made) == [(None, value, 0.25, passes)]


def test_a_floor_asks_every_partner_school_even_one_without_a_designee(small: Any) -> None:
    schools = [
        {"school_id": school, "school_year": 2026, "lea_id": "L1", "name": school, "partner_lists": lists}
        for school, lists in (("S1", "t3; other"), ("S2", "t3"), ("S3", "t33"))
    ]
    roster = [small.post("A"), small.post("B", school_id="S2"), small.post("C", school_id="S3")]
    made = small.marts(
        [small.holds("A", "x"), small.holds("C", "x")],
        program(kind="share_at_least", limit=0.25, partner_list="t3"),
        roster=roster,
        schools=schools,
    )["compliance"]
    assert measured(made) == [("S1", 1.0, 0.25, True), ("S2", 0.0, 0.25, False)]


def test_a_cap_of_one_level_is_measured_in_schools_with_any(small: Any) -> None:
    """NC: at most 5 % of one role, 15 % of the other, in a school with either."""
    roster = [small.post(f"A{n}") for n in range(20)] + [small.post("B", school_id="S2")]
    designation = [small.holds("A0", "alt"), small.holds("A1", "cet"), small.holds("A2", "cet")]
    made = small.marts(designation, program(kind="share_at_most", levels=("cet",), limit=0.05), roster=roster)[
        "compliance"
    ]
    assert measured(made) == [("S1", 0.1, 0.05, False)]


@pytest.mark.parametrize(("spent", "value", "passes"), [("9000.00", 0.9, True), ("8999.00", 0.8999, False)])
def test_spending_is_pay_at_the_campus_over_what_was_granted(
    small: Any, spent: str, value: float, passes: bool
) -> None:
    """RULES 3.1: at least 90 % of the allotment on teachers of that campus, not only on the designee."""
    roster = [small.post("A"), small.post("B"), small.post("C", school_id="S2")]
    payroll = [
        small.line("A", "P", "4000.00"),
        small.line("B", "P", str(float(spent) - 4000)),
        small.line("C", "P", "700.00"),
    ]
    made = small.marts(
        [small.holds("A", "x", amount="10000.00")],
        program(kind="spend_at_least", limit=0.9),
        roster=roster,
        payroll=payroll,
    )["compliance"]
    assert measured(made) == [("S1", value, 0.9, passes)]


def test_spending_of_an_unknown_grant_cannot_be_measured(small: Any) -> None:
    made = small.marts([small.holds("A", "x")], program(kind="spend_at_least", limit=0.9), roster=[small.post("A")])
    assert measured(made["compliance"]) == [("S1", None, 0.9, None)]


@pytest.mark.parametrize(("size", "outside"), [(2, 1.0), (3, 0.0), (8, 0.0), (9, 1.0)])
def test_teams_of_three_to_eight(small: Any, size: int, outside: float) -> None:
    roster = [small.post("A"), *[small.post(f"T{n}", supervisor_staff_id="A") for n in range(size)]]
    made = small.marts([small.holds("A", "x")], program(kind="team_within", low=3, high=8), roster=roster)["compliance"]
    assert measured(made) == [("S1", outside, 0.0, outside == 0)]


BANDS = {"ROLE": {2026: Band(low=3000, high=8000)}}


@pytest.mark.parametrize(
    ("paid", "share", "by_share_from", "outside"),
    [
        ("3000.00", None, None, 0.0),
        ("8000.01", None, None, 1.0),
        ("1500.00", 0.5, None, 1.0),
        ("1500.00", 0.5, 2026, 0.0),
        ("1500.00", 0.5, 2027, 1.0),
        (None, None, None, 1.0),
    ],
)
def test_pay_bands_shrink_with_the_share_of_responsibility_from_their_year_on(
    small: Any, paid: str | None, share: float | None, by_share_from: int | None, outside: float
) -> None:
    made = small.marts(
        [small.holds("A", "x")],
        program(kind="pay_within", scope="lea", bands=BANDS, by_share_from=by_share_from),
        roster=[small.post("A", role_code="ROLE", release_share=share)],
        payroll=[small.line("A", "R", paid)] if paid else [],
    )
    assert measured(made["compliance"]) == [(None, outside, 0.0, outside == 0)]
    assert made["exceptions"].filter(pl.col("kind") == "tlr_out_of_band").height == outside


def test_rules_are_measured_only_where_the_program_is_in_force(small: Any) -> None:
    made = small.marts(
        [small.holds("A", "x")],
        program(kind="share_at_most", scope="lea", limit=0.25),
        roster=[small.post("A")],
        program_adoption=[{"lea_id": "L1", "program_id": "p", "from_year": 2000, "to_year": 2025}],
    )
    assert made["compliance"].height == 0


@pytest.mark.parametrize(("first_year", "rows"), [(2027, [(None, 2026.0, 2027.0, False)]), (2026, []), (None, [])])
def test_an_adopted_year_before_the_sourced_first_one_is_told(
    small: Any, first_year: int | None, rows: list[tuple[Any, ...]]
) -> None:
    """MARTS 5.S2: the designation ignores such a year; somebody must hear of it."""
    terms = [ProgramTerms(program_id="p", place=1, leader=True, first_year=first_year)]
    made = small.marts([], terms, roster=[small.post("A")])["compliance"]
    assert measured(made) == rows
    assert set(made["rule_id"]) <= {"adopted_before_program"}
