"""`cost_projection`: year 0 is the actual year, expectation by hand, percentiles around it, seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from contracts.policy.parameters import MetricParameters, Projection, Scenario
from transforms.s4_sustain.cohort import Cohort, expected_people, project, scaled_attrition
from transforms.s4_sustain.level_moves import state_years

SETTINGS = Projection(paths=2000, years=5)


def cohort(**more: Any) -> Cohort:
    """100 leaders at 1,000 dollars each; a tenth leaves each year, five come."""
    plain: dict[str, Any] = {
        "name": "L1:p",
        "persons": np.array([100.0]),
        "entries": np.array([5.0]),
        "moves": np.array([[0.9, 0.1]]),
        "unit": np.array([1000.0]),
        "fixed": 500.0,
        "scheduled": 0.0,
        "is_leader": np.array([1.0]),
        "step_now": 0.0,
        "step_entry": 0.0,
        "step_growth": 0.0,
        "step_last": 0.0,
    }
    return Cohort(**(plain | more))


def test_expectation_by_hand() -> None:
    """100 → 95 → 90.5 → 86.45; dollars a thousand each and 500 fixed, of which the schedule pays 200.

    COLA of 2 % moves the 200 alone; what no schedule moves rises by `stipend_growth` (MARTS 5.S10), by default not.
    """
    path = project(cohort(scheduled=200.0), Scenario(cola=0.02), SETTINGS)
    assert path.leaders[:4] == pytest.approx([100, 95, 90.5, 86.45])
    assert path.expected[:3] == pytest.approx([100_500, 95_300 + 200 * 1.02, 90_800 + 200 * 1.02**2])
    rising = SETTINGS.model_copy(update={"stipend_growth": 0.01})
    grown = project(cohort(scheduled=200.0), Scenario(cola=0.02), rising)
    assert grown.expected[:2] == pytest.approx([100_500, 95_300 * 1.01 + 200 * 1.02])


def test_year_zero_is_the_actual_year_on_every_path() -> None:
    path = project(cohort(), Scenario(cola=0.05), SETTINGS)
    assert path.expected[0] == path.p10[0] == path.p50[0] == path.p90[0] == 100_500


def test_percentiles_surround_the_expectation_and_the_median_is_near_it() -> None:
    path = project(cohort(), Scenario(cola=0.0), SETTINGS)
    assert (path.p10[1:] < path.expected[1:]).all() and (path.expected[1:] < path.p90[1:]).all()
    assert path.p50[1:] == pytest.approx(path.expected[1:], rel=0.01)
    # year 1: binomial(100, 0.9) + Poisson(5): deviation sqrt(9 + 5) = 3.74; the ninth decile lies 1.28 of them above
    assert path.p90[1] - path.expected[1] == pytest.approx(1.28 * 3741.7, rel=0.15)


def test_the_same_seed_gives_the_same_paths_and_another_name_others() -> None:
    one, again = (project(cohort(), Scenario(cola=0.0), SETTINGS) for _ in range(2))
    assert (one.p10 == again.p10).all() and (one.p90 == again.p90).all()
    elsewhere = project(cohort(name="L2:p"), Scenario(cola=0.0), SETTINGS)
    assert (one.p90 != elsewhere.p90).any()


def test_attrition_scales_exits_and_keeps_rows_whole() -> None:
    moves = np.array([[0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])
    half = scaled_attrition(moves, 0.5)
    assert half[0] == pytest.approx([0.6 * 0.95 / 0.9, 0.3 * 0.95 / 0.9, 0.05])
    assert half.sum(axis=1) == pytest.approx([1, 1])  # whoever only ever leaves keeps leaving
    assert scaled_attrition(moves, 100)[0] == pytest.approx([0, 0, 1])


def test_growth_of_designations_raises_entries_only() -> None:
    grown = expected_people(cohort(), cohort().moves, np.array([1.1, 1.21]))
    assert grown[1:, 0] == pytest.approx([90 + 5.5, 0.9 * 95.5 + 6.05])


def test_steps_climb_to_the_last_and_new_leaders_start_low() -> None:
    climbing = cohort(
        entries=np.array([0.0]), moves=np.array([[1.0, 0.0]]), step_now=3.0, step_last=4.0, step_growth=0.10
    )
    path = project(climbing, Scenario(cola=0.0), SETTINGS)
    assert path.expected[:4] == pytest.approx([100_500, 110_500, 110_500, 110_500])


def history(small: Any, lea: str, people: int) -> list[dict[str, Any]]:
    return [small.holds(f"{lea}{n}", "x", year, lea_id=lea) for n in range(people) for year in (2025, 2026)]


def test_a_state_is_a_level_and_one_year_at_it_or_more(small: Any, make: Callable[..., pl.LazyFrame]) -> None:
    """Years at a level count to two; where the pack counts none, a first year is meant. Rows without a level have no
    state; who leads the pack says, else the tier."""
    years = [1, 2, 5, None]
    rows = [small.holds(f"T{n}", "x", years_at_level=year) for n, year in enumerate(years)]
    rows += [small.holds("T4", "y", state_tier=1), small.holds("T5", "z"), small.holds("T6", None)]
    terms = [("p", "z", False)]
    levels = pl.LazyFrame(terms, schema=["program_id", "level", "leads"], orient="row")
    made = state_years(make("designation", rows), levels, 2).sort("staff_id").collect()
    told = [("x:1", True), ("x:2", True), ("x:2", True), ("x:1", True), ("y:1", False), ("z:1", False)]
    assert made.select("staff_id", "state", "leads").rows() == [(f"T{n}", *row) for n, row in enumerate(told)]


def test_one_districts_data_never_moves_anothers_projection(small: Any) -> None:
    adoption = [{"lea_id": lea, "program_id": "p", "from_year": 2000} for lea in ("L1", "L2")]
    finance = [
        {"lea_id": lea, "program_id": "p", "school_year": year, "kind": "training", "amount": "10.00"}
        for lea in ("L1", "L2")
        for year in (2025, 2026)
    ]

    def projected(people: int) -> pl.DataFrame:
        designation = history(small, "L1", 9) + history(small, "L2", people)
        roster = [small.post(row["staff_id"], row["school_year"], lea_id=row["lea_id"]) for row in designation]
        parameters = MetricParameters(projection=Projection(cola=0.0))
        made = small.marts(
            designation, roster=roster, program_adoption=adoption, program_finance=finance, parameters=parameters
        )
        return made["cost_projection"].filter(pl.col("lea_id") == "L1")

    assert projected(3).equals(projected(8))


def test_one_year_on_file_tells_only_year_zero(small: Any) -> None:
    finance = {"lea_id": "L1", "program_id": "p", "school_year": 2026, "kind": "training", "amount": "10.00"}
    parameters = MetricParameters(projection=Projection(cola=0.0))
    made = small.marts(
        [small.holds("A", "x")], roster=[small.post("A")], program_finance=[finance], parameters=parameters
    )
    base = made["cost_projection"].filter(pl.col("scenario") == "base").sort("future_year")
    assert base["cost_status"].to_list() == ["ok"] + ["not_enough_data"] * 10
    assert base["expected"].is_null().to_list() == [False] + [True] * 10


def test_runway_and_the_year_the_money_ends(small: Any) -> None:
    """10 % more a year on 100 dollars: 121 in 2028 passes the recurring 115; a match of 10 holds until 2029."""
    parameters = MetricParameters(projection=Projection(stipend_growth=0.10, scenarios={"base": Scenario(cola=0.0)}))
    finance = [
        {"lea_id": "L1", "program_id": "p", "school_year": year, "kind": kind, "amount": amount}
        for year in (2025, 2026)
        for kind, amount in (("training", "100.00"), ("recurring_revenue", "115.00"))
    ]
    finance.append(finance[0] | {"kind": "match", "school_year": 2028, "amount": "10.00"})
    designation = [small.holds("A", "x", year) for year in (2025, 2026)]
    roster = [small.post("A", year) for year in (2025, 2026)]
    made = small.marts(designation, roster=roster, program_finance=finance, parameters=parameters)["sustainability"]
    made = made.filter(pl.col("lea_id").is_not_null())
    row = made.row(by_predicate=pl.col("school_year") == 2026, named=True)
    assert (row["runway_years"], row["money_ends_year"], row["runway_years_status"]) == (2, 2029, "ok")
    assert made.row(by_predicate=pl.col("school_year") == 2025, named=True)["runway_years_status"] == "not_latest_year"


def on_a_grant(small: Any, award_end: str, recurring: str, pay: str = "100.00") -> dict[str, Any]:
    """The base year's row of one leader paid the same each year from a grant: cost 1.301 times the pay, for good."""
    years = (2025, 2026)
    finance = {"lea_id": "L1", "program_id": "p", "school_year": 2026, "kind": "recurring_revenue", "amount": recurring}
    made = small.marts(
        [small.holds("A", "x", year) for year in years],
        roster=[small.post("A", year) for year in years],
        payroll=[small.line("A", "P", pay, year, fund_code="G") for year in years],
        funds=[small.funds[0], small.funds[1] | {"award_end": award_end}],
        program_finance=[finance],
        parameters=MetricParameters(projection=Projection(scenarios={"base": Scenario(cola=0.0)})),
    )["sustainability"]
    return made.row(by_predicate=pl.col("lea_id").is_not_null() & (pl.col("school_year") == 2026), named=True)


