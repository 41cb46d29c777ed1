"""Stage 5: the restricted marts, one module each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.knobs import MetricKnobs
from contracts.marts import MARTS
from contracts.terms import ProgramTerms
from transforms.s4_sustain.facts import Frames, Gather, as_they_are, cost_facts, leadership_facts
from transforms.s5_marts.compensation import build_compensation
from transforms.s5_marts.cost_projection import build_cost_projection
from transforms.s5_marts.educator_year import build_educator_year
from transforms.s5_marts.funding_mix import build_funding_mix
from transforms.s5_marts.ladder_flow import build_ladder_flow
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
    marts = {
        "educator_year": build_educator_year(
            facts["record_years"],
            facts["lea_years"],
            facts["ratings"],
            tables["districts"],
            facts["pay_totals"],
            facts["leader_years"],
        ),
        "ladder_flow": build_ladder_flow(designation),
        "compensation": build_compensation(facts["pay"], facts["base_pay"]),
        "funding_mix": build_funding_mix(facts["pay"]),
        "sustainability": build_sustainability(
            facts["costs"], facts["teacher_compensation"], facts["role_based"], facts["runway"]
        ),
        "cost_projection": build_cost_projection(facts["projection"]),
    }
    return {name: mart.sort(MARTS[name].order, nulls_last=True) for name, mart in marts.items()}
