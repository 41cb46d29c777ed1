"""The careful way: a drop's files, whatever their form, → canonical text; what was mended or left out is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from contracts.columns import MONEY
from contracts.extracts import EXTRACTS
from contracts.file_rules import FILE_RULES
from contracts.policy.mapping import Layout, PayFromPositions
from contracts.shape import Shape
from transforms.s1_conform.columns import (
    Matched,
    conform_columns,
    known_names,
    match_columns,
    pay_lines,
    place_names,
    read_names,
)
from transforms.s1_conform.crosswalk import CROSSWALK, resolve_people
from transforms.s1_conform.decode import Bounds, DecodeOptions, FileProblem, Table, decode_files, fold
from transforms.s1_conform.decode.model import SOURCE_ROW
from transforms.s1_conform.drift import DriftReport, drift_report
from transforms.s1_conform.parse import ParseOptions, parse_columns
from transforms.s1_conform.parse.cells import tidy_cell
from transforms.s1_conform.parse.numbers import tidy_money
from transforms.s1_conform.values import BROKEN, OWN, read_as


@dataclass(frozen=True)
class CarefulTable:
    """One table of a drop: `own` are the district's columns by place, `text` the same rows in canonical writing.

    `pay` are the pay lines of a position file; `cents_aside` the dollars of its positions that nobody holds.
    """

    name: str
    header: tuple[str, ...]
    own: pl.DataFrame
    text: pl.DataFrame
    rows_aside: int = 0
    pay: pl.DataFrame | None = None
    cents_aside: int = 0


@dataclass
class CarefulDrop:
    """A drop read with care. With a problem it has no tables: it is used whole or not."""

    tables: list[CarefulTable] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    problems: list[FileProblem] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)
    lines_aside: dict[str, list[int]] = field(default_factory=dict)
    unread_columns: list[str] = field(default_factory=list)
    drift: list[DriftReport] = field(default_factory=list)
    without_ids: list[pl.DataFrame] = field(default_factory=list)


def read_tolerantly(
    files: Mapping[str, bytes],
    extract: str,
    school_year: int,
    layout: Layout | None,
    bounds: Bounds,
    crosswalk: pl.DataFrame | None = None,
) -> CarefulDrop:
    """Decode, match and parse the files of one drop; resolve persons where the layout takes a crosswalk."""
    shape = layout.shape if layout else Shape()
    options = DecodeOptions(
        extract=extract,
        known=known_names(extract, layout),
        read=read_names(extract, layout),
        required=read_names(extract, layout, EXTRACTS[extract].required),
        person=read_names(extract, layout, ("staff_id",)),
        shape=shape,
        bounds=bounds,
    )
    decoded = decode_files(files, options)
    drop = CarefulDrop(repairs=Counter(decoded.repairs), problems=list(decoded.problems))
    for table in decoded.tables:
        _take_table(drop, table, extract, school_year, layout, crosswalk)
    if drop.problems:
        drop.tables.clear()
    return drop


def _take_table(
    drop: CarefulDrop,
    table: Table,
    extract: str,
    school_year: int,
    layout: Layout | None,
    crosswalk: pl.DataFrame | None,
) -> None:
    matched = match_columns(table.header, extract, layout)
    drop.unread_columns += [name for name in matched.unread if name not in drop.unread_columns]
    found = _unfit(table, matched) or _told_twice(table, matched)
    if found is not None:
        drop.problems.append(found)
        drop.drift.append(drift_report(table.header, matched, extract))
        if "staff_id" in matched.missing and "last_name" in matched.sources and not matched.absent:
            unmarked = table.rows.with_columns(pl.lit(None, dtype=pl.String).alias(BROKEN))
            drop.without_ids.append(conform_columns(unmarked, table.header, matched, school_year))
        return
    broken = table.broken.select(SOURCE_ROW, pl.col("rule_id").alias(BROKEN)).unique(SOURCE_ROW, keep="first")
    own = table.rows.join(broken, on=SOURCE_ROW, how="left", maintain_order="left")
    cells = place_names(table.header)
    own, vacant = _set_aside(drop, own, cells, layout)
    shape = layout.shape if layout else Shape()
    formats = {"*": shape.date_format} if shape.date_format else {}
    how = ParseOptions(
        date_formats=formats | (layout.date_formats if layout else {}),
        decimal_comma=shape.decimal_comma,
        widths=layout.widths if layout else {},
        excel=table.kind == "excel",
        from_1904=table.from_1904,
    )
    text = conform_columns(own, table.header, matched, school_year)
    parsed = parse_columns(text.drop(BROKEN), EXTRACTS[extract].sent, how)
    drop.repairs += parsed.repairs
    drop.problems += parsed.problems
    lost = parsed.broken.select(SOURCE_ROW, pl.col("rule_id").alias("found")).unique(SOURCE_ROW, keep="first")
    done = parsed.rows.with_columns(text[BROKEN]).join(lost, on=SOURCE_ROW, how="left", maintain_order="left")
    mark = own.select(pl.struct(list(cells.values())).hash()).to_series()
    done = done.with_columns(pl.coalesce(BROKEN, "found").alias(BROKEN), mark.alias(OWN)).drop("found")
    if layout and layout.crosswalk:
        known = pl.DataFrame(schema=CROSSWALK) if crosswalk is None else crosswalk
        done = resolve_people(done, known, layout.people_by, drop.repairs)
    for kind, lines in _lines_aside(table).items():
        drop.lines_aside.setdefault(kind, []).extend(lines)
    pay = layout.pay if layout else None
    drop.tables.append(
        CarefulTable(
            name=table.name,
            header=table.header,
            own=own,
            text=done,
            rows_aside=vacant.height,
            pay=_pay(own, cells, done, pay, school_year, how) if pay else None,
            cents_aside=_cents(vacant, cells, pay, how) if pay else 0,
        )
    )


def _lines_aside(table: Table) -> dict[str, list[int]]:
    grouped = table.aside.group_by("kind", maintain_order=True).agg(SOURCE_ROW)
    return dict(zip(grouped["kind"].to_list(), grouped[SOURCE_ROW].to_list(), strict=True))


def _unfit(table: Table, matched: Matched) -> FileProblem | None:
    if matched.absent:
        return problem("FILE-034", f"{table.name}: {_listed(matched.absent)}")
    if matched.missing:
        return problem("FILE-033", f"{table.name}: {_listed(matched.missing)}")
    return None


def _told_twice(table: Table, matched: Matched) -> FileProblem | None:
    """Two spellings of one name (`Staff ID`, `staff_id`) whose values differ: which one counts cannot be told."""
    read = {column for source in matched.sources.values() for column in source.read}
    for column in sorted(read):
        for other in table.header:
            twin = other != column and other not in read and fold(other) == fold(column)
            if twin and not table.column(column).equals(table.column(other), null_equal=True):
                return problem("FILE-008", f"`{column}`, `{other}`")
    return None


def problem(rule_id: str, particulars: str = "") -> FileProblem:
    """A problem in the catalogue's words."""
    rule = FILE_RULES[rule_id]
    return FileProblem(rule_id, rule.message.format(particulars), rule.fix)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _set_aside(
    drop: CarefulDrop, rows: pl.DataFrame, cells: Mapping[str, str], layout: Layout | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    aside = rows.clear()
    for each in layout.set_aside if layout else ():
        empty = (pl.col(cells[each.column_empty]).str.strip_chars() == "").fill_null(True)
        taken = rows.filter(empty)
        drop.set_aside[each.reason] += taken.height
        aside, rows = pl.concat([aside, taken]), rows.filter(~empty)
    return rows, aside


def _pay(
    own: pl.DataFrame,
    cells: Mapping[str, str],
    roster: pl.DataFrame,
    pay: PayFromPositions,
    school_year: int,
    how: ParseOptions,
) -> pl.DataFrame:
    """The pay lines of a position file, in canonical writing; a row that could not be split keeps that mark."""
    lines = pay_lines(own, cells, roster, pay, school_year)
    parsed = parse_columns(lines, EXTRACTS["payroll"].sent, how)
    marks = roster.select(SOURCE_ROW, BROKEN, OWN).unique(SOURCE_ROW, keep="first")
    return parsed.rows.join(marks, on=SOURCE_ROW, how="left", maintain_order="left")


def _cents(rows: pl.DataFrame, cells: Mapping[str, str], pay: PayFromPositions, how: ParseOptions) -> int:
    amounts = [
        read_as(tidy_money(tidy_cell(pl.col(cells[line.amount])).text, how.decimal_comma).text, MONEY).sum().cast(MONEY)
        for line in pay.lines
    ]
    return int(rows.select(pl.sum_horizontal(amounts)).item() * 100)
