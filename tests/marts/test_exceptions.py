"""`exceptions`: each kind of finding, found where it is and not where it is not; no row names anybody in its text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import Findings, MetricParameters
from contracts.policy.terms import Band, ComplianceCheck, ProgramTerms
from contracts.vocabulary import EXCEPTION_KINDS

Rows = dict[str, Any]
SYSTEM = [
    {
        "rating_system": "sys",
        "version": "1",
        "from_year": 2000,
        "rating_level": "High",
        "band": 5,
        "is_top": True,
        "is_positive": True,
    }
]


def rated(**more: Any) -> Rows:
    plain = {
        "staff_id": "A",
        "lea_id": "L1",
        "school_year": 2026,
        "rating_system": "sys",
        "rating_level": "High",
        "status": "final",
    }
    return plain | more


def event(kind: str, **more: Any) -> Rows:
    plain = {"staff_id": "A", "lea_id": "L1", "school_year": 2026, "event_date": "2025-11-03", "event_type": kind}
    return plain | more


def banded() -> list[ProgramTerms]:
    check = ComplianceCheck(rule_id="band", kind="pay_within", bands={"ROLE": {2026: Band(low=100, high=200)}})
    return [ProgramTerms(program_id="p", place=1, leader=True, compliance=(check,))]


def staffed(s: Any, last: float) -> Rows:
    """Three years of an assistant principal whose post shrinks, at last to `last` FTE, and a coach's that grows."""
    posts = [("AP", "assistant_principal", (1.0, 0.8, last)), ("CO", "instructional_coach", (0.2, 0.4, 0.6))]
    roster = [
        s.post(who, year, staff_classification=kind, full_time_equivalency=fte)
        for who, kind, ftes in posts
        for year, fte in zip((2024, 2025, 2026), ftes, strict=True)
    ]
    cost = {"AP": "90000.00", "CO": "10000.00"}
    return {
        "roster": roster,
        "payroll": [s.line(r["staff_id"], "BASE", cost[r["staff_id"]], r["school_year"]) for r in roster],
    }


ADMIN = MetricParameters(findings=Findings(administrator_credentials=("principal_license",)))
License = {"event_code": "principal_license", "outcome": "passed"}


# kind -> a state that has the finding, and one just short of it
def evaluated_under(s: Any, system: str) -> Rows:
    """Two teachers rated under a system, in a district whose program reads `asked`: one finding, not two."""
    rows = [{"staff_id": staff, "rating_system": system, "status": "final", "rating_level": "HE"} for staff in "AB"]
    place = {"lea_id": "L1", "school_year": 2026}
    return {
        "programs": [s.program.model_copy(update={"rating_system": "asked"})],
        "roster": [s.post("A"), s.post("B")],
        "evaluation": [row | place for row in rows],
    }


