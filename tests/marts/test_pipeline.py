"""`pipeline`: leaders who become assistant principal or principal, and principals who led; counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import Findings, MetricParameters

CODES = MetricParameters(findings=Findings(administrator_credentials=("principal_license",)))


def license_of(staff: str, outcome: str = "passed") -> dict[str, Any]:
    return {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": 2024,
        "event_date": "2023-10-01",
        "event_type": "credential",
        "event_code": "principal_license",
        "outcome": outcome,
    }


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    """2024: A, B, C lead; P is principal. 2025: A is assistant principal. 2026: A is principal, in L2; N too, who never
    led; B teaches still. Licences: B and P hold one, C failed."""
    roster = [
        *(small.post(who, 2024) for who in "ABC"),
        small.post("P", 2024, staff_classification="principal"),
        small.post("A", 2025, staff_classification="assistant_principal"),
        small.post("B", 2025),
        small.post("P", 2025, staff_classification="principal"),
        small.post("A", 2026, lea_id="L2", school_id="T1", staff_classification="principal"),
        small.post("B", 2026),
        small.post("N", 2026, staff_classification="principal"),
    ]
    pipeline: pl.DataFrame = small.marts(
        [small.holds(who, "x", 2024) for who in "ABC"],
        parameters=CODES,
        roster=roster,
        districts=[{"lea_id": "L1", "name": "One"}, {"lea_id": "L2", "name": "Two"}],
        leadership=[license_of("B"), license_of("P"), license_of("C", "failed")],
    )["pipeline"]
    return pipeline


def row(made: pl.DataFrame, lea: str | None, year: int, after: int) -> dict[str, Any]:
    key = (pl.col("school_year") == year) & (pl.col("years_after") == after) & pl.col("lea_id").eq_missing(lea)
    found: dict[str, Any] = made.filter(key).row(0, named=True)
    return found


@pytest.mark.parametrize("lea", ["L1", None])
@pytest.mark.parametrize(("after", "to_ap", "to_principal"), [(0, 0, 0), (1, 1, 0), (2, 1, 1)])
def test_leaders_who_became_administrators(
    made: pl.DataFrame, lea: str | None, after: int, to_ap: int, to_principal: int
) -> None:
    """A became both; the post in another district counts for the district in which A led."""
    found = row(made, lea, 2024, after)
    assert (found["leaders"], found["to_ap"], found["to_principal"]) == (3, to_ap, to_principal)


def test_no_row_beyond_the_last_year_on_file(made: pl.DataFrame) -> None:
    assert made.filter(pl.col("school_year") + pl.col("years_after") > 2026).is_empty()


def test_new_principals_and_those_who_led(made: pl.DataFrame) -> None:
    """In the first year nobody is known to be new; in 2026 A (who led) and N (who did not) are, statewide."""
    found = [row(made, lea, year, 0) for lea, year in ((None, 2024), (None, 2025), (None, 2026), ("L1", 2026))]
    assert [(each["new_principals"], each["new_principals_who_led"]) for each in found] == [
        (None, None),
        (0, 0),
        (2, 1),
        (1, 0),
    ]


def test_licensed_and_no_administrator(made: pl.DataFrame) -> None:
    found = row(made, None, 2024, 0)
    assert (found["licensed_non_administrators"], found["licensed_share"]) == (1, 0.5)
    later = row(made, None, 2026, 0)
    assert (later["licensed_non_administrators"], later["licensed_share"]) == (1, 1.0), "P is gone"


def test_without_codes_nobody_looked_for_licences(small: Any) -> None:
    made = small.marts(roster=[small.post("A")], leadership=[license_of("A")])["pipeline"]
    assert made.select("licensed_non_administrators", "licensed_share").unique().rows() == [(None, None)]
