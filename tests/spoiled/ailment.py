"""One spoiled drop: its files, made by code, and what must become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.file_shape import Shape
from contracts.policy.mapping import ColumnSource
from transforms.s1_conform.decode import Bounds

PAYROLL = [
    ["staff_id", "pay_date", "pay_code", "fund_code", "amount", "hours", "school_id"],
    ["00101", "2026-01-31", "BASE", "100", "4512.50", "", "S01"],
    ["00102", "2026-01-31", "STIP", "100", "-1234.56", "2.5", "S01"],
    ["00103", "2026-02-28", "BASE", "210", "10000.00", "10", "S02"],
]
ROSTER = [
    [
        "staff_id",
        "school_id",
        "begin_date",
        "staff_classification",
        "position_title",
        "full_time_equivalency",
        "first_name",
        "last_name",
        "tested_group",
    ],
    ["00101", "S01", "2025-08-01", "teacher", "Teacher, Grade 4", "1.0", "María", "Núñez", "true"],
    ["00102", "S01", "2025-08-20", "assistant_principal", "Assistant Principal", "1.0", "Seán", "O'Brien", "false"],
    ["00103", "S02", "2026-01-13", "teacher", "Teacher", "0.5", "Zoë", "Smith", ""],
]
RIGHT = {"payroll": PAYROLL, "roster": ROSTER}


@dataclass(frozen=True)
class Ailment:
    """`rule` names the ailment where the drop must be refused; else it must read as RIGHT, with these `repairs`.

    `broken` are rows (by line) that must be reported under a ROW- rule; they are left out of the comparison.
    """

    name: str
    says: str
    files: Mapping[str, bytes]
    rule: str | None = None
    extract: str = "payroll"
    shape: Shape = field(default_factory=Shape)
    bounds: Bounds = field(default_factory=Bounds)
    repairs: Mapping[str, int] = field(default_factory=dict)
    broken: Mapping[int, str] = field(default_factory=dict)
    loses: tuple[str, ...] = ()  # columns that this form cannot carry
    columns: Mapping[str, str | ColumnSource] = field(default_factory=dict)  # what the district's mapping says


def text_of(
    rows: list[list[str]], delimiter: str = ",", newline: str = "\n", quote: bool = False, end: bool = True
) -> str:
    def cell(value: str) -> str:
        if quote or any(sign in value for sign in (delimiter, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value

    lines = [delimiter.join(cell(value) for value in row) for row in rows]
    return newline.join(lines) + (newline if end else "")


def csv_of(rows: list[list[str]], encoding: str = "utf-8", **how: object) -> bytes:
    return text_of(rows, **how).encode(encoding)  # type: ignore[arg-type]


def changed(rows: list[list[str]], column: str, values: list[str]) -> list[list[str]]:
    """The rows with one column written otherwise."""
    at = rows[0].index(column)
    return [rows[0], *([*row[:at], value, *row[at + 1 :]] for row, value in zip(rows[1:], values, strict=True))]
