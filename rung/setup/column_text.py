"""Columns of the contracts in words: type, whether it is needed, vocabulary and bounds."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

TYPES: dict[Any, str] = {
    pl.String: "text",
    pl.Boolean: "true or false",
    pl.Date: "day, YYYY-MM-DD",
    pl.Datetime: "time",
    pl.Decimal: "decimal",
}


def type_text(column: dy.Column) -> str:
    """The type as a person who fills in a table says it."""
    kind = column.dtype
    if kind.is_integer():
        return "whole number"
    return "number" if kind.is_float() else TYPES[kind.base_type()]


def need_text(column: dy.Column) -> str:
    """Part of the key, needed, or optional."""
    if column.primary_key:
        return "key"
    return "optional" if column.nullable else "needed"


def values_text(column: dy.Column) -> str:
    """The vocabulary or the bounds; empty where any value will do."""
    about = column.metadata or {}
    if about.get("values"):
        return ", ".join(about["values"])
    low, high = about.get("low"), about.get("high")
    bounds = [f"at least {low:g}" if low is not None else "", f"at most {high:g}" if high is not None else ""]
    return ", ".join(bound for bound in bounds if bound)


def example_of(name: str, column: dy.Column) -> str:
    """A value that the column takes: of its vocabulary, within its bounds."""
    about = column.metadata or {}
    if about.get("values"):
        return str(about["values"][0])
    kind = column.dtype
    if kind == pl.Boolean:
        return "true"
    if kind == pl.Date:
        return "2026-06-30"
    if kind.is_integer() or kind.is_float() or kind.base_type() == pl.Decimal:
        return f"{_number(name, about.get('low'), about.get('high')):g}"
    return EXAMPLES.get(name, name.upper())


def _number(name: str, low: float | None, high: float | None) -> float:
    usual = 2026.0 if name.endswith("year") else 1.0
    return max(low if low is not None else usual, min(usual, high if high is not None else usual))


EXAMPLES = {
    "lea_id": "0100",
    "name": "Oak",
    "staff_id": "0001001",
    "evaluator_staff_id": "0001007",
    "supervisor_staff_id": "0001007",
    "by_staff_id": "0001007",
    "counterpart_staff_id": "0001002",
    "school_id": "010001",
    "program_id": "dc_lift",
    "rating_system": "dcps_impact",
    "rating_level": "HE",
    "version": "2013",
    "pay_code": "LIFT",
    "fund_code": "84",
    "award_id": "A-0100",
    "role_code": "mentor",
    "position_title": "Teacher",
    "position_id": "P-17",
    "year_begins": "07-01",
    "year_ends": "06-30",
    "extract": "payroll",
    "first_name": "Ada",
    "last_name": "Field",
    "license_id": "L-4711",
    "document": "board minutes of 2025-05-12",
}
