"""Stage 4: who leads, what leadership is paid and costs, who pays for it, and how that goes on."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.resolved import Frames, Led, Materialize, Resolved, Sustained
from contracts.resolved.costs import Costs, ProgramKeys
from contracts.resolved.leaders import Adopted, LeaderPay, Leaders, LeaderYears
from contracts.resolved.others import DistrictsAsked
from contracts.resolved.pay import BasePay
from contracts.resolved.projection import FundedPaths
from contracts.resolved.roles import PricedPositions, RolePay
from contracts.tables import References
from transforms.s2_resolve.run import as_they_are
from transforms.s4_sustain import (
    above_entry,
    cost,
    cost_parts,
    level_moves,
    projection,
    release_time,
    revenue,
    roles,
    runway,
    schedule_steps,
    stress,
)
from transforms.s4_sustain.base_pay import base_pay
from transforms.s4_sustain.leader_pay import leader_pay
from transforms.s4_sustain.leaders import leader_years, own_roles_held, program_leaders
from transforms.s4_sustain.terms import in_force, level_frame, own_roles, program_frame, role_frame


def sustain(
    facts: Resolved,
    tables: References,
    designation: dy.LazyFrame[Designation],
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
    districts: dy.LazyFrame[DistrictsAsked] | None = None,
) -> Sustained:
    """Everything that several marts need beside the resolved `facts` of stage 2, made once.

    `tables`: reference tables. `designation`: stage 3. `programs`: `pack.terms()` of every pack. `districts`: those
    (`lea_id`) whose costs are asked for; without, all.
    """
    led = leadership_facts(facts, tables, designation, programs, parameters, materialize)
    return cost_facts(led, tables, designation, programs, parameters, materialize, districts)


def leadership_facts(
    facts: Resolved,
    tables: References,
    designation: dy.LazyFrame[Designation],
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
) -> Led:
    """Stage 2's facts with who leads (teachers, and others apart), and what leading and its roles are paid."""
    program_lf, role_lf = program_frame(programs), role_frame(programs)
    adopted = in_force(tables["program_adoption"], facts["rosters"])
    leading = program_leaders(
        designation,
        program_lf,
        level_frame(programs),
        own_roles_held(facts["role_years"], own_roles(adopted, role_lf)),
        facts["lea_years"],
        parameters.leader_tier,
    )
    first = materialize(
        {
            "adopted": adopted,
            "leading": leading,
            "base_pay": base_pay(facts["pay_totals"], facts["assignments"], tables["salary_schedules"]),
            "role_pay": roles.role_pay(facts["pay"], facts["role_years"], role_lf, program_lf),
        }
    )
    in_place, base = Adopted.cast(first["adopted"]), BasePay.cast(first["base_pay"])
    leaders = Leaders.cast(first["leading"].filter("is_teacher"))
    others = Leaders.cast(first["leading"].filter(~pl.col("is_teacher")))
    paid = leader_pay(leaders, facts["pay"], base, facts["lea_years"], facts["record_years"], in_place, program_lf)
    second = materialize(
        {"leader_years": leader_years(leaders), "other_leader_years": leader_years(others), "leader_pay": paid}
    )
    return {
        **facts,
        "adopted": in_place,
        "leaders": leaders,
        "other_leaders": others,
        "base_pay": base,
        "role_pay": RolePay.cast(first["role_pay"]),
        "leader_years": LeaderYears.cast(second["leader_years"]),
        "other_leader_years": LeaderYears.cast(second["other_leader_years"]),
        "leader_pay": LeaderPay.cast(second["leader_pay"]),
    }


def cost_facts(
    facts: Led,
    tables: References,
    designation: dy.LazyFrame[Designation],
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
    districts: dy.LazyFrame[DistrictsAsked] | None = None,
) -> Sustained:
    """The facts above with what programs cost by year: keys, priced positions, costs, projection and runway."""
    finance, schedules = tables["program_finance"], tables["salary_schedules"]
    totals, lea_years, paid = facts["pay_totals"], facts["lea_years"], facts["leader_pay"]
    median = roles.median_teacher_base(lea_years, totals)
    found = cost.program_keys(designation, facts["pay"], facts["adopted"], finance, tables["offsets"])
    if districts is not None:
        found = ProgramKeys.cast(found.join(districts, on="lea_id", how="semi"))
    priced = release_time.with_release_cost(roles.role_positions(facts["assignments"]), median, parameters)
    first = materialize({"positions": priced, "keys": found})
    positions, keys = PricedPositions.cast(first["positions"]), ProgramKeys.cast(first["keys"])
    released = release_time.program_release(positions, role_frame(programs), keys)
    spent = cost.program_costs(keys, paid, cost_parts.code_pay(facts["pay"], paid), released, finance, parameters)
    net = cost.with_change(cost.with_offsets(spent, tables["offsets"], facts["adopted"]), parameters)
    costs = Costs.cast(materialize({"costs": net})["costs"])
    bases = revenue.base_years(costs)
    futures = revenue.future_years(bases, parameters.projection.years)
    climbs = schedule_steps.schedule_steps(paid, lea_years, schedules, bases)
    states = level_moves.state_years(designation, level_frame(programs), parameters.leader_tier)
    paths = projection.cost_paths(bases, costs, states, paid, climbs, parameters)
    income = revenue.revenue_by_year(futures, facts["pay"], finance)
    hard = stress.shocked(parameters)
    shocks = projection.cost_paths(bases, costs, states, paid, climbs, hard)
    funded: Frames = {
        "projection": runway.with_revenue(paths, income, parameters),
        "shocks": runway.with_revenue(shocks, income, hard),
    }
    done = materialize(funded)
    projected = FundedPaths.cast(done["projection"])
    return {
        **facts,
        "positions": positions,
        "keys": keys,
        "costs": costs,
        "teacher_compensation": above_entry.teacher_compensation(totals, lea_years, parameters),
        "role_based": above_entry.role_based_share(totals, lea_years, paid, schedules),
        "cost_by_stream": cost_parts.cost_by_stream(costs, facts["pay"], paid, finance),
        "projection": projected,
        "shocks": FundedPaths.cast(done["shocks"]),
        "runway": runway.runway(projected, parameters),
    }
