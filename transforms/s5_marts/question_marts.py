"""Marts that answer what a legislature asks (M26 to M39), in one step of stage 5."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy

from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.reference import Districts, SchoolOutcomes
from contracts.resolved import Frames, MartFacts, Materialize, QuestionFacts, Unused
from contracts.resolved.leaders import CertificatesAndRoles, DesigneesAndRoles
from transforms.s2_resolve.run import as_they_are
from transforms.s4_sustain import unused
from transforms.s4_sustain.terms import program_frame
from transforms.s5_marts.coach_outcome import build_coach_outcome
from transforms.s5_marts.coverage import build_coverage
from transforms.s5_marts.leadership_staffing import build_leadership_staffing
from transforms.s5_marts.pipeline import build_pipeline
from transforms.s5_marts.rating_distribution import build_rating_distribution
from transforms.s5_marts.school_leadership import build_school_leadership
from transforms.s5_marts.school_outcome_association import build_school_outcome_association
from transforms.s5_marts.stress import build_stress
from transforms.s5_marts.sunset import build_sunset
from transforms.s5_marts.survival import build_survival
from transforms.s5_marts.top_rated_reach import build_top_rated_reach
from transforms.s5_marts.training import build_training
from transforms.s5_marts.unused_designation import build_unused_designation


def unused_facts(facts: MartFacts, programs: Sequence[ProgramTerms], materialize: Materialize = as_they_are) -> Unused:
    """Designees and certificates beside the roles they led to."""
    terms, roles = program_frame(programs), facts["role_years"]
    made = materialize(
        {
            "designees": unused.designees_and_roles(facts["designation"], terms, roles, facts["leadership"]),
            "certified": unused.certificates_and_roles(facts["designation"], terms, roles, facts["rosters"]),
        }
    )
    return {
        "designees": DesigneesAndRoles.cast(made["designees"]),
        "certified": CertificatesAndRoles.cast(made["certified"]),
    }


def build_questions(
    facts: QuestionFacts,
    districts: dy.LazyFrame[Districts],
    school_outcomes: dy.LazyFrame[SchoolOutcomes],
    parameters: MetricParameters,
) -> Frames:
    """The marts by name."""
    people, schools = facts["educator_year"], facts["schools"]
    return {
        "coverage": build_coverage(people, facts["leaders"], facts["adopted"], schools),
        "survival": build_survival(people, facts["rosters"], schools),
        "top_rated_reach": build_top_rated_reach(people, facts["assignments"], schools),
        "rating_distribution": build_rating_distribution(people, facts["ratings"], districts, parameters.findings),
        "leadership_staffing": build_leadership_staffing(
            facts["assignments"], facts["pay_totals"], facts["positions"], schools, parameters
        ),
        "pipeline": build_pipeline(
            people, facts["leadership"], facts["lea_years"], facts["rosters"], parameters.findings
        ),
        "unused_designation": build_unused_designation(facts["designees"], facts["certified"]),
        "coach_outcome": build_coach_outcome(facts["leadership"], facts["leader_years"], parameters),
        "school_leadership": build_school_leadership(
            facts["supervision_span"], people, facts["leadership_activity"], facts["positions"]
        ),
        "school_outcome_association": build_school_outcome_association(
            people, facts["leaders"], facts["adopted"], schools, school_outcomes
        ),
        "training": build_training(people, facts["leadership"]),
        "stress": build_stress(facts["shocks"], parameters),
        "sunset": build_sunset(facts["pay"], parameters),
    }
