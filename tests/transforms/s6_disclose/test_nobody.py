"""Nobody is no secret: where a group is empty, its zero is published in districts of confidential levels too."""

from __future__ import annotations

import polars as pl

from contracts.public import WHOLE
from contracts.reference import Schools
from tests.disclosed import NO_YEARS, policy
from transforms.s6_disclose.cells import with_rules
from transforms.s6_disclose.public_people import access_of, span_of
from transforms.s6_disclose.shape import shaped

CLOSED = pl.DataFrame(
    {"lea_id": ["0100", "0200"], "school_year": [2026, 2026]}, schema_overrides={"school_year": pl.Int16}
)


def test_a_district_without_evaluators_keeps_no_number_of_evaluators_secret() -> None:
    span = pl.DataFrame(
        {
            "lea_id": ["0100", "0200"],
            "school_year": [2026, 2026],
            "teachers": [12, 12],
            "evaluators": [0, 2],
            "evaluators_without_leaders": [0, 1],
        },
        schema_overrides={"school_year": pl.Int16},
    )
    rows = span_of(span, CLOSED).filter(pl.col("part") == "evaluators_without_leaders")
    assert dict(rows.select("lea_id", "sensitive").iter_rows()) == {"0100": False, "0200": True}


def test_a_quartile_without_teachers_keeps_no_number_of_leaders_secret() -> None:
    schools = Schools.cast(
        pl.DataFrame(
            {"school_id": ["a"], "school_year": [2026], "lea_id": ["0100"], "name": ["A"], "poverty_percent": [10.0]}
        )
        .with_columns(
            pl.lit(None).alias(name)
            for name in Schools.columns()
            if name not in ("school_id", "school_year", "lea_id", "name", "poverty_percent")
        )
        .lazy()
    ).collect()
    people = pl.DataFrame(
        {
            "staff_id": ["1", "2"],
            "lea_id": ["0100"] * 2,
            "school_id": ["a"] * 2,
            "school_year": [2026] * 2,
            "is_teacher": [True] * 2,
            "leads": [True, False],
            "openly": [False] * 2,
            "print": [3, 5],
        },
        schema_overrides={"school_year": pl.Int16, "print": pl.UInt64},
    )
    leaders = access_of(people, schools, CLOSED).filter(pl.col("cut") == "leaders")
    assert dict(leaders.select("part", "sensitive").iter_rows()) == {
        "0": False,
        "1": True,
        "2": False,
        "3": False,
        "4": False,
    }


def test_leaders_of_whom_all_are_known_are_no_secret() -> None:
    """Of two leaders, both known to everybody, the rest is a zero; it is a secret only where others could lead."""
    rows = pl.DataFrame(
        {
            "lea_id": ["0100", "0200"],
            "school_year": [2026, 2026],
            "cut": ["leaders"] * 2,
            "part": [WHOLE] * 2,
            "value": [2, 2],
            "floor": [2, 2],
            "group": [2, 7],
        }
    )
    ruled = with_rules(shaped(rows, "public_retention", sensitive=True), policy(), NO_YEARS)
    assert dict(ruled.select("lea_id", "rule").iter_rows()) == {"0100": None, "0200": "sensitive_zero"}
