"""Numbers of policy at their boundary: exactly there, one below, one above. Each test kills a surviving mutant."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from contracts.policy.conditions import EventTest
from contracts.policy.parameters import BenefitLoads, MetricParameters, TurnoverUnitCost
from rung.packs.load import load_packs
from transforms.s1_conform.parse.cell_text import tidy_cell
from transforms.s2_resolve.ratings import labels_in_force
from transforms.s3_designate.amounts import with_amounts
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.event_conditions import _in_force
from transforms.s4_sustain.revenue import first_year_without, recurring_by_year
from transforms.s4_sustain.runway import runway
from transforms.s5_marts.retention import unit_costs

TURNOVER = TurnoverUnitCost()


@pytest.mark.parametrize(("year", "labels"), [(2012, []), (2013, ["old"]), (2014, ["old"]), (2015, ["new"])])
def test_a_rating_system_counts_from_its_first_year_on(year: int, labels: list[str]) -> None:
    systems = pl.LazyFrame(
        {"rating_system": "s", "from_year": [2013, 2015], "rating_level": ["old", "new"]}
        | {"band": 5, "is_top": True, "is_positive": True}
    )
    rated = pl.LazyFrame({"rating_system": ["s"], "school_year": [year]})
    assert labels_in_force(rated, systems).collect()["rating_level"].to_list() == labels


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("'0123", "0123"), ("'0", "0"), ("'", "'"), ('="0123"', "0123"), ("O'Neil", "O'Neil"), ("'0'1", "'0'1")],
)
def test_a_spreadsheets_guard_comes_off_and_the_zeros_stay(sent: str, kept: str) -> None:
    assert pl.select(tidy_cell(pl.lit(sent)).text).item() == kept


@pytest.mark.parametrize(
    ("students", "price"),
    [
        (TURNOVER.small_below - 1, TURNOVER.small),
        (TURNOVER.small_below, TURNOVER.medium),
        (TURNOVER.medium_to, TURNOVER.medium),
        (TURNOVER.medium_to + 1, TURNOVER.large),
    ],
)
def test_the_price_of_a_leaver_at_the_boundaries_of_enrollment(students: int, price: float) -> None:
    schools = pl.LazyFrame({"lea_id": ["L1", "L1"], "school_year": 2026, "enrollment": [students - 100, 100]})
    assert unit_costs(schools, TURNOVER).collect()["unit_cost"].to_list() == [price]


@pytest.mark.parametrize(("last", "year"), [("2026-06-30", 2027), ("2026-07-01", 2028), ("2026-09-30", 2028)])
def test_the_first_school_year_without_an_awards_money(last: str, year: int) -> None:
    frame = pl.DataFrame({"award_end": [date.fromisoformat(last)]})
    assert frame.select(first_year_without()).item() == year


def test_recurring_revenue_is_the_newest_reported_up_to_the_year() -> None:
    finance = pl.LazyFrame(
        {"lea_id": "L1", "program_id": "p", "kind": "recurring_revenue", "school_year": [2026, 2025, 2028]}
        | {"amount": ["200.00", "900.00", "100.00"]}
    ).with_columns(pl.col("amount").cast(pl.Decimal(14, 2)))
    futures = pl.LazyFrame({"lea_id": "L1", "program_id": "p", "future_year": [2024, 2025, 2026, 2027, 2028]})
    found = recurring_by_year(finance, futures).sort("future_year").collect()
    assert found.select("future_year", "recurring").rows() == [
        (2025, 900.0),
        (2026, 200.0),
        (2027, 200.0),
        (2028, 100.0),
    ]


@pytest.mark.parametrize(
    ("costs", "years", "status"),
    [
        ([101.0, 102.0, 103.0], 0, "ok"),  # over already in the base year
        ([100.0, 101.0, 102.0], 1, "ok"),  # equal is not over
        ([99.0, 100.0, 100.0], None, "beyond_horizon"),
    ],
)
def test_the_first_year_of_runway(costs: list[float], years: int | None, status: str) -> None:
    rows = pl.LazyFrame(
        {"lea_id": "L1", "program_id": "p", "scenario": "base", "future_year": [2026, 2027, 2028]}
        | {"expected": costs, "recurring": 100.0, "revenue": 100.0, "cost_status": "ok"}
    ).cast({"future_year": pl.Int16})
    found = runway(rows, MetricParameters()).collect()
    assert (found["runway_years"].item(), found["runway_years_status"].item()) == (years, status)


@pytest.mark.parametrize(("load", "accepted"), [(3.0, True), (3.01, False), (0.0, True), (-0.01, False)])
def test_a_benefit_load_has_bounds(load: float, accepted: bool) -> None:
    if accepted:
        assert BenefitLoads(average=load, marginal=load).average == load
        return
    for name in ("average", "marginal"):
        with pytest.raises(ValidationError):
            BenefitLoads.model_validate({name: load})


@pytest.mark.parametrize(
    ("valid_until", "in_force"), [("2026-06-29", False), ("2026-06-30", True), ("2026-07-01", True), (None, True)]
)
def test_a_license_valid_to_30_june_is_in_force_that_year(valid_until: str | None, in_force: bool) -> None:
    events = pl.LazyFrame(
        {
            "staff_id": ["A"],
            "event_code": ["NBPTS"],
            "event_date": [date(2025, 1, 1)],
            "outcome": ["passed"],
            "valid_until": [date.fromisoformat(valid_until) if valid_until else None],
            "school_year": [2025],
        },
        schema_overrides={"school_year": pl.Int16, "valid_until": pl.Date},
    )
    years = pl.LazyFrame({"lea_id": ["L1"], "staff_id": ["A"], "school_year": [2026]}).cast({"school_year": pl.Int16})
    found = _in_force(events, EventTest(type="credential", code="NBPTS", within="in_force"), years).collect()
    assert (found.height == 1) is in_force


@pytest.mark.parametrize(("teacher", "principal", "main"), [(101, 100, "teacher"), (100, 101, "principal")])
def test_the_main_row_of_a_split_post_has_most_fte_days(teacher: int, principal: int, main: str, small: Any) -> None:
    share = {"teacher": teacher / 250, "principal": principal / 250}
    roster = [
        small.post("A", position_id=kind, staff_classification=kind, full_time_equivalency=fte)
        for kind, fte in share.items()
    ]
    made = small.marts(roster=roster)["educator_year"]
    assert made["staff_classification"].to_list() == [main]


@pytest.mark.parametrize(
    ("appropriation", "paid"), [(9_999.0, "9999.00"), (10_000.0, "10000.00"), (10_001.0, "10000.00")]
)
def test_an_appropriation_above_the_entitlement_pays_no_more(appropriation: float, paid: str) -> None:
    name = "north_carolina_atr"
    pack = next(each for each in load_packs(knobs={name: {"appropriation": appropriation}}) if each.program_id == name)
    space = next(iter(compile_pack(pack).values())).space
    rows = pl.DataFrame(
        {"level": ["ALT"], "pack_version": [pack.versions[-1].version], "school_year": [2026], "of_record": [True]}
        | {"is_teacher": [True], "after": [0]}
    )
    assert str(with_amounts(rows, pack, space)["amount"].item()) == paid


@pytest.mark.parametrize(("kind", "in_force"), [("credential", False), ("certificate", True)])
def test_a_later_failed_attempt_ends_a_credential_and_no_certificate(kind: str, in_force: bool) -> None:
    """MARTS 5.S9: passed in 2025, failed in the year after."""
    events = pl.LazyFrame(
        {
            "staff_id": ["A", "A"],
            "event_code": ["lead", "lead"],
            "event_date": [date(2025, 1, 1), date(2025, 10, 1)],
            "outcome": ["passed", "failed"],
            "valid_until": [None, None],
            "school_year": [2025, 2026],
        },
        schema_overrides={"school_year": pl.Int16, "valid_until": pl.Date},
    )
    years = pl.LazyFrame({"lea_id": ["L1"], "staff_id": ["A"], "school_year": [2026]}).cast({"school_year": pl.Int16})
    found = _in_force(events, EventTest(type=kind, code="lead", within="in_force"), years).collect()
    assert (found.height == 1) is in_force
