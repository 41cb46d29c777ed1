"""What both sides of the comparison of all marts start from besides lake and reference: small tables as Parquet.

Designations are Rung's own mart file and the counts of broken rules are intake's, so neither side is timed with that
work; packs' terms and knobs, which Rung reads from YAML and TOML, stand here as tables for SQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from contracts.resolved.findings import CrossFileFindings
from rung.core.errors import RungError
from rung.intake.explanations import count_answers
from rung.lake.workspace import open_workspace
from rung.marts.from_lake import rule_counts
from rung.packs.load import packs_of
from transforms.s2_resolve.cross_file import with_cross_file
from transforms.s4_sustain.stress import shock_money, shock_scenarios
from transforms.s4_sustain.terms import level_frame, program_frame, role_frame, unit_frame

CHECK_COLUMNS = ("rule_id", "kind", "scope", "limit", "low", "high", "partner_list", "levels")
CHECK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("program_id", "rule_id", "kind", "scope"), pl.String),
    **dict.fromkeys(("limit", "low", "high"), pl.Float64),
    "partner_list": pl.String,
    "levels": pl.List(pl.String),
}
BAND_SCHEMA = {"program_id": pl.String, "rule_id": pl.String, "role_code": pl.String, "school_year": pl.Int16} | {
    "low": pl.Float64,
    "high": pl.Float64,
    "by_share_from": pl.Int16,
}
LOAD_SCHEMA = {"lea_id": pl.String, "average_load": pl.Float64, "marginal_load": pl.Float64}
SCENARIO_SCHEMA = {"scenario": pl.String, "cola": pl.Float64} | {
    "attrition_factor": pl.Float64,
    "designation_growth": pl.Float64,
    "grants_renewed": pl.Boolean,
}
SCENARIO_WORDS = ("attrition_factor", "designation_growth", "grants_renewed")


def write_inputs(config: Path, lake: Path, out: Path) -> None:
    """Writes the tables for the one set of marts that lies in the lake. Raises RungError when there is not one."""
    out.mkdir(parents=True, exist_ok=True)
    made = sorted((lake / "marts").glob("*/designation.parquet"))
    if len(made) != 1:
        raise RungError(
            f"{lake} holds {len(made)} sets of marts; the peers compare one, so run `rung run` on an empty lake"
        )
    shutil.copy(made[0], out / "designation.parquet")
    work = open_workspace(config)
    in_force = work.ledger.in_force(None)
    counts = rule_counts(work, in_force, count_answers(work, in_force))
    across = CrossFileFindings.cast(pl.scan_parquet(made[0].with_name("cross_file.parquet")))
    with_cross_file(counts, across).collect().write_parquet(out / "rule_counts.parquet")
    terms = [pack.terms() for pack in packs_of(work.settings)]
    parameters = MetricParameters.model_validate(work.settings.metrics)
    for name, frame in {**program_tables(terms), **knob_tables(parameters)}.items():
        frame.write_parquet(out / f"{name}.parquet")


def program_tables(programs: Sequence[ProgramTerms]) -> dict[str, pl.DataFrame]:
    """Packs' terms as tables, by name."""
    checks = [(program.program_id, check) for program in programs for check in program.compliance]
    bands = [
        (program_id, check.rule_id, role, year, band.low, band.high, check.by_share_from)
        for program_id, check in checks
        for role, years in check.bands.items()
        for year, band in years.items()
    ]
    asked = [(program_id, *(getattr(check, name) for name in CHECK_COLUMNS)) for program_id, check in checks]
    return {
        "programs": program_frame(programs).collect(),
        "program_starts": pl.DataFrame(
            [(each.program_id, each.first_year) for each in programs if each.first_year is not None],
            schema={"program_id": pl.String, "first_year": pl.Int32},
            orient="row",
        ),
        "level_leads": level_frame(programs).collect(),
        "program_roles": role_frame(programs).select("program_id", "role_code").collect(),
        "position_units": unit_frame(programs).collect(),
        "compliance_checks": pl.DataFrame(asked, schema=CHECK_SCHEMA, orient="row"),
        "pay_bands": pl.DataFrame(bands, schema=BAND_SCHEMA, orient="row"),
    }


def knob_tables(parameters: MetricParameters) -> dict[str, pl.DataFrame]:
    """The configured numbers as tables: one row of `parameters`, and what has rows of its own."""
    settings, own = parameters.projection, parameters.district_loads
    single = {
        "average_load": parameters.loads.average,
        "marginal_load": parameters.loads.marginal,
        "contract_hours": parameters.contract_hours,
        "teaching_position_units": parameters.teaching_position_units,
        "span_limit": parameters.span_limit,
        "leader_tier": parameters.leader_tier,
        "minimum_coachees": parameters.minimum_coachees,
        "budget_vote": parameters.sunset.budget_vote,
        **settings.model_dump(include={"years", "stipend_growth", "prior_persons", "runway_scenario"}),
        **parameters.turnover.model_dump(),
        **parameters.comparison.model_dump(),
        **parameters.findings.model_dump(),
    }
    one_row = {name: [list(value) if isinstance(value, tuple) else value] for name, value in single.items()}
    scenarios = [
        (name, settings.cola if each.cola is None else each.cola, *(getattr(each, word) for word in SCENARIO_WORDS))
        for name, each in settings.scenarios.items()
    ]
    scenarios += [
        (
            f"shock:{name}",
            shock.cola if shock.cola is not None else settings.cola,
            *(getattr(shock, w) for w in SCENARIO_WORDS),
        )
        for name, shock in shock_scenarios(parameters).items()
    ]
    loads = [(lea_id, load.average, load.marginal) for lea_id, load in own.items()]
    index = {"school_year": pl.Int16, "price": pl.Float64}
    codes = {"administrator_credentials": pl.List(pl.String)}
    return {
        "parameters": pl.DataFrame(one_row, schema_overrides=codes),
        "shock_money": shock_money(parameters).collect(),
        "scenarios": pl.DataFrame(scenarios, schema=SCENARIO_SCHEMA, orient="row"),
        "district_loads": pl.DataFrame(loads, schema=LOAD_SCHEMA, orient="row"),
        "deflator": pl.DataFrame(list(parameters.deflator.items()), schema=index, orient="row"),
    }
