"""M38: the cohort model under shocks, and the money that each shock leaves."""

from __future__ import annotations

import polars as pl

from contracts.policy.parameters import MetricParameters, Scenario
from contracts.vocabulary import SHOCKS


def shock_scenarios(parameters: MetricParameters) -> dict[str, Scenario]:
    """The runway scenario under each shock: what changes cost. A shock that changes only money keeps it."""
    asked, stress = parameters.projection, parameters.stress
    base = asked.scenarios[asked.runway_scenario]
    cola = asked.cola if base.cola is None else base.cola
    dearer: dict[str, float | None] = {"cola": None if cola is None else cola + stress.cola_points}
    staying: dict[str, float | None] = {"attrition_factor": base.attrition_factor * (1 - stress.attrition_less)}
    changes = {"cola_rises": dearer, "attrition_falls": staying, "all": {**dearer, **staying}}
    return {shock: base.model_copy(update=changes.get(shock, {})) for shock in SHOCKS}


def shocked(parameters: MetricParameters) -> MetricParameters:
    """The parameters with the shocks as the projection's scenarios; only the expectation is read: nothing is drawn."""
    changed = {"scenarios": shock_scenarios(parameters), "paths": 0}
    return parameters.model_copy(update={"projection": parameters.projection.model_copy(update=changed)})


def shock_money(parameters: MetricParameters) -> pl.LazyFrame:
    """One row per shock: `recurring_factor` on recurring revenue, and `keeps_grants`: running awards still pay."""
    students, state = 1 - parameters.stress.enrolment_less, 1 - parameters.stress.appropriation_less
    factors = {"enrolment_falls": students, "appropriation_falls": state, "all": students * state}
    return pl.LazyFrame(
        {
            "shock": list(SHOCKS),
            "recurring_factor": [factors.get(shock, 1.0) for shock in SHOCKS],
            "keeps_grants": [shock not in ("grant_ends", "all") for shock in SHOCKS],
        }
    )
