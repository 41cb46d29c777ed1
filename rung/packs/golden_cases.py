"""Golden cases of packs: small CSV folders that an analyst checks by hand (`tests/golden/packs`).

    <case>/inputs/{roster,evaluation,leadership,schools,districts,program_adoption,rating_systems}.csv   some or all
    <case>/inputs/knobs.toml     the state's knobs of the program, if any
    <case>/expect/designation.csv

Only the columns that matter need be there: a stay without dates is the whole school year, full time, teacher, at
school S1 of district L1; the program is adopted by every district. `school_year` may be a span, `2019-2022`: one row a
year. `rating_systems.csv` of the folder above serves every case. Every expected row must come out, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.policy.packs import Pack
from contracts.reference import REFERENCES
from contracts.tables import designation_tables
from rung.packs.load import read_knobs
from transforms.s3_designate.run import READS, build_designation

KEY = ["staff_id", "lea_id", "school_year"]
DEFAULTS: dict[str, dict[str, Any]] = {
    "roster": {
        "lea_id": "L1",
        "school_id": "S1",
        "staff_classification": "teacher",
        "position_title": "Teacher",
        "full_time_equivalency": "1.0",
    },
    "evaluation": {"lea_id": "L1", "status": "final"},
    "leadership": {"lea_id": "L1"},
    "schools": {"lea_id": "L1", "name": "School"},
    "districts": {"name": "District"},
    "program_adoption": {"lea_id": "L1", "from_year": "1990"},
    "rating_systems": {"version": "1", "from_year": "1990"},
}


@dataclass(frozen=True)
class Case:
    """One folder, read."""

    name: str
    program_id: str
    tables: Mapping[str, pl.LazyFrame]
    knobs: Mapping[str, Any]
    expected: pl.DataFrame


def read_case(folder: Path) -> Case:
    """Read a case; its folder's name is the program's id, or `<id>__<what is special>`."""
    program = folder.name.split("__")[0]
    tables = {name: _table(folder, name) for name in READS}
    if tables["program_adoption"].is_empty():
        leas = tables["roster"].select("lea_id").unique()
        tables["program_adoption"] = _typed(leas.with_columns(program_id=pl.lit(program)), "program_adoption")
    if tables["districts"].is_empty():
        tables["districts"] = _typed(tables["roster"].select("lea_id").unique(), "districts")
    knobs = read_knobs(folder / "inputs" / "knobs.toml")
    expected = _spans(_text(folder / "expect" / "designation.csv"))
    return Case(folder.name, program, {name: frame.lazy() for name, frame in tables.items()}, knobs, expected)


def differences(case: Case, pack: Pack) -> list[str]:
    """One line for every expected row that is missing or other, and every row nobody expected."""
    got = designated(case, pack)
    found = []
    want = {tuple(row[key] for key in KEY): row for row in case.expected.to_dicts()}
    have = {tuple(row[key] for key in KEY): row for row in got.to_dicts()}
    for key in sorted(want.keys() | have.keys()):
        if key not in have:
            found.append(f"{' '.join(key)}: no row; expected {want[key]}")
        elif key not in want:
            row = have[key]
            found.append(f"{' '.join(key)}: a row nobody expected: {row['level']} {row['status']} {row['reason']}")
        else:
            for name, value in want[key].items():
                if not _same(name, have[key][name], value):
                    found.append(
                        f"{' '.join(key)}: {name} is {have[key][name]}, expected {value}; {have[key]['reason']}"
                    )
    return found


def _same(name: str, got: str | None, want: str | None) -> bool:
    """Equal; a reason need only contain what is expected."""
    return (want or "") in (got or "") if name == "reason" else got == want


def designated(case: Case, pack: Pack) -> pl.DataFrame:
    """The case's designation rows, every column as text."""
    frame = build_designation(packs=[pack], **designation_tables(case.tables)).collect()
    return frame.select(pl.all().cast(pl.String))


def _table(folder: Path, name: str) -> pl.DataFrame:
    file = folder / "inputs" / f"{name}.csv"
    if not file.exists() and name == "rating_systems":
        file = folder.parent / "rating_systems.csv"
    if not file.exists():
        return _typed(pl.DataFrame(), name)
    return _typed(_spans(_text(file)), name)


def _text(file: Path) -> pl.DataFrame:
    frame = pl.read_csv(file, infer_schema=False, comment_prefix="#")
    return frame.select(pl.all().str.strip_chars().replace("", None))


def _spans(frame: pl.DataFrame) -> pl.DataFrame:
    """`2019-2022` in `school_year` becomes one row a year; no year at all becomes the event date's."""
    if "school_year" not in frame.columns:
        if "event_date" not in frame.columns:
            return frame
        day = pl.col("event_date").str.to_date()
        return frame.with_columns(school_year=(day.dt.year() + (day.dt.month() >= 7)).cast(pl.String))
    years = [_years(text) for text in frame["school_year"].to_list()]
    spread = frame.with_columns(pl.Series("school_year", years, dtype=pl.List(pl.String)))
    return spread.explode("school_year")


def _years(text: str) -> list[str]:
    found = re.fullmatch(r"(\d{4})-(\d{4})", text)
    return [text] if not found else [str(year) for year in range(int(found[1]), int(found[2]) + 1)]


def _typed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The contract's columns and types, with the defaults that a golden case may leave out."""
    contract = EXTRACTS[name].accepted if name in EXTRACTS else REFERENCES[name].schema
    schema = contract.create_empty().schema
    for column, value in DEFAULTS[name].items() if frame.width else ():
        given = pl.col(column) if column in frame.columns else pl.lit(None, pl.String)
        frame = frame.with_columns(given.fill_null(pl.lit(value)).alias(column))
    if name == "roster" and frame.width:
        first = pl.date(pl.col("school_year").cast(pl.Int32) - 1, 7, 1).cast(pl.String)
        given = pl.col("begin_date") if "begin_date" in frame.columns else pl.lit(None, pl.String)
        frame = frame.with_columns(begin_date=given.fill_null(first))
    if not frame.width:
        return pl.DataFrame(schema=schema)
    columns = {
        column: _cast(column, kind) if column in frame.columns else pl.lit(None, kind)
        for column, kind in schema.items()
    }
    return frame.select(**columns)


def _cast(column: str, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Boolean:
        return pl.col(column) == "true"
    return pl.col(column).str.to_date() if kind == pl.Date else pl.col(column).cast(kind)
