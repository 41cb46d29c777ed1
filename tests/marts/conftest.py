"""States small enough to check by hand, as frames in their contracts' types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.marts.designation import Designation
from contracts.policy.parameters import LikeComparison, MetricParameters, Projection, Scenario
from contracts.policy.terms import ComplianceCheck, ProgramTerms
from contracts.reference import REFERENCES
from transforms.s2_resolve.pay import sum_payroll
from transforms.s2_resolve.run import resolve
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.run import build_marts

Tables = dict[str, pl.LazyFrame]
GOLDEN = Path(__file__).parents[1] / "golden" / "money"
SCHEMAS = {name: extract.accepted for name, extract in EXTRACTS.items()}
SCHEMAS |= {name: reference.schema for name, reference in REFERENCES.items()} | {"designation": Designation}


def typed(name: str, rows: pl.DataFrame) -> pl.LazyFrame:
    """Rows with some of a contract's columns, made whole: absent columns are null, provenance is invented."""
    schema = SCHEMAS[name]
    empty = schema.create_empty()
    made = {"submission_id": "s", "source_file": "f.csv", "source_row": 1}
    lacking = [pl.lit(made.get(column)).alias(column) for column in empty.columns if column not in rows.columns]
    dates = [c for c in rows.columns if empty.schema[c] == pl.Date]
    whole = rows.with_columns(lacking).with_columns(pl.col(dates).cast(pl.String).str.to_date())
    return whole.select(pl.col(c).cast(empty.schema[c]) for c in empty.columns).lazy()


def frame(name: str, rows: list[Mapping[str, Any]]) -> pl.LazyFrame:
    """A table of a few rows written in a test; dates, decimals and codes as text."""
    if not rows:
        return SCHEMAS[name].create_empty(lazy=True)
    return typed(name, _parsed(pl.DataFrame([{k: None if v is None else str(v) for k, v in r.items()} for r in rows])))


def _parsed(text: pl.DataFrame) -> pl.DataFrame:
    flags = [c for c in text.columns if set(text[c].drop_nulls().unique()) <= {"true", "false", "True", "False"}]
    flags = [c for c in flags if text[c].drop_nulls().len()]
    return text.with_columns(pl.col(flags).str.to_lowercase() == "true") if flags else text


def gather(frames: Tables) -> Tables:
    """Materialise shared frames, as a run does."""
    return {name: made.lazy() for name, made in zip(frames, pl.collect_all(list(frames.values())), strict=True)}


def stages(
    tables: Tables, designation: pl.LazyFrame, programs: list[ProgramTerms], parameters: MetricParameters
) -> Tables:
    """Stages 2, 4 and 5 over given designations."""
    tables = tables | {"pay_sums": sum_payroll(tables["payroll"])}
    facts = sustain(resolve(tables, gather), tables, designation, programs, parameters, gather)
    marts = build_marts(facts, tables, designation, programs, parameters, gather)
    return {name: mart.sort(MARTS[name].order, nulls_last=True) for name, mart in marts.items()}


def empty_tables() -> Tables:
    return {name: SCHEMAS[name].create_empty(lazy=True) for name in (*EXTRACTS, *REFERENCES)}


@pytest.fixture(scope="session")
def make() -> Callable[..., pl.LazyFrame]:
    return frame


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., Tables]:
    """Every table, empty but for the rows given: `tables_of(roster=[{...}], funds=[{...}])`."""

    def build(**given: list[Mapping[str, Any]]) -> Tables:
        return empty_tables() | {name: frame(name, rows) for name, rows in given.items()}

    return build


@pytest.fixture(scope="session")
def marts_of() -> Callable[..., dict[str, pl.DataFrame]]:
    """All marts of some tables, collected."""

    def build(
        tables: Tables,
        designation: list[Mapping[str, Any]],
        programs: list[ProgramTerms],
        parameters: MetricParameters | None = None,
    ) -> dict[str, pl.DataFrame]:
        made = stages(tables, frame("designation", designation), programs, parameters or MetricParameters())
        return dict(zip(made, pl.collect_all(list(made.values())), strict=True))

    return build


@pytest.fixture(scope="session")
def golden_tables() -> Tables:
    """The golden district's inputs (tests/golden/money/inputs)."""
    read = {path.stem: pl.read_csv(path, infer_schema=False) for path in sorted((GOLDEN / "inputs").glob("*.csv"))}
    return empty_tables() | {name: typed(name, _parsed(rows)) for name, rows in read.items()}


