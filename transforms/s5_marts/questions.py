"""Marts that answer what a legislature asks (M26 to M38), in one step of stage 5."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy

from contracts.marts.leadership_activity import LeadershipActivity
from contracts.marts.supervision_span import SupervisionSpan
from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.reference import Districts
from contracts.resolved import Frames, MartFacts
from contracts.resolved.leaders import Certified, Designees
from transforms.s4_sustain.terms import program_frame
from transforms.s4_sustain.unused import certificates_and_roles, designees_and_roles
from transforms.s5_marts.coach_outcome import build_coach_outcome
from transforms.s5_marts.coverage import build_coverage
from transforms.s5_marts.leadership_staffing import build_leadership_staffing
from transforms.s5_marts.pipeline import build_pipeline
from transforms.s5_marts.rating_distribution import build_rating_distribution
from transforms.s5_marts.school_leadership import build_school_leadership
from transforms.s5_marts.stress import build_stress
from transforms.s5_marts.sunset import build_sunset
from transforms.s5_marts.survival import build_survival
from transforms.s5_marts.top_rated_reach import build_top_rated_reach
from transforms.s5_marts.training import build_training
from transforms.s5_marts.unused_designation import build_unused_designation


def unused_facts(facts: MartFacts, programs: Sequence[ProgramTerms]) -> Frames:
    """Designees and certificates beside the roles they led to, by name: `designees`, `certified`."""
    terms, roles = program_frame(programs), facts["role_years"]
    return {
        "designees": designees_and_roles(facts["designation"], terms, roles, facts["leadership"]),
        "certified": certificates_and_roles(facts["designation"], terms, roles, facts["lea_years"]),
    }


def build_questions(
    facts: MartFacts,
    unused: Frames,
    marts: Frames,
    districts: dy.LazyFrame[Districts],
    parameters: MetricParameters,
) -> Frames:
    """The marts by name. `unused`: `unused_facts`, materialized; `marts`: `supervision_span`, `leadership_activity`."""
    people, schools = facts["educator_year"], facts["schools"]
    return {
        "coverage": build_coverage(people, facts["leaders"], facts["adopted"], schools),
        "survival": build_survival(people, facts["lea_years"], schools),
        "top_rated_reach": build_top_rated_reach(people, facts["assignments"], schools),
        "rating_distribution": build_rating_distribution(people, facts["ratings"], districts, parameters.findings),
        "leadership_staffing": build_leadership_staffing(
            facts["assignments"], facts["pay_totals"], facts["positions"], schools, parameters
        ),
        "pipeline": build_pipeline(people, facts["leadership"], facts["lea_years"], parameters.findings),
        "unused_designation": build_unused_designation(
            Designees.cast(unused["designees"]), Certified.cast(unused["certified"])
        ),
        "coach_outcome": build_coach_outcome(facts["leadership"], facts["leader_years"], parameters),
        "school_leadership": build_school_leadership(
            SupervisionSpan.cast(marts["supervision_span"]),
            people,
            LeadershipActivity.cast(marts["leadership_activity"]),
            facts["positions"],
        ),
        "training": build_training(people, facts["leadership"]),
        "stress": build_stress(facts["shocks"], parameters),
        "sunset": build_sunset(facts["pay"], parameters),
    }
