"""Stage 5: the restricted marts, one module each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.knobs import MetricKnobs
from contracts.marts import MARTS
from contracts.terms import ProgramTerms
from transforms.s4_sustain.facts import Frames, Gather, as_they_are, cost_facts, leadership_facts
from transforms.s4_sustain.roles import role_pay
from transforms.s4_sustain.terms import own_roles, program_frame, role_frame, unit_frame
from transforms.s5_marts.access import build_access
from transforms.s5_marts.compensation import build_compensation
from transforms.s5_marts.compliance import build_compliance
from transforms.s5_marts.cost_projection import build_cost_projection
from transforms.s5_marts.educator_year import build_educator_year
from transforms.s5_marts.exceptions import build_exceptions
from transforms.s5_marts.funding_mix import build_funding_mix
from transforms.s5_marts.grant_cliff import build_grant_cliff
from transforms.s5_marts.ladder_flow import build_ladder_flow
from transforms.s5_marts.leadership_activity import build_leadership_activity
from transforms.s5_marts.leadership_role import build_leadership_role
from transforms.s5_marts.monitors import build_monitors
from transforms.s5_marts.pay_parity import build_pay_parity
from transforms.s5_marts.position_exchange import build_position_exchange
from transforms.s5_marts.program_comparison import build_program_comparison
from transforms.s5_marts.reach import build_reach
from transforms.s5_marts.retention import build_retention
from transforms.s5_marts.supervision_span import build_supervision_span
from transforms.s5_marts.sustainability import build_sustainability


def build_all(
    tables: Mapping[str, pl.LazyFrame],
    resolved: Frames,
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    knobs: MetricKnobs,
    gather: Gather = as_they_are,
) -> Frames:
    """Every mart of stage 5 by name, each in its contract's columns and in the order in which it is written.

    `tables`: accepted extracts and reference tables by name (optional ones as empty frames of their schema).
    `resolved`: `s4_sustain.facts.resolved_facts(tables, gather)`. `designation`: per contracts/designation.py.
    `programs`: `pack.terms()` of every loaded pack. `gather`: how to materialise shared frames, for example
    `lambda frames: dict(zip(frames, [f.lazy() for f in pl.collect_all(frames.values(), engine="streaming")]))`;
    without it every mart is one lazy plan from the tables. `designation` and `data_quality` are built elsewhere.
    """
    facts = {**resolved, **leadership_facts(resolved, tables, designation, programs, gather)}
    facts |= cost_facts(facts, tables, designation, programs, knobs, gather)
    own = role_frame(programs)
    paid_roles = role_pay(facts["pay"], facts["role_years"], own, program_frame(programs))
    facts |= gather({"role_pay": paid_roles}) | {name: tables[name] for name in ("leadership", "schools")}
    facts["designation"] = designation
    marts = {**_people(facts, tables, programs, knobs), **_money(facts, tables, knobs)}
    marts |= gather({name: marts[name] for name in ("educator_year", "leadership_role")})
    marts |= _leadership(facts | marts, programs, knobs)
    marts["monitors"] = build_monitors(
        marts["educator_year"], marts["access"], facts["leadership"], facts["stays"], facts["schools"], knobs
    )
    marts["exceptions"] = build_exceptions(programs, facts | marts, knobs)
    return {name: mart.sort(MARTS[name].order, nulls_last=True) for name, mart in marts.items()}


def _people(
    facts: Frames, tables: Mapping[str, pl.LazyFrame], programs: Sequence[ProgramTerms], knobs: MetricKnobs
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
        ),
        "leadership_role": build_leadership_role(
            facts["posts"],
            facts["role_years"],
            facts["role_pay"],
            own_roles(facts["adopted"], role_frame(programs)),
            facts["lea_years"],
            facts["pay_totals"],
            tables["minimum_wage"],
            knobs,
        ),
        "supervision_span": build_supervision_span(facts["stays"], tables["evaluation"], facts["leader_years"], knobs),
        "position_exchange": build_position_exchange(facts["stays"], facts["adopted"], unit_frame(programs), knobs),
    }


def _money(facts: Frames, tables: Mapping[str, pl.LazyFrame], knobs: MetricKnobs) -> Frames:
    """Marts of pay, cost and funding."""
    return {
        "compensation": build_compensation(facts["pay"], facts["base_pay"]),
        "funding_mix": build_funding_mix(facts["pay"]),
        "sustainability": build_sustainability(
            facts["costs"], facts["teacher_compensation"], facts["role_based"], facts["runway"]
        ),
        "cost_projection": build_cost_projection(facts["projection"]),
        "grant_cliff": build_grant_cliff(facts["pay"], tables["program_finance"], knobs),
        "pay_parity": build_pay_parity(facts["designation"], facts["pay_totals"], facts["lea_years"]),
    }


def _leadership(facts: Frames, programs: Sequence[ProgramTerms], knobs: MetricKnobs) -> Frames:
    """Marts of what leadership does. `facts` hold `educator_year` too."""
    return {
        "ladder_flow": build_ladder_flow(facts["designation"]),
        "retention": build_retention(facts["educator_year"], facts["leaders"], facts["keys"], facts["schools"], knobs),
        "access": build_access(
            facts["educator_year"], facts["leader_pay"], facts["schools"], facts["lea_years"], knobs
        ),
        "reach": build_reach(
            facts["leaders"],
            facts["role_years"],
            role_frame(programs),
            facts["stays"],
            facts["leadership"],
            facts["costs"],
        ),
        "leadership_activity": build_leadership_activity(facts["leadership"], facts["lea_years"]),
        "program_comparison": build_program_comparison(
            facts["designation"], facts["lea_years"], facts["adopted"], knobs
        ),
        "compliance": build_compliance(programs, facts),
    }
