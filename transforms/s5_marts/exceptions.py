"""Mart `exceptions`: findings, each with its evidence in a sentence that names nobody."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.marts.exceptions import Exceptions
from contracts.marts.leadership_staffing import LeadershipStaffing
from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.resolved import MartFacts
from contracts.resolved.leaders import DesigneesAndRoles
from transforms.s4_sustain import findings
from transforms.s4_sustain.messages import format_message

ORDER = ["kind", "lea_id", "school_year", "program_id", "school_id", "staff_id", "evidence"]


def build_exceptions(
    programs: Sequence[ProgramTerms],
    facts: MartFacts,
    parameters: MetricParameters,
    designees: dy.LazyFrame[DesigneesAndRoles],
    staffing: dy.LazyFrame[LeadershipStaffing],
) -> dy.LazyFrame[Exceptions]:
    """One row per finding (kinds: MARTS 5, metrics 13). A finding is a question to ask, not an error in the data.

    `exception_id` is kind, LEA, year and a running number in the order of the findings, so it carries nobody's
    identity.
    """
    limits = parameters.findings
    found = [
        findings.role_without_pay(facts["leadership_role"]),
        findings.pay_without_role(facts["leadership_role"]),
        findings.low_pay_per_hour(facts["leadership_role"]),
        findings.of_designations(facts["designation"]),
        findings.out_of_band(programs, facts),
        findings.nomination_concentration(facts["leadership"], limits),
        findings.growth_observation_gap(facts["ratings"], limits),
        findings.over_fte(facts["assignments"], limits),
        findings.thin_evidence(facts["leaders"], facts["ratings"]),
        findings.low_teaching_share(facts["leader_years"], facts["role_years"], limits),
        findings.admin_license_unused(facts["leadership"], facts["lea_years"], limits),
        findings.designation_without_role(designees),
        findings.ap_falls_leaders_rise(staffing),
        findings.rating_system_mismatch(programs, facts["adopted"], facts["ratings"]),
    ]
    number = pl.int_range(1, pl.len() + 1).over("kind", "lea_id", "school_year", order_by=ORDER)
    numbered = format_message("{}:{}:{}:{}", "kind", "lea_id", "school_year", number.cast(pl.String).str.zfill(6))
    return pl.concat(found).with_columns(numbered.alias("exception_id")).pipe(Exceptions.cast)
