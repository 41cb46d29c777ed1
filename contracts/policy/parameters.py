"""The numbers that metrics hang on, each with its meaning and source above it; `[metrics]` in rung.toml replaces them.

A knob without a default (None) has no defensible value: what needs it answers `not_configured`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from contracts.strict import Strict

# a day that every year has, MM-DD
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$|^(0[13-9]|1[0-2])-(29|30)$"


class BenefitLoads(Strict):
    """Benefits as a share of wages; BLS, state and local government school teachers (RULES section 5, P68)."""

    # average: 29.30 of benefits on 54.46 of wages an hour; for whole positions and M02's denominator
    average: float = Field(default=0.538, ge=0, le=3)
    # marginal: retirement 12.75 + legally required 3.62 on 54.46; for increments, which raise no insurance
    marginal: float = Field(default=0.301, ge=0, le=3)


class LikeComparison(Strict):
    """Who is like whom in M19, and how many are needed before a difference is shown (RULES M19)."""

    # lower bounds of the bands of experience; a person falls in the highest not above his or her years
    experience_from: tuple[float, ...] = (0, 3, 6, 11, 21)
    # fewest leaders with a like non-leader
    minimum_leaders: int = Field(default=10, ge=1)
    # fewest non-leaders in the cells compared
    minimum_others: int = Field(default=10, ge=1)


class TurnoverUnitCost(Strict):
    """Cost of replacing one teacher, by enrollment of the LEA; 2024 dollars (RULES M21, P74)."""

    # LEAs below small_below students
    small: float = Field(default=11_860, ge=0)
    small_below: int = Field(default=10_000, ge=0)
    # LEAs up to and including medium_to students
    medium: float = Field(default=16_450, ge=0)
    medium_to: int = Field(default=50_000, ge=0)
    # larger LEAs
    large: float = Field(default=24_930, ge=0)


class Scenario(Strict):
    """One future of M16. Rates are yearly shares."""

    # cost-of-living raise of schedule pay, each year; none: the state's (`projection.cola`)
    cola: float | None = Field(default=None, ge=-0.5, le=1)
    # attrition relative to that observed: 1 as it was, 1.5 half as much again
    attrition_factor: float = Field(default=1.0, ge=0, le=10)
    # yearly growth of new designations over the number observed
    designation_growth: float = Field(default=0.0, ge=-1, le=5)
    # whether awards that end are renewed; decides revenue, never cost
    grants_renewed: bool = False


def _scenarios() -> Mapping[str, Scenario]:
    """Low, base and high as RULES M16 asks, and base with its grants renewed; all at the state's COLA."""
    return {
        "base": Scenario(),
        "low": Scenario(attrition_factor=1.25, designation_growth=-0.05),
        "high": Scenario(attrition_factor=0.75, designation_growth=0.05),
        "grants_renewed": Scenario(grants_renewed=True),
    }


class Projection(Strict):
    """M16 and M17."""

    # years after the latest year on file (RULES M16: ten)
    years: int = Field(default=10, ge=1, le=50)
    # the state's expected yearly cost-of-living raise; none: later years are `not_configured` (MARTS 4.10)
    cola: float | None = Field(default=None, ge=-0.5, le=1)
    # yearly growth of stipends, increments, release and finance parts, which no schedule moves (MARTS 5.S10)
    stipend_growth: float = Field(default=0.0, ge=-0.5, le=1)
    # simulated paths behind p10, p50 and p90
    paths: int = Field(default=100, ge=10, le=100_000)
    # seed of the simulation; the same seed gives the same bytes
    seed: int = Field(default=20_260_701, ge=0)
    # persons' worth of the whole state's rates mixed into an LEA's own; 0: no district's data moves another's
    # projection
    prior_persons: float = Field(default=0.0, ge=0)
    # the scenario whose expectation decides runway (M17)
    runway_scenario: str = "base"
    scenarios: Mapping[str, Scenario] = Field(default_factory=_scenarios)

    def scenario(self, name: str) -> Scenario | None:
        """The scenario with its COLA filled in; None while no COLA is configured for it."""
        asked = self.scenarios[name]
        cola = self.cola if asked.cola is None else asked.cola
        return None if cola is None else asked.model_copy(update={"cola": cola})


class Findings(Strict):
    """Thresholds of the monitors that list exceptions (RULES section 5, supporting monitors)."""

    # share of an LEA's nominations by one person above which nominations are concentrated
    nomination_share: float = Field(default=0.5, gt=0, le=1)
    # fewest nominations of an LEA and year before concentration is judged
    nomination_minimum: int = Field(default=10, ge=1)
    # gap in levels between growth and observation that is outside the acceptable range (TN, P37)
    growth_gap_levels: int = Field(default=3, ge=1)
    # growth index at and above which levels 2, 3, 4 and 5 begin (Tennessee's published index bands)
    growth_level_from: tuple[float, float, float, float] = (-2.0, -1.0, 1.0, 2.0)
    # share of time still taught below which a leader hardly teaches (NC: at least 30 % of the day, P51b)
    teaching_share: float = Field(default=0.30, ge=0, le=1)
    # most FTE that one person can work
    person_fte: float = Field(default=1.5, gt=0)
    # codes of credential events that license their holder as an administrator; none known by default
    administrator_credentials: tuple[str, ...] = ()


class Stress(Strict):
    """The shocks of M38, each beside the projection's own scenario (RULES M38)."""

    # points added to the yearly cost-of-living raise
    cola_points: float = Field(default=0.03, ge=0, le=1)
    # share by which attrition falls, so that more people stay and have to be paid
    attrition_less: float = Field(default=0.25, ge=0, le=1)
    # share by which students, and the recurring money that follows them, fall
    enrolment_less: float = Field(default=0.08, ge=0, le=1)
    # share by which the state's appropriation falls
    appropriation_less: float = Field(default=0.10, ge=0, le=1)


class SunsetParameters(Strict):
    """When budgets are voted, for the calendar of awards that end."""

    # last day of the year on which next year's budget can be voted, MM-DD; 30 June ends most states' fiscal year
    budget_vote: str = Field(default="06-30", pattern=MONTH_DAY)


class MetricParameters(Strict):
    """All of `[metrics]`."""

    loads: BenefitLoads = BenefitLoads()
    # loads of single districts in place of the state's
    district_loads: Mapping[str, BenefitLoads] = Field(default_factory=dict)
    # contract hours of a full-time year: 180 days of 8 hours, for the own rate of M10
    contract_hours: float = Field(default=1440.0, gt=0)
    # lowest state tier at which a level makes a teacher leader, where the pack's level does not say (MARTS 5.S3)
    leader_tier: int = Field(default=2, ge=1, le=4)
    # price index by school year; with it M04's change is in prices of the later year; none: nominal
    deflator: Mapping[int, float] = Field(default_factory=dict)
    comparison: LikeComparison = LikeComparison()
    turnover: TurnoverUnitCost = TurnoverUnitCost()
    projection: Projection = Projection()
    findings: Findings = Findings()
    # M05 units of a school's ordinary teaching position
    teaching_position_units: float = Field(default=1.0, gt=0)
    # M13: span above which supervision is thin (S4: "six or eight people")
    span_limit: int = Field(default=8, ge=1)
    sunset: SunsetParameters = SunsetParameters()
    stress: Stress = Stress()
    # M34: fewest coachees before a leader's outcomes are compared (RULES M34)
    minimum_coachees: int = Field(default=5, ge=1)
