"""Any rows that came back, mended in any way and sent in any form, make what the whole file mended by hand would."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spoiled.office import Cell, Sheet, xlsx
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.returned_cell import shown_cell, shown_name
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly
from transforms.s1_conform.values import RETURNED

HEADER = ("Note", "staff_id", "pay_date", "pay_code", "fund_code", "amount", "hours")
# What districts write: what would run, what is hidden, what a spreadsheet changes, several lines, marks for nothing.
NOTES = [
    "",
    "=1+1",
    "'quoted",
    "n/a",
    "a;b",
    'say "so"',
    "two\nlines",
    "078-05-1120",
    "@SUM(A1)",
    "-5",
    " blanks ",
    "é",
]
ROW = st.tuples(
    st.sampled_from(NOTES),
    st.integers(1, 10**6).map(lambda n: f"{n:07}"),
    st.dates(dt.date(2025, 7, 1), dt.date(2026, 6, 30)).map(str),
    st.sampled_from(["BASE", "0042", "LIFT"]),
    st.sampled_from(["01", "010", "84"]),
    st.one_of(
        st.decimals(-9999, 99999, places=2).map(str), st.sampled_from(["ten", "(12.50)", "$1,250.00", "", "1,5"])
    ),
    st.sampled_from(["", "7.5", "x", "40"]),
)
FORMS = st.sampled_from(["csv", "semicolons", "tabs", "utf-16", "workbook"])


def as_csv(rows: list[tuple[str, ...]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def line_numbers(rows: list[tuple[str, ...]]) -> list[int]:
    """The line on which each row begins: cells with two lines move those below."""
    at, found = 2, []
    for row in rows:
        found.append(at)
        at += 1 + sum(cell.count("\n") for cell in row)
    return found


def shown(row: tuple[str, ...]) -> list[str]:
    """The row's cells as `returned.csv` shows them."""
    frame = pl.DataFrame([row], schema=list(HEADER), orient="row")
    return [str(cell) for cell in frame.select(shown_cell(pl.col(name), name).alias(name) for name in HEADER).row(0)]


def encoded(rows: list[tuple[str, ...]], form: str) -> bytes:
    if form == "workbook":
        cells: list[list[Cell]] = [list(row) for row in rows]
        return xlsx(Sheet("returned", cells))
    delimiter = {"semicolons": ";", "tabs": "\t"}.get(form, ",")
    return as_csv(rows, delimiter).encode("utf-16" if form == "utf-16" else "utf-8-sig")


def read(files: dict[str, bytes], mends: list[dict[str, bytes]]) -> TolerantDrop:
    return read_tolerantly(files, "payroll", 2026, None, Bounds(), mends=mends)


def told(drop: TolerantDrop) -> tuple[Any, ...]:
    tables = [(table.name, table.text.to_dicts(), table.own.to_dicts()) for table in drop.tables]
    return tables, [found.rule_id for found in drop.problems]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(ROW, min_size=2, max_size=12, unique_by=lambda row: row[1:4]),
    mend=st.data(),
    form=FORMS,
    twice=st.booleans(),
)
def test_mended_rows_make_the_whole_file(
    rows: list[tuple[str, ...]], mend: st.DataObject, form: str, twice: bool
) -> None:
    lines = line_numbers(rows)
    sent = {"pay.csv": as_csv([HEADER, *rows]).encode()}
    chosen = mend.draw(st.lists(st.sampled_from(range(len(rows))), min_size=1, unique=True), "rows")
    whole, steps = list(rows), []
    for part in [chosen[: len(chosen) // 2], chosen[len(chosen) // 2 :]] if twice and len(chosen) > 1 else [chosen]:
        back = []
        for at in part:
            new = dict(zip(HEADER, whole[at], strict=True)) | mend.draw(mended_cells(), "cells")
            marks = (str(lines[at]), "PAY-024", "why", "mend", "s1", "pay.csv")
            kept = dict(zip(HEADER, shown(whole[at]), strict=True))
            cells = [new[name] if new[name] != old else kept[name] for name, old in zip(HEADER, whole[at], strict=True)]
            back.append((*cells, *marks))
            whole[at] = tuple(new[name] for name in HEADER)
        header = (*(shown_name(name) for name in HEADER), *RETURNED)
        steps.append({f"returned {len(steps)}": encoded([header, *back], form)})
    assert told(read(sent, steps)) == told(read({"pay.csv": resent(whole, lines)}, []))


def mended_cells() -> st.SearchStrategy[dict[str, str]]:
    """Some cells with what a steward would type: no guards, no zeros taken off, no lines."""
    return st.fixed_dictionaries(
        {},
        optional={
            "Note": st.sampled_from(["", "mended", "see mail"]),
            "pay_date": st.just("2025-12-01"),
            "pay_code": st.sampled_from(["BASE", "STIP"]),
            "amount": st.decimals(1, 9999, places=2).map(str),
            "hours": st.sampled_from(["", "8"]),
        },
    )


def resent(rows: list[tuple[str, ...]], lines: list[int]) -> bytes:
    """The whole file, each row on its line: blank lines stand for those that a cell no longer takes."""
    text, at = [as_csv([HEADER])], 2
    for row, line in zip(rows, lines, strict=True):
        text.append("\r\n" * (line - at) + as_csv([row]))
        at = line + 1 + sum(cell.count("\n") for cell in row)
    return "".join(text).encode()
