"""A district's columns → canonical ones: by exact name, by a standard's name, by the district's mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from contracts.extracts import EXTRACTS
from contracts.policy.mapping import ColumnSource, Layout
from transforms.s1_conform.decode import fold
from transforms.s1_conform.decode.model import cell_name
from transforms.s1_conform.values import BROKEN, FOLDER_COLUMNS, RETURNED, SENT, UNREADABLE

STANDARDS = ("edfi", "ceds", "oneroster")


@dataclass(frozen=True)
class Matched:
    """Which column of the file each canonical column comes from, and what was left over or is lacking."""

    sources: Mapping[str, ColumnSource]
    unread: tuple[str, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...]  # named by the mapping, not in the file: the mapping no longer fits


def match_columns(header: Sequence[str], extract: str, layout: Layout | None) -> Matched:
    """Match a file's header to an extract's columns. A layout decides alone for the columns that it names."""
    contract = EXTRACTS[extract].sent
    sources: dict[str, ColumnSource] = {}
    by_name = {fold(name): name for name in reversed(header)}
    taken = layout.district_columns() if layout else set()
    given = layout.pay_columns if layout else frozenset()
    for name in FOLDER_COLUMNS:
        declared = layout.source(name) if layout else None
        if declared is not None:
            sources[name] = declared
    for name, column in contract.columns().items():
        if name in given:
            continue
        declared = layout.source(name) if layout else None
        if declared is not None:
            sources[name] = declared
            continue
        for alias in (name, *aliases(column)):
            found = by_name.get(fold(alias))
            if found is not None and found not in taken:
                sources[name] = ColumnSource(column=found)
                break
    used = {column for source in sources.values() for column in source.read} | taken
    folder = [by_name[fold(name)] for name in FOLDER_COLUMNS if fold(name) in by_name]
    absent = sorted(name for name in taken if name not in header)
    stood_for = given | ({"staff_id"} if layout and layout.people_by else set())
    missing = [name for name in EXTRACTS[extract].required if name not in sources and name not in stood_for]
    return Matched(
        sources=sources,
        unread=tuple(name for name in header if name not in {*used, *folder, *RETURNED}),
        missing=tuple(missing),
        absent=tuple(absent),
    )


def conform_columns(rows: pl.DataFrame, header: Sequence[str], matched: Matched, school_year: int) -> pl.DataFrame:
    """The file's rows under canonical names, all text; `source_row` and `lea_id`/`school_year` as sent stay beside."""
    cells = place_names(header)
    text = [text_of(by_place(source, cells), school_year).alias(name) for name, source in matched.sources.items()]
    by_name = {fold(name): cells[name] for name in reversed(header)}
    folder = [pl.col(by_name[fold(name)]).alias(name) for name in FOLDER_COLUMNS if fold(name) in by_name]
    folder = [each for each in folder if each.meta.output_name() not in matched.sources]
    return rows.select(*text, *folder, "source_row", BROKEN)


def place_names(header: Sequence[str]) -> dict[str, str]:
    """The frame column of each name of a header: a district's names are data, frame columns go by place."""
    return {name: cell_name(at) for at, name in enumerate(header)}


def by_place(source: ColumnSource, cells: Mapping[str, str]) -> ColumnSource:
    """The same source with the frame's columns in place of the district's names."""
    column = None if source.column is None else cells[source.column]
    return source.model_copy(update={"column": column, "columns": tuple(cells[name] for name in source.columns)})


def text_of(source: ColumnSource, school_year: int) -> pl.Expr:
    """The text that a source gives, empty text being null."""
    if source.constant is not None:
        filled = source.constant.replace("{year}", str(school_year))
        return pl.lit(filled.replace("{previous_year}", str(school_year - 1)))
    if source.column is None:
        parts = [_trimmed(pl.col(name)) for name in source.columns]
        column = pl.concat_str(parts, separator=source.separator, ignore_nulls=True)
    else:
        column = pl.col(source.column)
    if source.part is not None:
        column = column.str.extract(source.part)
    if source.divided_by is not None:
        share = (_trimmed(column).cast(pl.Float64, strict=False) / source.divided_by).round(6).cast(pl.String)
        column = pl.coalesce(share, column)
    if not source.values and source.otherwise is None:
        return column
    column = _trimmed(column)
    return pl.coalesce(_listed(column, source), column if source.otherwise is None else pl.lit(source.otherwise))


def unlisted(source: ColumnSource) -> pl.Expr:
    """Whether a row's value is one that the source's list lacks, where the list is all that may stand there."""
    plain = text_of(source.model_copy(update={"values": {}, "listed_only": False}), 0)
    return _trimmed(plain).is_not_null() & _listed(_trimmed(plain), source).is_null()


def _listed(column: pl.Expr, source: ColumnSource) -> pl.Expr:
    """What the list makes of a value, null where no key fits."""
    lower = column.str.to_lowercase()
    if source.match == "contains":
        hits = [
            pl.when(lower.str.contains(key.lower(), literal=True)).then(pl.lit(value))
            for key, value in source.values.items()
        ]
        return pl.coalesce(pl.lit(None, dtype=pl.String), *hits)
    if source.match == "any_case":
        folded = {key.lower(): value for key, value in source.values.items()}
        return lower.replace_strict(folded, default=None, return_dtype=pl.String)
    return column.replace_strict(source.values, default=None, return_dtype=pl.String)


def _trimmed(text: pl.Expr) -> pl.Expr:
    """Text without the blanks around it; nothing but blanks is null."""
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare)


def rename_folder_columns(text: pl.LazyFrame) -> pl.LazyFrame:
    """`lea_id` and `school_year` as the file has them become `…__sent`: the landing folder's are the ones that hold.

    A year that is no number is kept in `school_year__sent__unreadable`.
    """
    sent = text.collect_schema()
    columns = {name: pl.col(name) if name in sent else pl.lit(None, dtype=pl.String) for name in FOLDER_COLUMNS}
    year = columns["school_year"].cast(pl.Int16, strict=False)
    return text.with_columns(
        columns["lea_id"].alias("lea_id" + SENT),
        year.alias("school_year" + SENT),
        pl.when(year.is_null()).then(columns["school_year"]).alias("school_year" + SENT + UNREADABLE),
    ).drop(FOLDER_COLUMNS, strict=False)


def aliases(column: dy.Column) -> tuple[str, ...]:
    """The standards' names of a column, in the order in which they win."""
    metadata = column.metadata or {}
    return tuple(alias for standard in STANDARDS for alias in metadata.get(standard) or ())


def read_names(extract: str, layout: Layout | None, only: Sequence[str] | None = None) -> frozenset[str]:
    """Folded names of the file's columns that something reads; with `only` those of these canonical columns.

    A layout decides alone for the columns that it names, so that the canonical names of those read nothing.
    """
    names: set[str] = set()
    for name, column in EXTRACTS[extract].sent.columns().items():
        if only is not None and name not in only:
            continue
        declared = layout.source(name) if layout else None
        names |= {name, *aliases(column)} if declared is None else set(declared.read)
    if only is None:
        names |= {*FOLDER_COLUMNS, *(layout.district_columns() - set(layout.ignored) if layout else ())}
    return frozenset(fold(name) for name in names)


def known_names(extract: str, layout: Layout | None) -> frozenset[str]:
    """Folded names by which a header of this extract is recognised: canonical, the standards', the mapping's own."""
    columns = EXTRACTS[extract].sent.columns()
    names = {alias for name, column in columns.items() for alias in (name, *aliases(column))}
    return frozenset(fold(name) for name in (*names, *FOLDER_COLUMNS, *(layout.district_columns() if layout else ())))
