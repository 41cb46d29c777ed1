"""`sustainability`: Denver's cost per leader, neutrality, whose increment it is, what is not configured."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import BenefitLoads, MetricParameters
from contracts.policy.terms import ProgramTerms

TRAINED = {"lea_id": "L1", "program_id": "p", "school_year": 2026, "kind": "training", "amount": "0.00"}
NO_LOAD = MetricParameters(district_loads={"L1": BenefitLoads(average=0.0, marginal=0.0)})


def one(mart: pl.DataFrame, program: str = "p", year: int = 2026) -> dict[str, Any]:
    """The district's row; state rows are asked for by name."""
    there = pl.col("lea_id").is_not_null() & (pl.col("program_id") == program) & (pl.col("school_year") == year)
    return mart.row(by_predicate=there, named=True)


def test_denver_2015_costs_27_400_dollars_a_leader(small: Any) -> None:
    """RULES 2.2 [P25]: 146 leaders, over 4 million dollars, 1.5 the district's: at least 27,397 each, 62.5 % soft.

    The published total has benefits in it, so the district's loads are 0 here.
    """
    names = [f"D{n:03d}" for n in range(146)]
    local, grant = ["10273.97"] * 145 + ["10274.35"], ["17123.29"] * 145 + ["17122.95"]
    payroll = [small.line(name, "P", amount) for name, amount in zip(names, local, strict=True)]
    payroll += [small.line(name, "P", amount, fund_code="G") for name, amount in zip(names, grant, strict=True)]
    marts = small.marts(
        [small.holds(name, "team_lead") for name in names],
        roster=[small.post(name) for name in names],
        payroll=payroll,
        program_finance=[TRAINED],
        parameters=NO_LOAD,
    )
    row = one(marts["sustainability"])
    assert (row["leaders"], row["program_cost"]) == (146, Decimal("4000000.00"))
    assert row["cost_per_leader"] == Decimal("27397.26")
    soft = marts["funding_mix"].filter(pl.col("stream") == "competitive_federal")["share"].item()
    assert soft == 0.625


def test_pay_is_cost_also_where_no_training_is_reported_and_the_status_says_so(small: Any) -> None:
    row = one(
        small.marts([small.holds("A", "x")], roster=[small.post("A")], payroll=[small.line("A", "P", "10.00")])[
            "sustainability"
        ]
    )
    assert (row["program_cost"], row["program_cost_status"]) == (Decimal("13.01"), "ok")
    assert (row["training_cost"], row["finance_status"]) == (None, "not_configured")
    assert (row["recurring_coverage"], row["recurring_coverage_status"]) == (None, "not_configured")


def test_a_program_without_pay_release_or_finance_has_no_cost_on_file(small: Any) -> None:
    row = one(small.marts([small.holds("A", "x")], roster=[small.post("A")])["sustainability"])
    assert (row["program_cost"], row["program_cost_status"]) == (None, "not_configured")
    assert (row["net_change"], row["neutral"], row["neutral_answer"]) == (None, None, "not_enough_data")


def test_pay_of_a_program_that_makes_no_leaders_is_its_cost(small: Any) -> None:
    """IMPACTplus: a bonus of 25,000 under a program whose holders lead nothing; administration of 10."""
    administration = TRAINED | {"kind": "administration", "amount": "10.00"}
    made = small.marts(
        [small.holds("A", "bonus", state_tier=0)],
        [ProgramTerms(program_id="p", place=1, leader=False)],
        roster=[small.post("A")],
        payroll=[small.line("A", "P", "25000.00")],
        program_finance=[administration],
    )
    row = one(made["sustainability"])
    assert (row["leaders"], row["incremental_pay"]) == (0, Decimal("0.00"))
    assert (row["program_pay"], row["program_benefits"]) == (Decimal("25000.00"), Decimal("7525.00"))
    assert row["program_cost"] == Decimal("32535.00") == made["funding_mix"]["amount"].sum()


@pytest.mark.parametrize(("tier", "leads"), [(1, 0), (2, 1), (3, 1)])
def test_a_level_leads_from_tier_two_on(small: Any, tier: int, leads: int) -> None:
    made = small.marts([small.holds("A", "x", state_tier=tier)], roster=[small.post("A")])
    assert one(made["sustainability"])["leaders"] == leads
    assert made["educator_year"]["is_leader"].to_list() == [bool(leads)]


