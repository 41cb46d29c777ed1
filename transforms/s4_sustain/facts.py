"""Facts that many marts share, each made once: resolved extracts first, then what leadership adds to them.

Both functions return lazy frames by name. The caller may materialise them (that is what makes them be made once) and
hands them on to `transforms.s5_marts.build_all`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from contracts.knobs import MetricKnobs
from contracts.terms import ProgramTerms
from transforms.s2_resolve.educators import lea_years_of_stays, record_years
from transforms.s2_resolve.pay import classify_pay, pay_totals, sum_payroll
from transforms.s2_resolve.ratings import usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_stays
from transforms.s4_sustain import above_entry, cost, flows, projection, release, revenue, roles, runway, steps
from transforms.s4_sustain.base_pay import base_pay
from transforms.s4_sustain.leader_pay import leader_pay
from transforms.s4_sustain.leaders import leader_years, program_leaders
from transforms.s4_sustain.terms import in_force, program_frame, role_frame

Frames = dict[str, pl.LazyFrame]
# roster columns that no mart may need: names and licences stay in the lake, provenance is `rung explain`'s
NOT_FOR_MARTS = (
    "first_name",
    "last_name",
    "license_id",
    "submission_id",
    "source_file",
    "source_row",
)
Gather = Callable[[Frames], Frames]


def as_they_are(frames: Frames) -> Frames:
    """The default `gather`: leaves everything lazy."""
    return frames


def resolved_facts(tables: Mapping[str, pl.LazyFrame], gather: Gather = as_they_are) -> Frames:
    """Stage 2 by name: `stays`, `lea_years`, `record_years`, `ratings`, `role_years`, `pay`, `pay_totals`.

    `tables`: the accepted extracts and reference tables by name. `gather` may materialise what later steps share.
    """
    first = gather(
        {
            "stays": clip_stays(tables["roster"].drop(NOT_FOR_MARTS), tables["districts"]),
            "pay": classify_pay(sum_payroll(tables["payroll"]), tables["pay_codes"], tables["funds"]),
            "ratings": usable_ratings(tables["evaluation"], tables["rating_systems"]).drop("source_file", "source_row"),
        }
    )
    second = gather(
        {
            "lea_years": lea_years_of_stays(first["stays"]),
            "record_years": record_years(first["stays"]),
            "role_years": role_years(first["stays"]),
            "pay_totals": pay_totals(first["pay"]),
        }
    )
    return {**first, **second}


def leadership_facts(
    facts: Frames,
    tables: Mapping[str, pl.LazyFrame],
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    gather: Gather = as_they_are,
) -> Frames:
    """Who leads, and its pay, by name: `leaders`, `leader_years`, `adopted`, `base_pay`, `leader_pay`, `posts`."""
    adopted = in_force(tables["program_adoption"], facts["lea_years"])
    leaders = program_leaders(designation, program_frame(programs))
    base = base_pay(facts["pay_totals"], facts["stays"], tables["salary_schedules"])
    first = gather(
        {"adopted": adopted, "leaders": leaders, "base_pay": base, "posts": roles.role_posts(facts["stays"])}
    )
    paid = leader_pay(
        first["leaders"],
        facts["pay"],
        first["base_pay"],
        facts["lea_years"],
        facts["record_years"],
        first["adopted"],
    )
    second = {"leader_years": leader_years(first["leaders"], facts["role_years"]), "leader_pay": paid}
    return {**first, **gather(second)}


def cost_facts(
    facts: Frames,
    tables: Mapping[str, pl.LazyFrame],
    designation: pl.LazyFrame,
    programs: Sequence[ProgramTerms],
    knobs: MetricKnobs,
    gather: Gather = as_they_are,
) -> Frames:
    """Cost by program and year, by name: `keys`, `posts` (priced), `costs`, `teacher_compensation`, `role_based`,
    `projection`, `runway`. `facts`: those of both functions above.
    """
    finance, schedules = tables["program_finance"], tables["salary_schedules"]
    median = roles.median_teacher_base(facts["lea_years"], facts["pay_totals"])
    keys = cost.program_keys(designation, facts["pay"], facts["adopted"], finance, tables["offsets"])
    made = gather({"posts": release.with_release_cost(facts["posts"], median, knobs), "keys": keys})
    released = release.program_release(made["posts"], role_frame(programs), made["keys"])
    costs = cost.program_costs(made["keys"], facts["leader_pay"], released, finance, knobs)
    done = gather({"costs": cost.with_change(cost.with_offsets(costs, tables["offsets"]), knobs)})
    bases = revenue.base_years(done["costs"])
    futures = revenue.future_years(bases, knobs.projection.years)
    climbs = steps.schedule_steps(facts["leader_pay"], facts["lea_years"], schedules, bases)
    paths = projection.cost_paths(
        bases, done["costs"], flows.state_years(designation), facts["leader_pay"], climbs, knobs
    )
    income = revenue.revenue_by_year(futures, facts["pay"], finance)
    projected = gather({"projection": runway.with_revenue(paths, income, knobs)})
    return {
        **made,
        **done,
        "teacher_compensation": above_entry.teacher_compensation(facts["pay_totals"], facts["lea_years"], knobs),
        "role_based": above_entry.role_based_share(
            facts["pay_totals"], facts["lea_years"], facts["leader_pay"], schedules
        ),
        **projected,
        "runway": runway.runway(projected["projection"], knobs),
    }
