"""`position_exchange`: the Charlotte-Mecklenburg exchange, three schools of four positions (RULES 3.3 [P55f])."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from contracts.policy.terms import ProgramTerms

UNITS = {"MCL2": 1.45, "MCL1": 1.30, "MRT": 1.25, "SRT": 1.15, "RTT": 1.05, "RA": 0.65}
EXCHANGE = ProgramTerms(program_id="p", place=1, leader=True, roles=("MCL1", "MCL2"), position_units=UNITS)
SINCE_2026 = [{"lea_id": "L1", "program_id": "p", "from_year": 2026}]


def school(small: Any, school_id: str, roles: list[str]) -> list[dict[str, Any]]:
    """Four teachers in 2025; in 2026 the posts listed, `RA` an associate who is no teacher."""
    rows = [small.post(f"{school_id}{n}", 2025, school_id=school_id) for n in range(4)]
    for n, role in enumerate(roles):
        kind = "other" if role == "RA" else "teacher"
        rows.append(
            small.post(f"{school_id}{n}", school_id=school_id, role_code=role or None, staff_classification=kind)
        )
    return rows


@pytest.mark.parametrize(
    ("roles", "units", "balance"),
    [
        (["MCL1", "", "", "RA"], 3.95, 0.05),
        (["SRT", "SRT", "", "RA"], 3.95, 0.05),
        (["MCL1", "RTT", "", "RA"], 4.0, 0.0),
        (["MCL2", "RTT", "", "RA"], 4.15, -0.15),
    ],
)
def test_charlotte_mecklenburg(small: Any, roles: list[str], units: float, balance: float) -> None:
    made = small.marts(programs=[EXCHANGE], program_adoption=SINCE_2026, roster=school(small, "S1", roles))
    row = made["position_exchange"].row(0, named=True)
    assert (row["units"], row["baseline_units"], row["balance"]) == (units, 4.0, balance)
    assert row["balance_status"] == "ok"


def test_half_posts_and_half_years_count_by_time(small: Any) -> None:
    rows = [small.post("A", 2025), small.post("A", role_code="MCL1", full_time_equivalency=0.5)]
    made = small.marts(programs=[EXCHANGE], program_adoption=SINCE_2026, roster=rows)["position_exchange"]
    assert made["units"].to_list() == [0.65]


def test_without_the_year_before_the_balance_is_not_known(small: Any) -> None:
    made = small.marts(programs=[EXCHANGE], roster=[small.post("A")])["position_exchange"]
    assert made.select("units", "baseline_units", "balance", "balance_status").row(0) == (
        1.0,
        None,
        None,
        "not_enough_data",
    )


def test_no_rows_where_no_program_exchanges_positions(small: Any) -> None:
    assert small.marts(roster=[small.post("A")])["position_exchange"].height == 0


def test_the_shipped_pack_has_these_units() -> None:
    from pathlib import Path

    from rung.packs.load import load_pack

    folder = Path(__file__).parents[2] / "programs"
    packs = [path for path in folder.glob("*.yaml") if "position_units" in path.read_text(encoding="utf-8")]
    assert len(packs) == 1
    assert dict(load_pack(packs[0]).terms().position_units) == UNITS


def test_units_sum_whatever_the_order(small: Any) -> None:
    rows = school(small, "S1", ["MCL1", "RTT", "", "RA"])
    one, other = (
        small.marts(programs=[EXCHANGE], program_adoption=SINCE_2026, roster=order)["position_exchange"]
        for order in (rows, rows[::-1])
    )
    assert one.equals(other) and one.filter(pl.col("units") == 4.0).height == 1


def test_a_school_that_two_leas_name_has_one_row(small: Any) -> None:
    adoption = [{"lea_id": lea, "program_id": "p", "from_year": 2026} for lea in ("L1", "L2")]
    posts = [small.post("A", 2025), small.post("A", role_code="MCL1"), small.post("B", lea_id="L2")]
    made = small.marts(programs=[EXCHANGE], program_adoption=adoption, roster=posts)["position_exchange"]
    assert made.select("school_id", "lea_id", "units", "baseline_units").rows() == [("S1", "L1", 2.3, 1.0)]