def test_the_pack_or_the_state_may_say_otherwise_who_leads(small: Any) -> None:
    low = {"designation": [small.holds("A", "x", state_tier=1)], "roster": [small.post("A")]}
    said = ProgramTerms(program_id="p", place=1, leader=True, leads={"x": True})
    assert one(small.marts(programs=[said], **low)["sustainability"])["leaders"] == 1
    parameters = MetricParameters(leader_tier=1)
    assert one(small.marts(parameters=parameters, **low)["sustainability"])["leaders"] == 1
    unsaid = ProgramTerms(program_id="p", place=1, leader=True, leads={"x": False})
    assert one(small.marts(programs=[unsaid], parameters=parameters, **low)["sustainability"])["leaders"] == 0


def test_principals_with_a_level_are_other_leaders_and_no_teachers_who_lead(small: Any) -> None:
    made = small.marts(
        [small.holds("A", "x"), small.holds("P", "x")],
        roster=[small.post("A"), small.post("P", staff_classification="principal")],
    )
    row = one(made["sustainability"])
    assert (row["leaders"], row["other_leaders"]) == (1, 1)
    people = made["educator_year"].select("staff_id", "is_leader", "is_other_leader").rows()
    assert people == [("A", True, False), ("P", False, True)]
    access = made["access"].filter(pl.col("lea_id").is_not_null())
    assert access.select(pl.col("leaders", "other_leaders").sum()).row(0) == (1, 1)


@pytest.mark.parametrize(("adopted", "leads"), [("p", True), ("other", False)])
def test_a_role_leads_only_under_a_program_in_force(small: Any, adopted: str, leads: bool) -> None:
    made = small.marts(
        programs=[small.role_program],
        roster=[small.post("A", role_code="ROLE")],
        program_adoption=[{"lea_id": "L1", "program_id": adopted, "from_year": 2000}],
    )
    assert made["educator_year"]["is_leader"].to_list() == [leads]


def test_a_designee_who_moves_in_does_not_take_the_offset_away(small: Any) -> None:
    """5.S1: L1's own program keeps its shared offset though a designation of another program, not in force, came."""
    other = ProgramTerms(program_id="q", place=2, leader=True, travels=True)
    offset = {"lea_id": "L1", "program_id": None, "school_year": 2026, "kind": "other", "amount": "5", "document": "d"}
    made = small.marts(
        [small.holds("A", "x"), small.holds("B", "y", program_id="q")],
        [small.program, other],
        roster=[small.post("A"), small.post("B")],
        payroll=[small.line("A", "P", "10.00")],
        program_finance=[TRAINED],
        offsets=[offset],
    )["sustainability"]
    own = one(made)
    assert (own["program_status"], made.filter(pl.col("program_id") == "q").height) == ("in_force", 0)
    assert (own["offsets"], own["net_cost"], own["neutral"]) == (Decimal("5.00"), Decimal("8.01"), False)
    assert (own["lea_net_cost"], own["lea_neutral_answer"]) == (Decimal("8.01"), "no")


def test_pay_of_a_program_not_in_force_has_a_row_that_says_so_and_others_nowhere(small: Any) -> None:
    """`q` was never adopted: its pay is a cost that says not_in_force, and nobody is among its others."""
    other = ProgramTerms(program_id="q", place=2, leader=True)
    codes = [{"lea_id": "L1", "pay_code": "Q", "pay_type": "stipend", "program_id": "q"}]
    made = small.marts(
        [small.holds("A", "x")],
        [small.program, other],
        roster=[small.post("A"), small.post("B")],
        payroll=[small.line("B", "Q", "10.00")],
        pay_codes=codes,
    )
    row = one(made["sustainability"], "q")
    assert (row["program_status"], row["program_pay"], row["leaders"]) == ("not_in_force", Decimal("10.00"), 0)
    assert set(made["funding_mix"].filter(pl.col("program_id") == "q")["program_status"]) == {"not_in_force"}
    assert set(made["retention"]["program_id"]) == {"p"}


def test_each_lea_keeps_the_increment_it_pays(small: Any) -> None:
    """5.S6: A works in L1 (of record) and L2; L2's increment is L2's M01. Of a designation that travels it is L1's."""

    def paid(travels: bool) -> dict[str, Decimal]:
        schedule = {"school_year": 2026, "lane": "BA", "step": 1, "amount": "40000.00"}
        half = {"full_time_equivalency": 0.5, "salary_lane": "BA", "salary_step": 1}
        made = small.marts(
            [small.holds("A", "x"), small.holds("A", "x", lea_id="L2")],
            [ProgramTerms(program_id="p", place=1, leader=True, travels=travels)],
            districts=[{"lea_id": lea, "name": lea} for lea in ("L1", "L2")],
            roster=[small.post("A", **half), small.post("A", lea_id="L2", school_id="S9", **half)],
            salary_schedules=[schedule | {"lea_id": lea} for lea in ("L1", "L2")],
            pay_codes=[{"lea_id": lea, "pay_code": "BASE", "pay_type": "base"} for lea in ("L1", "L2")],
            payroll=[small.line("A", "BASE", "20100.00"), small.line("A", "BASE", "20010.00", lea_id="L2")],
            program_adoption=[{"lea_id": lea, "program_id": "p", "from_year": 2000} for lea in ("L1", "L2")],
        )["sustainability"]
        return dict(made.drop_nulls("lea_id").select("lea_id", "increments").iter_rows())

    assert paid(travels=False) == {"L1": Decimal("100.00"), "L2": Decimal("10.00")}
    assert paid(travels=True) == {"L1": Decimal("100.00"), "L2": Decimal("0.00")}


