"""Stage 5: every restricted mart from what stages 2 to 4 made."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy

from contracts.marts.access import Access
from contracts.marts.designation import Designation
from contracts.marts.educator_year import EducatorYear
from contracts.marts.leadership_activity import LeadershipActivity
from contracts.marts.leadership_role import LeadershipRole
from contracts.marts.leadership_staffing import LeadershipStaffing
from contracts.marts.supervision_span import SupervisionSpan
from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.resolved import Frames, MartFacts, Materialize, QuestionFacts, Sustained
from contracts.resolved.costs import ProgramRows
from contracts.tables import References
from contracts.vocabulary import GOAL_MEASURES
from transforms.s2_resolve.run import as_they_are
from transforms.s4_sustain.terms import own_roles, role_frame, unit_frame
from transforms.s5_marts.access import build_access
from transforms.s5_marts.compensation import build_compensation
from transforms.s5_marts.compliance import build_compliance
from transforms.s5_marts.cost_projection import build_cost_projection
from transforms.s5_marts.educator_year import build_educator_year
from transforms.s5_marts.exceptions import build_exceptions
from transforms.s5_marts.funding_mix import build_funding_mix
from transforms.s5_marts.goal_progress import build_goal_progress
from transforms.s5_marts.grant_cliff import build_grant_cliff
from transforms.s5_marts.ladder_flow import build_ladder_flow
from transforms.s5_marts.leadership_activity import build_leadership_activity
from transforms.s5_marts.leadership_role import build_leadership_role
from transforms.s5_marts.monitors import build_monitors
from transforms.s5_marts.pay_parity import build_pay_parity
from transforms.s5_marts.position_exchange import build_position_exchange
from transforms.s5_marts.program_comparison import build_program_comparison
from transforms.s5_marts.question_marts import build_questions, unused_facts
from transforms.s5_marts.reach import build_reach
from transforms.s5_marts.retention import build_retention
from transforms.s5_marts.supervision_span import build_supervision_span
from transforms.s5_marts.sustainability import build_sustainability, program_rows


def build_marts(
    facts: Sustained,
    tables: References,
    designation: dy.LazyFrame[Designation],
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
) -> Frames:
    """Every mart of stage 5 by name, each in its contract's columns; what writes a mart sorts it.

    `facts`: what stages 2 (`resolve`) and 4 (`sustain`) made. `tables`: reference tables.
    `programs`: `pack.terms()` of every loaded pack. `materialize`: how to collect frames that several marts share;
    without it every mart is one lazy plan from the tables. `designation` and `data_quality` are built elsewhere.
    """
    marts = {**_people(facts, tables, programs, parameters), **_money(facts, tables, designation, parameters)}
    marts |= materialize({name: marts[name] for name in ("educator_year", "leadership_role")})
    read: MartFacts = {
        **facts,
        "designation": designation,
        "schools": tables["schools"],
        "educator_year": EducatorYear.cast(marts["educator_year"]),
        "leadership_role": LeadershipRole.cast(marts["leadership_role"]),
    }
    marts |= _leadership(read, programs, parameters)
    marts |= materialize({name: marts[name] for name in ("supervision_span", "leadership_activity", "access")})
    marts["monitors"] = build_monitors(
        read["educator_year"],
        Access.cast(marts["access"]),
        read["leadership"],
        read["assignments"],
        read["schools"],
        parameters,
    )
    unused = unused_facts(read, programs, materialize)
    asked: QuestionFacts = {
        **read,
        **unused,
        "supervision_span": SupervisionSpan.cast(marts["supervision_span"]),
        "leadership_activity": LeadershipActivity.cast(marts["leadership_activity"]),
    }
    marts |= build_questions(asked, tables["districts"], tables["school_outcomes"], parameters)
    read_by_others = {measure.split(".")[0] for measure in GOAL_MEASURES} | {"leadership_staffing"}
    marts |= materialize({name: mart for name, mart in marts.items() if name in read_by_others})
    marts["goal_progress"] = build_goal_progress(
        tables["program_goals"], tables["program_adoption"], facts["rosters"], marts
    )
    marts["exceptions"] = build_exceptions(
        programs,
        read,
        parameters,
        unused["designees"],
        LeadershipStaffing.cast(marts["leadership_staffing"]),
    )
    return marts


def rows_of_programs(facts: Sustained) -> dy.LazyFrame[ProgramRows]:
    """What `sustainability` says of each LEA, program and year, unrounded."""
    return program_rows(
        facts["costs"], facts["other_leaders"], facts["teacher_compensation"], facts["role_based"], facts["runway"]
    )


def _people(
    facts: Sustained, tables: References, programs: Sequence[ProgramTerms], parameters: MetricParameters
) -> Frames:
    """Marts of persons and of schools' staff."""
    return {
        "educator_year": build_educator_year(
            facts["record_years"],
            facts["lea_years"],
            facts["ratings"],
            tables["districts"],
            facts["pay_totals"],
            facts["leader_years"],
            facts["other_leader_years"],
            facts["rosters"],
        ),
        "leadership_role": build_leadership_role(
            facts["positions"],
            facts["role_years"],
            facts["role_pay"],
            own_roles(facts["adopted"], role_frame(programs)),
            facts["lea_years"],
            facts["pay_totals"],
            tables["minimum_wage"],
            parameters,
        ),
        "supervision_span": build_supervision_span(
            facts["assignments"], facts["ratings"], facts["leader_years"], parameters
        ),
        "position_exchange": build_position_exchange(
            facts["assignments"], facts["adopted"], unit_frame(programs), parameters
        ),
    }


def _money(
    facts: Sustained, tables: References, designation: dy.LazyFrame[Designation], parameters: MetricParameters
) -> Frames:
    """Marts of pay, cost and funding."""
    return {
        "compensation": build_compensation(facts["pay"], facts["base_pay"]),
        "funding_mix": build_funding_mix(facts["cost_by_stream"], facts["costs"]),
        "sustainability": build_sustainability(rows_of_programs(facts)),
        "cost_projection": build_cost_projection(facts["projection"]),
        "grant_cliff": build_grant_cliff(facts["pay"], tables["program_finance"], parameters),
        "pay_parity": build_pay_parity(designation, facts["pay_totals"], facts["lea_years"]),
    }


def _leadership(facts: MartFacts, programs: Sequence[ProgramTerms], parameters: MetricParameters) -> Frames:
    """Marts of what leadership does."""
    return {
        "ladder_flow": build_ladder_flow(facts["designation"]),
        "retention": build_retention(
            facts["educator_year"], facts["leaders"], facts["adopted"], facts["schools"], parameters
        ),
        "access": build_access(
            facts["educator_year"],
            facts["leader_pay"],
            facts["record_years"],
            facts["schools"],
            facts["rosters"],
            parameters,
        ),
        "reach": build_reach(
            facts["leaders"],
            facts["role_years"],
            role_frame(programs),
            facts["assignments"],
            facts["leadership"],
            facts["costs"],
        ),
        "leadership_activity": build_leadership_activity(facts["leadership"], facts["lea_years"]),
        "program_comparison": build_program_comparison(
            facts["designation"], facts["lea_years"], facts["adopted"], parameters
        ),
        "compliance": build_compliance(programs, facts),
    }
