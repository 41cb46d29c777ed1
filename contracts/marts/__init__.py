"""Registry of the marts: contract, whether its rows are persons, and the order in which it is written."""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts.keys import PROGRAM
from contracts.marts.access import Access
from contracts.marts.coach_outcome import CoachOutcome
from contracts.marts.compensation import Compensation
from contracts.marts.compliance import Compliance
from contracts.marts.cost_projection import CostProjection
from contracts.marts.coverage import Coverage
from contracts.marts.data_quality import DataQuality
from contracts.marts.designation import Designation
from contracts.marts.educator_year import EducatorYear
from contracts.marts.exceptions import Exceptions
from contracts.marts.funding_mix import FundingMix
from contracts.marts.goal_progress import GoalProgress
from contracts.marts.grant_cliff import GrantCliff
from contracts.marts.ladder_flow import LadderFlow
from contracts.marts.leadership_activity import LeadershipActivity
from contracts.marts.leadership_role import LeadershipRole
from contracts.marts.leadership_staffing import LeadershipStaffing
from contracts.marts.monitors import Monitors
from contracts.marts.pay_parity import PayParity
from contracts.marts.pipeline import Pipeline
from contracts.marts.position_exchange import PositionExchange
from contracts.marts.program_comparison import ProgramComparison
from contracts.marts.rating_distribution import RatingDistribution
from contracts.marts.reach import Reach
from contracts.marts.retention import Retention
from contracts.marts.school_leadership import SchoolLeadership
from contracts.marts.school_outcome_association import SchoolOutcomeAssociation
from contracts.marts.stress import StressTest
from contracts.marts.sunset import Sunset
from contracts.marts.supervision_span import SupervisionSpan
from contracts.marts.survival import Survival
from contracts.marts.sustainability import Sustainability
from contracts.marts.top_rated_reach import TopRatedReach
from contracts.marts.training import Training
from contracts.marts.unused_designation import UnusedDesignation


@dataclass(frozen=True)
class Mart:
    """A mart. `person_level`: it carries `staff_id`, which the release swaps for `educator_key`. `order` is its key."""

    schema: type[dy.Schema]
    person_level: bool
    order: tuple[str, ...]


MARTS: dict[str, Mart] = {
    "educator_year": Mart(EducatorYear, True, ("staff_id", "school_year")),
    "designation": Mart(Designation, True, ("staff_id", "lea_id", "program_id", "school_year")),
    "ladder_flow": Mart(LadderFlow, False, (*PROGRAM, "from_level", "to_level")),
    "leadership_role": Mart(
        LeadershipRole, True, ("staff_id", "lea_id", "school_id", "role_code", "program_id", "school_year")
    ),
    "compensation": Mart(Compensation, True, ("staff_id", "lea_id", "school_year", "pay_type", "stream")),
    "sustainability": Mart(Sustainability, False, PROGRAM),
    "position_exchange": Mart(PositionExchange, False, ("school_id", "school_year")),
    "funding_mix": Mart(FundingMix, False, (*PROGRAM, "stream")),
    "grant_cliff": Mart(GrantCliff, False, ("lea_id", "award_id", "future_year")),
    "cost_projection": Mart(CostProjection, False, ("lea_id", "program_id", "scenario", "future_year")),
    "pay_parity": Mart(PayParity, False, ("lea_id", "program_id", "level", "school_year")),
    "supervision_span": Mart(SupervisionSpan, False, ("school_id", "school_year")),
    "retention": Mart(Retention, False, (*PROGRAM, "comparison_group")),
    "access": Mart(Access, False, ("lea_id", "school_year", "poverty_quartile")),
    "reach": Mart(Reach, False, ("lea_id", "program_id", "role_code", "school_year")),
    "leadership_activity": Mart(LeadershipActivity, False, ("lea_id", "school_id", "month", "measure")),
    "monitors": Mart(Monitors, False, ("lea_id", "school_year", "monitor", "cut")),
    "program_comparison": Mart(ProgramComparison, False, PROGRAM),
    "compliance": Mart(Compliance, False, (*PROGRAM, "rule_id", "school_id")),
    "coverage": Mart(Coverage, False, (*PROGRAM, "poverty_quartile")),
    "rating_distribution": Mart(RatingDistribution, False, ("lea_id", "rating_system", "school_year", "band")),
    "survival": Mart(Survival, False, ("lea_id", "cohort_year", "years_after", "comparison_group")),
    "pipeline": Mart(Pipeline, False, ("lea_id", "school_year", "years_after")),
    "unused_designation": Mart(UnusedDesignation, False, PROGRAM),
    "leadership_staffing": Mart(LeadershipStaffing, False, ("lea_id", "school_year")),
    "school_leadership": Mart(SchoolLeadership, False, ("school_id", "school_year")),
    "top_rated_reach": Mart(TopRatedReach, False, ("lea_id", "school_year", "poverty_quartile")),
    "training": Mart(Training, False, ("lea_id", "school_year", "comparison_group")),
    "coach_outcome": Mart(CoachOutcome, True, ("staff_id", "lea_id", "school_year")),
    "goal_progress": Mart(GoalProgress, False, ("lea_id", "program_id", "measure", "by_year", "school_year")),
    "stress": Mart(StressTest, False, ("lea_id", "program_id", "shock")),
    "sunset": Mart(Sunset, False, ("lea_id", "award_id")),
    "school_outcome_association": Mart(SchoolOutcomeAssociation, False, ("program_id", "measure", "school_year")),
    "exceptions": Mart(Exceptions, True, ("exception_id",)),
    "data_quality": Mart(DataQuality, False, ("lea_id", "extract", "school_year", "rule_id")),
}