CASES: dict[str, tuple[Callable[[Any], Rows], Callable[[Any], Rows]]] = {
    "role_without_pay": (
        lambda s: {"roster": [s.post("A", role_code="ROLE")]},
        lambda s: {"roster": [s.post("A", role_code="ROLE")], "payroll": [s.line("A", "R", "1.00")]},
    ),
    "pay_without_role": (
        lambda s: {"roster": [s.post("A")], "payroll": [s.line("A", "R", "1.00")]},
        lambda s: {"roster": [s.post("A")], "payroll": [s.line("A", "R", "1.00"), s.line("A", "R", "-1.00")]},
    ),
    "low_pay_per_hour": (
        lambda s: {
            "roster": [s.post("A", role_code="ROLE")],
            "payroll": [s.line("A", "R", "79.99", hours=10)],
            "minimum_wage": WAGE,
        },
        lambda s: {
            "roster": [s.post("A", role_code="ROLE")],
            "payroll": [s.line("A", "R", "80.00", hours=10)],
            "minimum_wage": WAGE,
        },
    ),
    "tlr_conflict": (
        lambda s: {"designation": [s.holds("A", None, finding="tlr_conflict")], "programs": banded()},
        lambda s: {"designation": [s.holds("A", None, rule_id="clash")], "programs": banded()},
    ),
    "ineligible_role_holder": (
        lambda s: {"designation": [s.holds("A", None, finding="ineligible_role_holder")], "programs": banded()},
        lambda s: {"designation": [s.holds("A", None, rule_id="unfit")]},
    ),
    "role_after_failed_requalification": (
        lambda s: {
            "designation": [s.holds("A", None, finding="role_after_failed_requalification")],
            "programs": banded(),
        },
        lambda s: {"designation": [s.holds("A", None, rule_id="stale")], "programs": banded()},
    ),
    "tlr_out_of_band": (
        lambda s: {
            "roster": [s.post("A", role_code="ROLE")],
            "payroll": [s.line("A", "R", "200.01")],
            "programs": banded(),
        },
        lambda s: {
            "roster": [s.post("A", role_code="ROLE")],
            "payroll": [s.line("A", "R", "200.00")],
            "programs": banded(),
        },
    ),
    "nomination_concentration": (
        lambda s: {
            "leadership": [event("nomination", staff_id=f"N{n}", by_staff_id="X" if n < 6 else "Y") for n in range(10)]
        },
        lambda s: {
            "leadership": [event("nomination", staff_id=f"N{n}", by_staff_id="X" if n < 5 else "Y") for n in range(10)]
        },
    ),
    "growth_observation_gap": (
        lambda s: {"evaluation": [rated(growth_index=-2.5, observation_average=4.0)]},  # levels 1 and 4
        lambda s: {"evaluation": [rated(growth_index=-1.5, observation_average=4.4)]},  # levels 2 and 4
    ),
    "over_one_and_a_half_fte": (
        lambda s: {"roster": [s.post("A"), s.post("A", lea_id="L2", school_id="S9", full_time_equivalency=0.6)]},
        # the second post begins the day after the first ends
        lambda s: {
            "roster": [
                s.post("A", end_date="2025-12-31"),
                s.post("A", lea_id="L2", school_id="S9", begin_date="2026-01-01"),
            ]
        },
    ),
    "thin_evidence": (
        lambda s: {
            "designation": [s.holds("A", "x")],
            "roster": [s.post("A")],
            "evaluation": [rated(rating_level=None, status="nullified")],
            "rating_systems": SYSTEM,
        },
        lambda s: {"designation": [s.holds("A", "x")], "evaluation": [rated()], "rating_systems": SYSTEM},
    ),
    "low_teaching_share": (
        lambda s: {"roster": [s.post("A", role_code="ROLE", release_share=0.75)], "programs": [s.role_program]},
        lambda s: {"roster": [s.post("A", role_code="ROLE", release_share=0.7)], "programs": [s.role_program]},
    ),
    "admin_license_unused": (
        lambda s: {"roster": [s.post("A")], "leadership": [event("credential", **License)], "parameters": ADMIN},
        lambda s: {
            "roster": [s.post("A", staff_classification="principal")],
            "leadership": [event("credential", **License)],
            "parameters": ADMIN,
        },
    ),
    "designation_without_role": (
        lambda s: {"designation": [s.holds("A", "x")], "roster": [s.post("A")], "programs": [s.role_program]},
        lambda s: {
            "designation": [s.holds("A", "x")],
            "roster": [s.post("A", role_code="ROLE")],
            "programs": [s.role_program],
        },
    ),
    "ap_falls_leaders_rise": (lambda s: staffed(s, 0.6), lambda s: staffed(s, 0.8)),
    "rating_system_mismatch": (lambda s: evaluated_under(s, "other"), lambda s: evaluated_under(s, "asked")),
}
WAGE = [{"school_year": 2026, "hourly": "8.00"}]


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(EXCEPTION_KINDS)


@pytest.mark.parametrize("kind", EXCEPTION_KINDS)
def test_found_where_it_is_and_not_where_it_is_not(kind: str, small: Any) -> None:
    there, not_there = (small.marts(**case(small))["exceptions"] for case in CASES[kind])
    found = there.filter(pl.col("kind") == kind)
    assert found.height == 1
    assert found["exception_id"].to_list() == [f"{kind}:L1:2026:000001"]
    assert not_there.filter(pl.col("kind") == kind).height == 0


@pytest.mark.parametrize(
    "more",
    [
        {"valid_until": "2026-06-29"},
        {"outcome": "denied", "event_date": "2025-12-01"},
        {"outcome": "failed", "event_date": "2025-12-01"},
    ],
)
def test_a_license_that_ran_out_or_was_withdrawn_is_not_unused(small: Any, more: Rows) -> None:
    events = [event("credential", **License), event("credential", **(License | more | {"event_date": "2025-12-01"}))]
    made = small.marts(roster=[small.post("A")], leadership=events, parameters=ADMIN)["exceptions"]
    assert made.filter(pl.col("kind") == "admin_license_unused").height == 0


def test_a_gap_of_growth_and_observation_is_the_districts_and_not_the_schools(small: Any) -> None:
    """The school on an evaluation is where it was written, not where the person belongs."""
    made = small.marts(evaluation=[rated(growth_index=-2.5, observation_average=4.0, school_id="S1")])["exceptions"]
    found = made.filter(pl.col("kind") == "growth_observation_gap")
    assert found.select("lea_id", "school_id", "school_year", "evidence").rows() == [
        ("L1", None, 2026, "Growth is at level 1, observation at level 4, under sys.")
    ]


def test_ids_and_evidence_name_nobody_and_count_up(small: Any) -> None:
    names = ["SECRET1", "SECRET2"]
    made = small.marts(roster=[small.post(name, role_code="ROLE") for name in names])["exceptions"]
    assert made["exception_id"].to_list() == ["role_without_pay:L1:2026:000001", "role_without_pay:L1:2026:000002"]
    assert not any("SECRET" in text for text in [*made["evidence"], *made["exception_id"]])
