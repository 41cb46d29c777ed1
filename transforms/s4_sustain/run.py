"""Stage 4: who leads, what leadership is paid and costs, who pays for it, and how that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from transforms.s2_resolve.run import Frames, Materialize, as_they_are
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
    steps,
)
from transforms.s4_sustain.base_pay import base_pay
from transforms.s4_sustain.leader_pay import leader_pay
from transforms.s4_sustain.leaders import leader_years, own_roles_held, program_leaders
from transforms.s4_sustain.roles import role_pay
from transforms.s4_sustain.terms import in_force, level_frame, own_roles, program_frame, role_frame


def sustain(
    facts: Frames,
    tables: Mapping[str, pl.LazyFrame],
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
) -> Frames:
    """Everything that several marts need beside the resolved `facts` of stage 2, by name, made once.

    `tables`: accepted extracts and reference tables. `designation`: stage 3. `programs`: `pack.terms()` of every pack.
    """
    led = facts | leadership_facts(facts, tables, designation, programs, parameters, materialize)
    costed = led | cost_facts(led, tables, designation, programs, parameters, materialize)
    paid = role_pay(facts["pay"], facts["role_years"], role_frame(programs), program_frame(programs))
    return costed | materialize({"role_pay": paid})


def leadership_facts(
    facts: Frames,
    tables: Mapping[str, pl.LazyFrame],
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
) -> Frames:
    """Who leads, and its pay, by name: `leaders` (teachers) and `other_leaders` of programs, `leader_years` and
    `other_leader_years`, `adopted`, `base_pay`, `leader_pay`, `positions`.
    """
    adopted = in_force(tables["program_adoption"], facts["lea_years"])
    program_lf, own = program_frame(programs), own_roles(adopted, role_frame(programs))
    leading = program_leaders(
        designation,
        program_lf,
        level_frame(programs),
        own_roles_held(facts["role_years"], own),
        facts["lea_years"],
        parameters.leader_tier,
    )
    base = base_pay(facts["pay_totals"], facts["assignments"], tables["salary_schedules"])
    first = materialize(
        {
            "adopted": adopted,
            "leading": leading,
            "base_pay": base,
            "positions": roles.role_positions(facts["assignments"]),
        }
    )
    leaders = first["leading"].filter("is_teacher")
    others = first["leading"].filter(~pl.col("is_teacher"))
    paid = leader_pay(
        leaders,
        facts["pay"],
        first["base_pay"],
        facts["lea_years"],
        facts["record_years"],
        first["adopted"],
        program_lf,
    )
    second = {"leader_years": leader_years(leaders), "other_leader_years": leader_years(others), "leader_pay": paid}
    return {**first, "leaders": leaders, "other_leaders": others, **materialize(second)}


def cost_facts(
    facts: Frames,
    tables: Mapping[str, pl.LazyFrame],
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    parameters: MetricParameters,
    materialize: Materialize = as_they_are,
) -> Frames:
    """Cost by program and year, by name: `keys`, `positions` (priced), `costs`, `teacher_compensation`, `role_based`,
    `projection`, `runway`. `facts`: those of both functions above.
    """
    finance, schedules = tables["program_finance"], tables["salary_schedules"]
    median = roles.median_teacher_base(facts["lea_years"], facts["pay_totals"])
    keys = cost.program_keys(designation, facts["pay"], facts["adopted"], finance, tables["offsets"])
    made = materialize(
        {"positions": release_time.with_release_cost(facts["positions"], median, parameters), "keys": keys}
    )
    released = release_time.program_release(made["positions"], role_frame(programs), made["keys"])
    costs = cost.program_costs(
        made["keys"], facts["leader_pay"], cost_parts.code_pay(facts["pay"]), released, finance, parameters
    )
    netted = cost.with_offsets(costs, tables["offsets"], facts["adopted"])
    done = materialize({"costs": cost.with_change(netted, parameters)})
    bases = revenue.base_years(done["costs"])
    futures = revenue.future_years(bases, parameters.projection.years)
    climbs = steps.schedule_steps(facts["leader_pay"], facts["lea_years"], schedules, bases)
    paths = projection.cost_paths(
        bases,
        done["costs"],
        level_moves.state_years(designation, level_frame(programs), parameters.leader_tier),
        facts["leader_pay"],
        climbs,
        parameters,
    )
    income = revenue.revenue_by_year(futures, facts["pay"], finance)
    projected = materialize({"projection": runway.with_revenue(paths, income, parameters)})
    return {
        **made,
        **done,
        "teacher_compensation": above_entry.teacher_compensation(facts["pay_totals"], facts["lea_years"], parameters),
        "role_based": above_entry.role_based_share(
            facts["pay_totals"], facts["lea_years"], facts["leader_pay"], schedules
        ),
        "cost_by_stream": cost_parts.cost_by_stream(done["costs"], facts["pay"], facts["leader_pay"], finance),
        **projected,
        "runway": runway.runway(projected["projection"], parameters),
    }