GOLDEN_PROGRAMS = [
    ProgramTerms(
        program_id="golden_ladder",
        place=1,
        leader=True,
        compliance=(
            ComplianceCheck(rule_id="golden_share_20", kind="share_at_most", scope="lea", limit=0.20),
            ComplianceCheck(rule_id="golden_floor_25", kind="share_at_least", limit=0.25),
            ComplianceCheck(rule_id="golden_spend_90", kind="spend_at_least", limit=0.9),
        ),
    ),
    ProgramTerms(
        program_id="golden_mentor",
        place=2,
        leader=True,
        roles=("MENTOR",),
        compliance=(ComplianceCheck(rule_id="golden_span", kind="team_within", low=1, high=3),),
    ),
]
GOLDEN_PARAMETERS = MetricParameters(
    comparison=LikeComparison(minimum_leaders=1, minimum_others=1),
    projection=Projection(
        cola=0.0,
        scenarios={
            "base": Scenario(),
            "high": Scenario(cola=0.03, attrition_factor=0.75, designation_growth=0.05),
            "grants_renewed": Scenario(grants_renewed=True),
        },
    ),
)


@pytest.fixture(scope="session")
def golden(golden_tables: Tables) -> dict[str, pl.DataFrame]:
    """Every mart of the golden district."""
    tables = {name: lf for name, lf in golden_tables.items() if name != "designation"}
    made = stages(tables, golden_tables["designation"], GOLDEN_PROGRAMS, GOLDEN_PARAMETERS)
    return dict(zip(made, pl.collect_all(list(made.values())), strict=True))


def post(staff: str, year: int = 2026, **more: Any) -> dict[str, Any]:
    """A roster row: a full-time teacher at school S1 of LEA L1 for the whole year, unless told otherwise."""
    plain = {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": year,
        "school_id": "S1",
        "begin_date": f"{year - 1}-07-01",
        "end_date": f"{year}-06-30",
        "staff_classification": "teacher",
        "position_title": "Teacher",
        "full_time_equivalency": 1.0,
    }
    return plain | more


def line(staff: str, code: str, amount: str, year: int = 2026, **more: Any) -> dict[str, Any]:
    """A pay line of LEA L1 on the general fund, unless told otherwise."""
    plain = {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": year,
        "pay_date": f"{year}-01-31",
        "pay_code": code,
        "fund_code": "01",
        "amount": amount,
    }
    return plain | more


def holds(staff: str, level: str | None, year: int = 2026, **more: Any) -> dict[str, Any]:
    """A designation row of program `p` in LEA L1, tier 2 with a level and tier 0 without."""
    plain = {
        "staff_id": staff,
        "lea_id": "L1",
        "program_id": "p",
        "school_year": year,
        "level": level,
        "status": "held" if level else "lapsed",
        "reason": "by hand",
        "reason_code": "ok",
        "rule_id": "r",
        "pack_version": "1",
        "state_tier": 2 if level else 0,
        "visibility": "confidential",
    }
    return plain | more


FUNDS = [
    {"lea_id": "L1", "fund_code": "01", "stream": "local_general", "recurring": True},
    {
        "lea_id": "L1",
        "fund_code": "G",
        "stream": "competitive_federal",
        "award_id": "A1",
        "award_end": "2026-09-30",
        "recurring": False,
    },
]
CODES = [
    {"lea_id": "L1", "pay_code": "BASE", "pay_type": "base", "program_id": None, "role_code": None},
    {"lea_id": "L1", "pay_code": "P", "pay_type": "stipend", "program_id": "p", "role_code": None},
    {"lea_id": "L1", "pay_code": "R", "pay_type": "stipend", "program_id": None, "role_code": "ROLE"},
    {"lea_id": "L1", "pay_code": "BEN", "pay_type": "benefit", "program_id": None, "role_code": None},
]
SYSTEM = [
    {
        "rating_system": "sys",
        "version": "1",
        "from_year": 2000,
        "rating_level": level,
        "band": band,
        "is_top": band == 5,
        "is_positive": band > 3,
    }
    for level, band in (("High", 5), ("Low", 2))
]
PROGRAM = ProgramTerms(program_id="p", place=1, leader=True)
ROLE_PROGRAM = ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",))


@dataclass(frozen=True)
class Small:
    """Row makers and defaults of a one-district state, and `marts(...)`, which builds every mart of it."""

    build: Callable[..., dict[str, pl.DataFrame]]
    post = staticmethod(post)
    line = staticmethod(line)
    holds = staticmethod(holds)
    funds = FUNDS
    codes = CODES
    system = SYSTEM
    program = PROGRAM
    role_program = ROLE_PROGRAM

    def marts(
        self,
        designation: list[dict[str, Any]] | None = None,
        programs: list[ProgramTerms] | None = None,
        parameters: MetricParameters | None = None,
        **given: list[dict[str, Any]],
    ) -> dict[str, pl.DataFrame]:
        rows: dict[str, list[dict[str, Any]]] = {
            "districts": [{"lea_id": "L1", "name": "One"}],
            "funds": FUNDS,
            "pay_codes": CODES,
            "program_adoption": [{"lea_id": "L1", "program_id": "p", "from_year": 2000}],
        }
        tables = empty_tables() | {name: frame(name, table) for name, table in (rows | given).items()}
        return self.build(tables, designation or [], [PROGRAM] if programs is None else programs, parameters)


@pytest.fixture(scope="session")
def small(marts_of: Callable[..., dict[str, pl.DataFrame]]) -> Small:
    return Small(marts_of)