@pytest.mark.parametrize(
    ("award_end", "recurring", "runway", "money"),
    [
        # 50 recurring do not pay 130.10: no runway. With the grant's 100 they do, until the first year without it.
        ("2027-06-30", "50.00", (0, "ok"), (2028, "ok")),  # ends before 1 July 2027, on which school year 2028 begins
        ("2027-07-01", "50.00", (0, "ok"), (2029, "ok")),  # one day later a whole school year later
        ("2026-06-30", "50.00", (0, "ok"), (2027, "ok")),
        ("2025-06-30", "50.00", (0, "ok"), (2026, "ok")),  # had ended: the money is short in the year on file
        ("2060-06-30", "50.00", (0, "ok"), (None, "beyond_horizon")),
        # Exactly the cost is enough; a cent less is not.
        ("2026-06-30", "130.10", (None, "beyond_horizon"), (None, "beyond_horizon")),
        ("2026-06-30", "130.09", (0, "ok"), (2027, "ok")),
    ],
)
def test_runway_asks_of_recurring_revenue_and_the_end_of_money_of_all(
    small: Any, award_end: str, recurring: str, runway: tuple[int | None, str], money: tuple[int | None, str]
) -> None:
    row = on_a_grant(small, award_end, recurring)
    assert (row["runway_years"], row["runway_years_status"]) == runway
    assert (row["money_ends_year"], row["money_ends_year_status"]) == money


def test_without_a_cola_later_years_are_not_configured(small: Any) -> None:
    """MARTS 4.10: an absent input is never taken for 0; the actual year stands all the same."""
    finance = [
        {"lea_id": "L1", "program_id": "p", "school_year": year, "kind": "training", "amount": "10.00"}
        for year in (2025, 2026)
    ]
    rows = {
        "designation": [small.holds("A", "x", year) for year in (2025, 2026)],
        "roster": [small.post("A", year) for year in (2025, 2026)],
        "program_finance": finance,
    }
    silent = small.marts(**rows)["cost_projection"].filter(pl.col("scenario") == "base").sort("future_year")
    assert silent["cost_status"].to_list() == ["ok"] + ["not_configured"] * 10
    assert [str(value) for value in silent["expected"].drop_nulls()] == ["10.00"]
    told = small.marts(**rows, parameters=MetricParameters(projection=Projection(cola=0.0, stipend_growth=0.02)))[
        "cost_projection"
    ]
    base = told.filter(pl.col("scenario") == "base").sort("future_year")
    assert base["cost_status"].unique().to_list() == ["ok"]
    assert str(base["expected"][1]) == "10.20"
