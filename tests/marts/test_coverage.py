"""`coverage`: schools with a teacher leader, by district, state, program and poverty; counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from contracts.policy.terms import ProgramTerms

PROGRAMS = [ProgramTerms(program_id=name, place=n, leader=True) for n, name in enumerate(("p", "q"), start=1)]
POVERTY = {"S1": 10, "S2": 20, "S3": 70, "T1": 90}


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """L1 has S1 (A leads under p), S2 (B teaches), S3 (C leads under q); L2 has T1 (D teaches). S4 has no teacher.

    p is in force in both districts, q in L1. Four schools: quartiles 1 to 4 in order of poverty.
    """
    places = {"A": ("L1", "S1"), "B": ("L1", "S2"), "C": ("L1", "S3"), "D": ("L2", "T1")}
    roster = [small.post(who, lea_id=lea, school_id=school) for who, (lea, school) in places.items()]
    roster.append(small.post("P", school_id="S4", staff_classification="principal"))
    schools = [
        {"school_id": school, "school_year": 2026, "lea_id": "L1", "name": school, "poverty_percent": poverty}
        for school, poverty in POVERTY.items()
    ]
    coverage: pl.DataFrame = small.marts(
        [small.holds("A", "x"), small.holds("C", "x", program_id="q")],
        PROGRAMS,
        roster=roster,
        schools=schools,
        districts=[{"lea_id": "L1", "name": "One"}, {"lea_id": "L2", "name": "Two"}],
        program_adoption=[
            {"lea_id": "L1", "program_id": "p", "from_year": 2000},
            {"lea_id": "L2", "program_id": "p", "from_year": 2000},
            {"lea_id": "L1", "program_id": "q", "from_year": 2000},
        ],
    )["coverage"]
    return coverage


def row(made: pl.DataFrame, lea: str | None, program: str | None, quartile: int | None) -> tuple[Any, ...] | None:
    key = (
        pl.col("lea_id").eq_missing(lea)
        & pl.col("program_id").eq_missing(program)
        & pl.col("poverty_quartile").eq_missing(quartile)
    )
    found = made.filter(key).select("schools", "schools_with_leader", "coverage").rows()
    return found[0] if found else None


@pytest.mark.parametrize(
    ("lea", "program", "quartile", "expected"),
    [
        ("L1", None, None, (3, 2, 0.666667)),  # S4 has no teacher and is not counted
        ("L2", None, None, (1, 0, 0.0)),
        (None, None, None, (4, 2, 0.5)),
        (None, "p", None, (4, 1, 0.25)),  # in force in both districts
        (None, "q", None, (3, 1, 0.333333)),  # only over the district that has it
        ("L1", "q", None, (3, 1, 0.333333)),
        ("L2", "q", None, None),
        (None, None, 1, (1, 1, 1.0)),
        (None, None, 4, (1, 0, 0.0)),
        ("L1", None, 2, (1, 0, 0.0)),
    ],
)
def test_schools_with_a_leader(
    made: pl.DataFrame, lea: str | None, program: str | None, quartile: int | None, expected: tuple[Any, ...] | None
) -> None:
    assert row(made, lea, program, quartile) == expected


def test_quartiles_add_up_to_all_schools(made: pl.DataFrame) -> None:
    key = ["lea_id", "program_id", "school_year"]
    parts = made.filter(pl.col("poverty_quartile").is_not_null()).group_by(key).agg(pl.col("schools").sum())
    wholes = made.filter(pl.col("poverty_quartile").is_null()).select(*key, "schools")
    assert parts.join(wholes, on=[*key, "schools"], how="anti", nulls_equal=True).is_empty()
