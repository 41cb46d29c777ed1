"""The careful way: a drop's files, whatever their form, → canonical text; what was mended or left out is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.file_shape import Shape
from contracts.policy.mapping import Layout, PayLines
from transforms.s1_conform.column_matching import (
    Matched,
    by_place,
    conform_columns,
    known_names,
    match_columns,
    place_names,
    read_names,
    unlisted,
)
from transforms.s1_conform.crosswalk import CROSSWALK, resolve_people
from transforms.s1_conform.decode import Bounds, Decoded, DecodeOptions, FileProblem, Refused, Table, decode_files, fold
from transforms.s1_conform.decode.model import SOURCE_ROW, problem
from transforms.s1_conform.header_drift import DriftReport, drift_report
from transforms.s1_conform.mended import MendedRows, find_mended, mend
from transforms.s1_conform.parse import ParseOptions, parse_columns
from transforms.s1_conform.pay_rows import cents_in, cents_of, payroll_lines, position_pay
from transforms.s1_conform.row_choice import choose_rows
from transforms.s1_conform.values import BROKEN, OWN


@dataclass(frozen=True)
class TolerantTable:
    """One table of a drop: `own` are the district's columns by place, `text` the same rows in canonical writing.

    `pay` are the pay lines of a position file; `cents_aside` the dollars of rows of pay that are set aside.
    """

    name: str
    header: tuple[str, ...]
    own: pl.DataFrame
    text: pl.DataFrame
    rows_aside: int = 0
    pay: pl.DataFrame | None = None
    cents_aside: int = 0


@dataclass
class TolerantDrop:
    """A drop read with care. With a problem it has no tables: it is used whole or not.

    `mended`: the drop's files hold rows for another submission, and were read no further.
    """

    tables: list[TolerantTable] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    problems: list[FileProblem] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)
    lines_aside: dict[str, list[int]] = field(default_factory=dict)
    unread_columns: list[str] = field(default_factory=list)
    drift: list[DriftReport] = field(default_factory=list)
    without_ids: list[pl.DataFrame] = field(default_factory=list)
    started: list[pl.DataFrame] = field(default_factory=list)
    mended: MendedRows | None = None


def read_tolerantly(
    files: Mapping[str, bytes],
    extract: str,
    school_year: int,
    layout: Layout | None,
    bounds: Bounds,
    crosswalk: pl.DataFrame | None = None,
    lea_id: str = "",
    date_order: Literal["mdy", "dmy"] | None = None,
    mends: Sequence[Mapping[str, bytes]] = (),
) -> TolerantDrop:
    """Decode, match and parse the files of one drop; resolve persons where the layout takes a crosswalk.

    `mends`: mended files of each submission that mends these `files`, one after the other. Without any, mended files
    among `files` are told and no more, as what they mend is not known here.

    `date_order` is the state's, for columns in which day and month cannot be told apart. `lea_id` goes into the ids of
    persons whom Rung starts a crosswalk with.
    """
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
    try:
        if not mends and (mended := find_mended(files, options)):
            return TolerantDrop(mended=mended)
        decoded = _mended(decode_files(files, options), mends, options)
    except Refused as refused:
        return TolerantDrop(problems=[refused.problem])
    drop = TolerantDrop(repairs=Counter(decoded.repairs), problems=list(decoded.problems))
    for table in decoded.tables:
        _take_table(drop, table, extract, school_year, layout, crosswalk, lea_id, date_order)
    if drop.problems:
        drop.tables.clear()
    return drop


def _mended(decoded: Decoded, mends: Sequence[Mapping[str, bytes]], options: DecodeOptions) -> Decoded:
    """The decoded files with the rows of mended files in their places. Raises Refused."""
    for files in mends:
        rows = find_mended(files, options)
        if rows is None:
            raise Refused("FILE-064", "an earlier mended file cannot be read any more")
        if not decoded.problems:
            decoded = mend(decoded, rows)
    return decoded


def _take_table(
    drop: TolerantDrop,
    table: Table,
    extract: str,
    school_year: int,
    layout: Layout | None,
    crosswalk: pl.DataFrame | None,
    lea_id: str,
    date_order: Literal["mdy", "dmy"] | None,
) -> None:
    matched = match_columns(table.header, extract, layout)
    drop.unread_columns += [name for name in matched.unread if name not in drop.unread_columns]
    found = _unfit(table, matched) or _named_twice(table, matched)
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
    own, vacant = choose_rows(own, cells, layout, drop.set_aside)
    shape = layout.shape if layout else Shape()
    formats = {"*": shape.date_format} if shape.date_format else {}
    how = ParseOptions(
        date_formats=formats | (layout.date_formats if layout else {}),
        decimal_comma=shape.decimal_comma,
        widths=layout.widths if layout else {},
        excel=table.kind == "excel",
        from_1904=table.from_1904,
        date_order=date_order,
    )
    text = conform_columns(own, table.header, matched, school_year)
    marks = own.select(pl.struct(list(cells.values())).hash().alias(OWN)).to_series()
    text = text.with_columns(marks, _not_listed(own, cells, matched))
    pay = layout.pay if layout else None
    zero_lines = Counter[str]()
    if pay is not None and extract == "payroll":
        text = payroll_lines(own, cells, text, pay, school_year, how, zero_lines)
        drop.set_aside += zero_lines
    parsed = parse_columns(text.drop(BROKEN, OWN), EXTRACTS[extract].sent, how)
    drop.repairs += parsed.repairs
    drop.problems += parsed.problems
    lost = parsed.broken.select(SOURCE_ROW, pl.col("rule_id").alias("found")).unique(SOURCE_ROW, keep="first")
    done = parsed.rows.with_columns(text[BROKEN], text[OWN])
    done = done.join(lost, on=SOURCE_ROW, how="left", maintain_order="left")
    done = done.with_columns(pl.coalesce(BROKEN, "found").alias(BROKEN)).drop("found")
    if layout and layout.crosswalk:
        known = pl.DataFrame(schema=CROSSWALK) if crosswalk is None else crosswalk
        start_for = lea_id if layout.crosswalk == "start" else None
        done, started = resolve_people(done, known, layout.people_by, drop.repairs, start_for)
        drop.started.append(started)
    for kind, lines in _non_data_lines(table).items():
        drop.lines_aside.setdefault(kind, []).extend(lines)
    position = pay if extract == "roster" else None
    drop.tables.append(
        TolerantTable(
            name=table.name,
            header=table.header,
            own=own,
            text=done,
            rows_aside=vacant.height + zero_lines.total(),
            pay=position_pay(own, cells, done, position, school_year, how) if position else None,
            cents_aside=_cents_aside(vacant, cells, table.header, matched, extract, school_year, pay, how),
        )
    )


def _not_listed(own: pl.DataFrame, cells: Mapping[str, str], matched: Matched) -> pl.Series:
    """The rule that a row breaks: what was found before, else ROW-008 where a value is not in its mapping's list."""
    lists = [by_place(source, cells) for source in matched.sources.values() if source.listed_only]
    strange = pl.any_horizontal(pl.lit(False), *(unlisted(source) for source in lists))
    return own.select(pl.coalesce(BROKEN, pl.when(strange).then(pl.lit("ROW-008"))).alias(BROKEN)).to_series()


