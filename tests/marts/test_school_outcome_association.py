"""`school_outcome_association`: schools that gained a leader beside the nearest like school without one, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

ORACLE = Path(__file__).parents[1] / "oracle"
YEARS = (2024, 2025, 2026)

SCHOOLS = {  # level, poverty: G1, G2 gain a leader in 2026; C1, C2, F never have one; H had one before
    "G1": ("elementary", 80),
    "C1": ("elementary", 80),
    "G2": ("elementary", 80),
    "C2": ("elementary", 80),
    "F": ("elementary", 80),
    "H": ("elementary", 80),
    "M": ("middle", 80),
}
SCORES = {  # 2024, 2025, 2026
    "G1": (48, 50, 56),
    "C1": (48, 51, 53),  # nearest to G1: 1 away
    "G2": (70, 70, 72),
    "C2": (71, 68, 69),  # nearest to G2: 2 away
    "F": (0, -25, 90),  # nobody's match; makes the range of 2025 from -25 to 70: a fifth of it is 19
    "H": (50, 50, 99),  # led before: neither gains nor matches
    "M": (50, 50, 0),  # another level
}
TRAINED = {school: f"t{school}" for school in SCHOOLS}


def score(school: str, year: int, value: float | None) -> dict[str, Any]:
    return {"school_id": school, "school_year": year, "measure": "reading", "value": value, "n": 10}


def tables(small: Any, scores: dict[str, tuple[int, ...]]) -> dict[str, list[dict[str, Any]]]:
    years = YEARS
    high = [
        {"school_id": "Z", "school_year": year, "lea_id": "L2", "name": "Z", "poverty_percent": 1} for year in years
    ]
    schools = [
        {
            "school_id": name,
            "school_year": year,
            "lea_id": "L1",
            "name": name,
            "level": level,
            "poverty_percent": poverty,
        }
        for name, (level, poverty) in SCHOOLS.items()
        for year in years
    ]
    # Quartiles are ranks: 24 poorer-than-nobody schools of another district keep the seven in one quartile.
    rest = [row | {"school_id": f"Z{i}", "name": f"Z{i}"} for row in high for i in range(24)]
    outcomes = [
        score(name, year, value) for name, row in scores.items() for year, value in zip(years, row, strict=True)
    ]
    return {
        "roster": [small.post(TRAINED[name], year, school_id=name) for name in SCHOOLS for year in years],
        "schools": schools + rest,
        "school_outcomes": outcomes,
    }


def holders(small: Any) -> list[dict[str, Any]]:
    return [small.holds("tH", "x", year) for year in (2025, 2026)] + [small.holds(who, "x") for who in ("tG1", "tG2")]


def build(small: Any, scores: dict[str, tuple[int, ...]]) -> pl.DataFrame:
    made: pl.DataFrame = small.marts(holders(small), **tables(small, scores))["school_outcome_association"]
    return made


@pytest.fixture(scope="module")
def made(small: Any) -> pl.DataFrame:
    return build(small, SCORES)


def test_pairs_changes_and_the_interval_by_hand(made: pl.DataFrame) -> None:
    """Changes 6 and 2 against 2 and 1: differences 4 and 1, mean 2.5, deviation sqrt(4.5), half 1.96 x 1.5 = 2.94.

    The year before: G1 2 against C1 3, G2 0 against C2 -3: differences -1 and 3, mean 1.
    """
    row = made.row(by_predicate=pl.col("school_year") == 2026, named=True)
    assert (row["schools"], row["matched"], row["students"], row["association_status"]) == (2, 2, 20, "ok")
    assert (row["change"], row["matched_change"], row["difference"]) == (4.0, 1.5, 2.5)
    assert (row["difference_low"], row["difference_high"]) == (-0.44, 5.44)
    assert row["prior_difference"] == 1.0


def test_a_year_in_which_no_school_gained_has_no_difference(made: pl.DataFrame) -> None:
    row = made.row(by_predicate=pl.col("school_year") == 2024, named=True)
    assert (row["schools"], row["difference"], row["association_status"]) == (0, None, "not_enough_data")


def test_without_outcomes_it_is_not_configured(small: Any) -> None:
    rows = build(small, {})
    assert rows["association_status"].unique().to_list() == ["not_configured"]
    assert rows["measure"].null_count() == rows.height > 0


def test_a_school_too_far_off_is_no_match(small: Any) -> None:
    """C1 at 71 in 2025 is 21 from G1's 50, more than a fifth of the range of 96, C2 at 68 no more; C2 at 75 is."""
    row = build(small, SCORES | {"C1": (71, 71, 73)}).row(by_predicate=pl.col("school_year") == 2026, named=True)
    # G2 (70) is now 1 from C1 (71); G1 (50) has C2 (68)
    assert (row["schools"], row["matched"]) == (2, 2)
    far = build(small, SCORES | {"C1": (71, 71, 73), "C2": (71, 75, 76)})
    row = far.row(by_predicate=pl.col("school_year") == 2026, named=True)
    assert (row["schools"], row["matched"], row["difference_low"]) == (1, 1, None)
    assert row["difference"] == 0.0  # G2 2 against C1 2


def test_the_sql_twin_makes_the_same_pairs(small: Any) -> None:
    """The bench's state has no school that gains a leader, so its SQL is asked here."""
    given = tables(small, SCORES)
    marts = small.marts(holders(small), **given)
    ranked = pl.DataFrame(given["schools"]).with_columns(
        poverty_quartile=pl.int_range(pl.len()).over("school_year", order_by=["poverty_percent", "school_id"])
        * 4
        // pl.len().over("school_year")
        + 1
    )
    frames = {
        "educator_year": marts["educator_year"],
        "schools": pl.DataFrame(given["schools"], infer_schema_length=None),
        "quartiles": ranked.select("school_id", "school_year", "poverty_quartile"),
        "school_outcomes": pl.DataFrame(given["school_outcomes"], infer_schema_length=None),
        "leaders": pl.DataFrame(holders(small)).select("staff_id", "program_id", "school_year"),
        "adopted": pl.DataFrame({"program_id": ["p"] * 3, "school_year": YEARS}),
    }
    with duckdb.connect() as connection:
        connection.execute((ORACLE / "facts" / "macros.sql").read_text(encoding="utf-8"))
        for name, frame in frames.items():
            connection.register(name, frame.to_arrow())
        sql = (ORACLE / "school_outcome_association.sql").read_text(encoding="utf-8")
        rows = connection.execute(sql).fetchall()
    assert rows == marts["school_outcome_association"].rows()
