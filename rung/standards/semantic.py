"""A MetricFlow semantic model: the figures that a release answers, so that every tool computes them alike.

A semantic model a mart with dollars or persons of a district, program and year; simple metrics for what adds up,
ratios for what does not. Years are the day on which the school year ends.
"""

from __future__ import annotations

from typing import Any

from contracts.marts import MARTS
from rung.release.dictionary import Table, tables_of

SCHEMA_NAME = "rung"
# Columns that add up over districts, programs and years; everything else of these marts is a rate or a status.
ADDITIVE = {
    "sustainability": (
        "leaders",
        "role_pay",
        "incremental_pay",
        "release_cost",
        "program_cost",
        "offsets",
        "net_cost",
        "recurring_revenue",
    ),
    "funding_mix": ("amount", "soft_amount"),
    "retention": ("persons", "stay_school", "move_school", "move_lea", "leave_teaching", "left_state_schools"),
    "ladder_flow": ("persons",),
}
RATIOS = {
    "cost_per_leader": ("sustainability_program_cost", "sustainability_leaders", "Dollars for one leader."),
    "soft_share": ("funding_mix_soft_amount", "funding_mix_amount", "Share of the cost that is paid by soft money."),
    "stayed_at_school": ("retention_stay_school", "retention_persons", "Share that stayed at the same school."),
    "recurring_coverage": (
        "sustainability_recurring_revenue",
        "sustainability_program_cost",
        "Recurring revenue for a dollar of cost.",
    ),
}
# Marts with state rows, which are sums of the districts' rows: measures leave them out.
WITH_STATE_ROWS = ("sustainability",)
ENTITIES = {"lea_id": "district", "program_id": "program"}
YEAR = "school_year_ends"


def semantic_documents() -> list[dict[str, Any]]:
    """The YAML documents, in the form that dbt-semantic-interfaces reads: models, metrics, the time spine."""
    tables = {table.name: table for table in tables_of("restricted")}
    models = [_model(tables[name], columns) for name, columns in ADDITIVE.items()]
    simple = [_simple(tables[name], column) for name, columns in ADDITIVE.items() for column in columns]
    ratios = [_ratio(name, *parts) for name, parts in RATIOS.items()]
    return [{"semantic_model": model} for model in models] + [{"metric": m} for m in [*simple, *ratios]] + [_spine()]


def _relation(name: str) -> dict[str, str]:
    return {"schema_name": SCHEMA_NAME, "alias": name}


def _model(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    key = MARTS[table.name].order
    row = " || '|' || ".join(f"COALESCE(CAST({column} AS VARCHAR), '')" for column in key)
    texts = [e for e in table.entries if e.type == "text" and e.column not in ENTITIES]
    return {
        "name": table.name,
        "description": table.row,
        "node_relation": _relation(table.name),
        "defaults": {"agg_time_dimension": YEAR},
        "entities": [
            {"name": f"{table.name}_row", "type": "primary", "expr": row},
            *({"name": name, "type": "foreign", "expr": column} for column, name in ENTITIES.items()),
        ],
        "dimensions": [
            {
                "name": YEAR,
                "type": "time",
                "expr": "MAKE_DATE(school_year, 6, 30)",
                "type_params": {"time_granularity": "year"},
            },
            *({"name": entry.column, "type": "categorical", "description": entry.meaning} for entry in texts),
        ],
        "measures": [
            {
                "name": f"{table.name}_{column}",
                "agg": "sum",
                "expr": _of_districts(table.name, column),
                "description": _meaning(table, column),
            }
            for column in columns
        ],
    }


def _of_districts(mart: str, column: str) -> str:
    return f"CASE WHEN lea_id IS NOT NULL THEN {column} END" if mart in WITH_STATE_ROWS else column


def _meaning(table: Table, column: str) -> str:
    return next(entry.meaning for entry in table.entries if entry.column == column)


def _simple(table: Table, column: str) -> dict[str, Any]:
    name = f"{table.name}_{column}"
    metric_fields = {"name": name, "label": name.replace("_", " ").capitalize(), "description": _meaning(table, column)}
    return metric_fields | {"type": "simple", "type_params": {"measure": {"name": name}}}


def _ratio(name: str, numerator: str, denominator: str, description: str) -> dict[str, Any]:
    metric_fields = {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "description": description,
        "type": "ratio",
    }
    return metric_fields | {"type_params": {"numerator": {"name": numerator}, "denominator": {"name": denominator}}}


def _spine() -> dict[str, Any]:
    spine = {
        "node_relation": _relation("metricflow_time_spine"),
        "primary_column": {"name": "date_day", "time_granularity": "day"},
    }
    return {"project_configuration": {"time_spines": [spine]}}


TIME_SPINE_SQL = """CREATE OR REPLACE VIEW rung.metricflow_time_spine AS
SELECT CAST(day AS DATE) AS date_day
FROM GENERATE_SERIES(DATE '1990-07-01', DATE '2060-06-30', INTERVAL '1 day') AS days(day);
"""