@pytest.mark.parametrize(
    ("offset", "answer", "net"), [("13.01", "yes", "0.00"), ("13.00", "no", "0.01"), ("20.00", "yes", "-6.99")]
)
def test_neutral_is_a_net_cost_not_above_zero(small: Any, offset: str, answer: str, net: str) -> None:
    row = one(
        small.marts(
            [small.holds("A", "x")],
            roster=[small.post("A")],
            payroll=[small.line("A", "P", "10.00")],
            program_finance=[TRAINED],
            offsets=[
                {
                    "lea_id": "L1",
                    "program_id": "p",
                    "school_year": 2026,
                    "kind": "other",
                    "amount": offset,
                    "document": "d",
                }
            ],
        )["sustainability"]
    )
    assert (row["neutral_answer"], row["net_cost"], row["lea_neutral_answer"]) == (answer, Decimal(net), answer)


def test_the_increment_goes_to_the_higher_tier_only(small: Any) -> None:
    programs = [small.program, ProgramTerms(program_id="q", place=2, leader=True)]
    designation = [small.holds("A", "low", state_tier=1), small.holds("A", "high", program_id="q", state_tier=3)]
    assert increments(small, designation, programs) == {"p": Decimal("0.00"), "q": Decimal("1000.00")}


def test_equal_tiers_the_earlier_adopted_then_the_packs_order(small: Any) -> None:
    programs = [small.program, ProgramTerms(program_id="q", place=2, leader=True)]
    both = [small.holds("A", "x"), small.holds("A", "y", program_id="q")]
    assert increments(small, both, programs, q_from=1999) == {"p": Decimal("0.00"), "q": Decimal("1000.00")}
    assert increments(small, both, programs, q_from=2000) == {"p": Decimal("1000.00"), "q": Decimal("0.00")}


def increments(
    small: Any, designation: list[dict[str, Any]], programs: list[ProgramTerms], q_from: int = 2010
) -> dict[str, Decimal]:
    made = small.marts(
        designation,
        programs,
        roster=[small.post("A", salary_lane="BA", salary_step=1)],
        salary_schedules=[{"lea_id": "L1", "school_year": 2026, "lane": "BA", "step": 1, "amount": "40000.00"}],
        payroll=[small.line("A", "BASE", "41000.00")],
        program_adoption=[
            {"lea_id": "L1", "program_id": "p", "from_year": 2000},
            {"lea_id": "L1", "program_id": "q", "from_year": q_from},
        ],
    )["sustainability"]
    return dict(made.select("program_id", "increments").iter_rows())


def test_a_program_that_is_no_leader_program_has_no_leaders(small: Any) -> None:
    programs = [ProgramTerms(program_id="p", place=1, leader=False)]
    marts = small.marts(
        [small.holds("A", "bonus")], programs, roster=[small.post("A")], payroll=[small.line("A", "P", "5.00")]
    )
    assert one(marts["sustainability"])["leaders"] == 0
    assert marts["educator_year"]["is_leader"].to_list() == [False]


def test_change_is_taken_in_prices_of_the_later_year_where_a_deflator_is_set(small: Any) -> None:
    years = (2025, 2026)
    state = {
        "designation": [small.holds("A", "x", year) for year in years],
        "roster": [small.post("A", year) for year in years],
        "payroll": [small.line("A", "P", "100.00", year) for year in years],
        "program_finance": [TRAINED | {"school_year": year} for year in years],
    }
    nominal = one(small.marts(parameters=NO_LOAD, **state)["sustainability"])
    real = one(
        small.marts(parameters=NO_LOAD.model_copy(update={"deflator": {2025: 1.0, 2026: 1.1}}), **state)[
            "sustainability"
        ]
    )
    assert (nominal["net_change"], real["net_change"]) == (Decimal("0.00"), Decimal("-10.00"))
    gap = one(small.marts(parameters=NO_LOAD.model_copy(update={"deflator": {2026: 1.1}}), **state)["sustainability"])
    assert (gap["net_change"], gap["net_change_status"]) == (None, "not_configured")


