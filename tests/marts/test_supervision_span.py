"""`supervision_span`: Bain's 37 teachers to a principal against 5 to a manager; the LEA's own evaluators only."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.policy.parameters import MetricParameters
from transforms.money import nearest_rank


def rated(staff: str, by: str, **more: Any) -> dict[str, Any]:
    plain = {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": 2026,
        "rating_system": "s",
        "status": "final",
        "evaluator_staff_id": by,
    }
    return plain | more


def test_one_principal_for_37_against_seven_leaders_and_a_principal(small: Any) -> None:
    """RULES M13 [P72]: 37 teachers a principal; here seven lead teachers take 30 of them, the principal keeps 7."""
    names = [f"T{n:02d}" for n in range(37)]
    leads = names[:7]
    posts = [small.post(name, role_code="ROLE" if name in leads else None) for name in names]
    alone = small.marts(roster=posts, evaluation=[rated(name, "PR") for name in names])["supervision_span"]
    assert alone.select("teachers", "evaluators", "span", "span_without_leaders").row(0) == (37, 1, 37.0, 37.0)
    taken = [rated(name, leads[n % 7]) for n, name in enumerate(names[7:])] + [rated(name, "PR") for name in leads]
    row = small.marts(programs=[small.role_program], roster=posts, evaluation=taken)["supervision_span"].row(
        0, named=True
    )
    assert (row["evaluators"], row["evaluators_without_leaders"]) == (8, 1)
    assert (row["span"], row["span_without_leaders"]) == (4.625, 37.0)
    # 30 over seven leaders: two have 5, five have 4; the principal has 7
    assert (row["median_span"], row["p90_span"], row["share_over_8"]) == (4.0, 7.0, 0.0)


def test_no_evaluator_no_span(small: Any) -> None:
    row = small.marts(roster=[small.post("A")])["supervision_span"].row(0, named=True)
    assert (row["teachers"], row["evaluators"], row["span"], row["median_span"], row["share_over_8"]) == (
        1,
        0,
        None,
        None,
        None,
    )


def test_another_leas_rating_does_not_make_an_evaluator_here(small: Any) -> None:
    both = [rated("A", "PR"), rated("A", "XX", lea_id="L2")]
    assert small.marts(roster=[small.post("A")], evaluation=both)["supervision_span"]["evaluators"].to_list() == [1]


def test_only_teachers_of_the_school_count_and_the_limit_is_a_knob(small: Any) -> None:
    posts = [small.post(name) for name in "ABC"] + [
        small.post("P", staff_classification="principal"),
        small.post("D", school_id="S2"),
    ]
    rows = [rated(name, "PR") for name in "ABCPD"]
    made = small.marts(roster=posts, evaluation=rows, parameters=MetricParameters(span_limit=2))["supervision_span"]
    assert made.select("school_id", "teachers", "median_span", "share_over_8").rows() == [
        ("S1", 3, 3.0, 1.0),
        ("S2", 1, 1.0, 0.0),
    ]


@pytest.mark.parametrize(("values", "rank"), [([5], 5), ([1, 2], 2), (list(range(1, 11)), 9), (list(range(1, 12)), 10)])
def test_the_ninth_decile_is_by_nearest_rank(values: list[int], rank: int) -> None:
    """Rank ceil(0.9 n): of ten the ninth, of eleven the tenth."""
    import polars as pl

    assert pl.DataFrame({"v": values}).select(nearest_rank(pl.col("v"), 9)).item() == rank


def test_a_school_that_two_leas_name_has_one_row(small: Any) -> None:
    """B of L2 works at L1's school: one row, both teachers; only each LEA's own rating makes an evaluator."""
    posts = [small.post("A"), small.post("B", lea_id="L2", full_time_equivalency=0.5)]
    rows = [rated("A", "PR"), rated("B", "QR", lea_id="L2"), rated("B", "XR")]
    made = small.marts(roster=posts, evaluation=rows)["supervision_span"]
    assert made.select("school_id", "lea_id", "teachers", "teacher_fte", "evaluators").rows() == [
        ("S1", "L1", 2, 1.5, 2)
    ]