def _cents_aside(
    vacant: pl.DataFrame,
    cells: Mapping[str, str],
    header: tuple[str, ...],
    matched: Matched,
    extract: str,
    school_year: int,
    pay: PayLines | None,
    how: ParseOptions,
) -> int:
    """The cents of rows that are set aside: of a position file's pay, or of a payroll file."""
    if pay is not None:
        return cents_of(vacant, cells, pay, how)
    if extract != "payroll" or vacant.is_empty():
        return 0
    return cents_in(conform_columns(vacant, header, matched, school_year)["amount"], how)


def _non_data_lines(table: Table) -> dict[str, list[int]]:
    grouped = table.aside.group_by("kind", maintain_order=True).agg(SOURCE_ROW)
    return dict(zip(grouped["kind"].to_list(), grouped[SOURCE_ROW].to_list(), strict=True))


def _unfit(table: Table, matched: Matched) -> FileProblem | None:
    if matched.absent:
        return problem("FILE-034", f"{table.name}: {_listed(matched.absent)}")
    if matched.missing:
        return problem("FILE-033", f"{table.name}: {_listed(matched.missing)}")
    return None


def _named_twice(table: Table, matched: Matched) -> FileProblem | None:
    """Two spellings of one name (`Staff ID`, `staff_id`) whose values differ: which one counts cannot be told."""
    read = {column for source in matched.sources.values() for column in source.read}
    for column in sorted(read):
        for other in table.header:
            twin = other != column and other not in read and fold(other) == fold(column)
            if twin and not table.column(column).equals(table.column(other), null_equal=True):
                return problem("FILE-008", f"`{column}`, `{other}`")
    return None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