def test_rows_order_does_not_matter(small: Any) -> None:
    people = [f"A{n}" for n in range(9)]
    payroll = [small.line(name, "P", f"{n}.07") for n, name in enumerate(people)]
    roster, designation = [small.post(name) for name in people], [small.holds(name, "x") for name in people]
    forth = small.marts(designation, roster=roster, payroll=payroll)
    back = small.marts(designation[::-1], roster=roster[::-1], payroll=payroll[::-1])
    for name in forth:
        assert forth[name].equals(back[name]), name


def test_state_rows_sum_what_is_known_and_say_where_something_is_not(small: Any) -> None:
    """L1: one leader, 1,000 x 1.301 = 1,301.00; L2: two leaders, 3,000 x 1.301 = 3,903.00. L3 pays nobody.

    State: 5,204.00 for three leaders = 1,734.67 each, where the cost is known; the mean of the two districts' costs a
    leader, 1,301.00 and 1,951.50, would be 1,626.25. M02: 5,204.00 / (41,000 + 83,000) x 1.538.
    """
    leas = ("L1", "L2", "L3")
    lea_of = {"A": "L1", "B": "L2", "C": "L2", "D": "L3"}
    codes = [code | {"lea_id": lea} for lea in leas for code in small.codes]
    base = [small.line(name, "BASE", "40000.00", lea_id=lea_of[name]) for name in "ABC"]
    paid = [("A", "1000.00"), ("B", "1000.00"), ("C", "2000.00")]
    made = small.marts(
        [small.holds(name, "x", lea_id=lea) for name, lea in lea_of.items()],
        roster=[small.post(name, lea_id=lea, school_id=f"S{lea}") for name, lea in lea_of.items()],
        districts=[{"lea_id": lea, "name": lea} for lea in leas],
        program_adoption=[{"lea_id": lea, "program_id": "p", "from_year": 2000} for lea in leas],
        pay_codes=codes,
        funds=[fund | {"lea_id": lea} for lea in leas for fund in small.funds],
        payroll=base + [small.line(name, "P", amount, lea_id=lea_of[name]) for name, amount in paid],
    )["sustainability"]
    state = made.row(by_predicate=pl.col("lea_id").is_null(), named=True)
    assert (state["leaders"], str(state["program_cost"]), state["program_cost_status"]) == (
        4,
        "5204.00",
        "partly_known",
    )
    assert str(state["cost_per_leader"]) == "1734.67"
    assert state["pay_share_of_compensation"] == round(5204 / (124_000 * 1.538), 6)
    assert (state["net_cost"], state["net_cost_status"], state["neutral_answer"]) == (None, *["not_applicable"] * 2)


@pytest.mark.parametrize(
    ("scheduled", "benefits", "cost", "overlap"),
    [
        # A is paid 47,000 + 3,000 on the program's base code, B 1,000 on it without leading.
        ("47000.00", "0.00", "9107.00", "3903.00"),  # increment 3,000: (4,000 + 3,000) x 1.301; 3,000 x 1.301 twice
        ("49000.00", "0.00", "6505.00", "1301.00"),  # increment 1,000: only so much of the 3,000 stands twice
        ("50000.00", "0.00", "5204.00", "0.00"),  # increment 0: base pay on the code counts once
        ("50000.00", "200.00", "5464.20", "60.20"),  # 200 of benefits bear a load of 30.1 % that stands for benefits
    ],
)
def test_what_the_cost_holds_twice_is_shown_beside_it(
    small: Any, scheduled: str, benefits: str, cost: str, overlap: str
) -> None:
    """5.S5 as written counts base pay on a program's code and again in the increment; `cost_overlap` says how much."""
    codes = [
        {"lea_id": "L1", "pay_code": "PB", "pay_type": "base", "program_id": "p"},
        {"lea_id": "L1", "pay_code": "PBEN", "pay_type": "benefit", "program_id": "p"},
    ]
    row = one(
        small.marts(
            [small.holds("A", "x")],
            roster=[small.post("A", salary_lane="BA", salary_step=1), small.post("B")],
            pay_codes=small.codes + codes,
            salary_schedules=[{"lea_id": "L1", "school_year": 2026, "lane": "BA", "step": 1, "amount": scheduled}],
            payroll=[
                small.line("A", "BASE", "47000.00"),
                small.line("A", "PB", "3000.00"),
                small.line("A", "PBEN", benefits),
                small.line("B", "PB", "1000.00"),
            ],
        )["sustainability"]
    )
    assert (str(row["program_cost"]), str(row["cost_overlap"])) == (cost, overlap)
