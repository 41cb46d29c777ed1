"""Rows of marts that are about the whole state, from the rows of all its districts."""

from __future__ import annotations

import polars as pl

from contracts.policy.parameters import MetricParameters
from contracts.resolved import DistrictRows, Frames, Resolved
from contracts.tables import References
from transforms.s4_sustain.terms import in_force
from transforms.s5_marts.access import build_access
from transforms.s5_marts.coverage import build_coverage
from transforms.s5_marts.pipeline import build_pipeline
from transforms.s5_marts.school_outcome_association import build_school_outcome_association
from transforms.s5_marts.survival import build_survival
from transforms.s5_marts.sustainability import build_sustainability

OF_STATE = ("access", "coverage", "pipeline", "survival", "sustainability")
"""Marts that have rows about the state (`lea_id` null) beside those about districts."""
WHOLLY_OF_STATE = ("school_outcome_association",)


def build_state_rows(rows: DistrictRows, facts: Resolved, tables: References, parameters: MetricParameters) -> Frames:
    """The rows about the state of each mart of `OF_STATE`, and the marts of `WHOLLY_OF_STATE`, by name.

    `facts`: stage 2, of the whole state. `tables`: reference tables.
    """
    people, schools = rows["educator_year"], tables["schools"]
    adopted = in_force(tables["program_adoption"], facts["rosters"])
    marts = {
        "access": build_access(
            people, rows["leader_pay"], facts["record_years"], schools, facts["rosters"], parameters
        ),
        "coverage": build_coverage(people, rows["leaders"], adopted, schools),
        "pipeline": build_pipeline(
            people, facts["leadership"], facts["lea_years"], facts["rosters"], parameters.findings
        ),
        "survival": build_survival(people, facts["rosters"], schools),
        "sustainability": build_sustainability(rows["program_rows"]),
    }
    of_state: Frames = {name: marts[name].filter(pl.col("lea_id").is_null()) for name in OF_STATE}
    of_state["school_outcome_association"] = build_school_outcome_association(
        people, rows["leaders"], adopted, schools, tables["school_outcomes"]
    )
    return of_state
