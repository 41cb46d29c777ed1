"""A table found inside a grid of cells: titles above it, footers below it, blank lines and other tables around it.

A grid is a frame with one row per record: `line` (first line of the record), `width` (cells present, null where the
record could not be split), `text` (the record as sent, only where it could not be split), and the cells `·0`, `·1`, …
(names that no file has).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.s1_conform.decode.model import (
    SOURCE_ROW,
    DecodeOptions,
    Refused,
    Table,
    cell_name,
    fold,
)
from transforms.s1_conform.decode.non_data_rows import NUMBER, TOTALS, cells, set_aside
from transforms.s1_conform.decode.row_widths import misfits

HEAD = 60  # lines among which the column names are looked for


@dataclass(frozen=True)
class Head:
    """Where the column names stand: the grid's row, the names, and how many of the grid's columns they span."""

    row: int
    names: tuple[str, ...]


def take_table(
    grid: pl.DataFrame, name: str, sheet: str | None, kind: str, options: DecodeOptions, repairs: Counter[str]
) -> Table:
    """The table that counts. Raises Refused FILE-004, FILE-005, FILE-006, FILE-008 or FILE-010."""
    grid = _drop_left_margin(grid, repairs)
    grid = grid.with_columns(filled=pl.sum_horizontal(pl.col(cells(grid)).is_not_null(), pl.lit(0)))
    grid = join_names(grid, options)
    first = find_header(grid, options)
    grid, head = _choose(grid, first, options, repairs)
    names = head.names
    if len(names) > options.bounds.max_columns:
        raise Refused("FILE-010", f"{len(names):,}, at most {options.bounds.max_columns:,}")
    body = grid.slice(head.row + 1)
    head_width = int(grid["width"][head.row] or 0)
    body, aside = set_aside(grid.head(head.row), body, names, options, repairs)
    if body.is_empty():
        raise Refused("FILE-005")
    body = body.with_columns(misfits(body, names, head_width, options).alias("misfit"))
    repairs["short_rows"] += body.filter(~pl.col("misfit") & (pl.col("width") < len(names))).height
    body, names = _named(body, names, options, repairs)
    return Table(name, sheet, kind, names, *_rows_and_broken(body, names, len(head.names), repairs), aside)


def _drop_left_margin(grid: pl.DataFrame, repairs: Counter[str]) -> pl.DataFrame:
    """Drop empty columns left of the table (spreadsheets that begin in column B)."""
    columns = cells(grid)
    empty = grid.select(pl.col(columns).is_null().all()).row(0) if grid.height else ()
    margin = next((at for at, is_empty in enumerate(empty) if not is_empty), 0)
    if not margin:
        return grid
    repairs["whole_grid_shift"] += 1
    kept = {f"·{at}": f"·{at - margin}" for at in range(margin, len(columns))}
    width = (pl.col("width").cast(pl.Int64) - margin).clip(lower_bound=0).cast(pl.UInt32)
    return grid.drop(columns[:margin]).rename(kept).with_columns(width.alias("width"))


def join_names(grid: pl.DataFrame, options: DecodeOptions) -> pl.DataFrame:
    """Where names take several lines, as declared: the line with most known words gets all of them, joined."""
    count = options.shape.header_rows
    if count == 1:
        return grid
    columns = cells(grid)
    head = list(grid.head(HEAD).select(columns).iter_rows())
    lines = grid["line"].to_list()
    declared = options.shape.header_row
    begins = [lines.index(declared)] if declared in lines else range(max(0, len(head) - count + 1))
    joined = {at: _joined(head[at : at + count], options) for at in begins if at + count <= len(head)}
    best = max(joined, key=lambda at: (_known(joined[at], options), -at), default=None)
    if best is None:
        raise Refused("FILE-004")
    names = pl.DataFrame([joined[best]], schema=dict.fromkeys(columns, pl.String), orient="row")
    last = grid.slice(best + count - 1, 1).with_columns(names, line=pl.lit(lines[best], dtype=pl.UInt32))
    last = last.with_columns(filled=pl.lit(_filled(joined[best]), dtype=grid.schema["filled"]))
    return pl.concat([grid.head(best), last, grid.slice(best + count)])


def _joined(rows: Sequence[Sequence[str | None]], options: DecodeOptions) -> tuple[str | None, ...]:
    """Names of several lines. A word may hold for the columns to its right that have none above their own: there the
    name with it counts, unless the name without it is a known one and that with it is not."""
    plain = [[(cell or "").strip() for cell in row] for row in rows]
    spread = [list(row) for row in plain]
    for depth, row in enumerate(spread[:-1]):
        for at in range(1, len(row)):
            if not row[at] and any(lower[at] for lower in plain[depth + 1 :]):
                row[at] = row[at - 1]
    names = []
    for bare, carried in zip(zip(*plain, strict=True), zip(*spread, strict=True), strict=True):
        without, within = (" ".join(word for word in words if word) for words in (bare, carried))
        known = fold(without) in options.known and fold(within) not in options.known
        names.append((without if known else within) or None)
    return tuple(names)


def find_header(grid: pl.DataFrame, options: DecodeOptions) -> Head:
    """The line with the column names: declared, or with most known names, or the first that looks like names."""
    head = grid.head(HEAD)
    rows = list(zip(*(head[name].to_list() for name in cells(grid)), strict=True))
    declared = options.shape.header_row
    if declared is not None:
        lines = grid["line"].to_list()
        if declared not in lines:
            raise Refused("FILE-004", f" on line {declared}, where the mapping file declares it")
        at = lines.index(declared)
        return _head(at, grid.slice(at, 1).select(cells(grid)).row(0))
    scores = [_known(row, options) for row in rows]
    best = max(scores, default=0)
    if best >= 2 or (best == 1 and any(score == 1 == _filled(row) for score, row in zip(scores, rows, strict=True))):
        return _head(scores.index(best), rows[scores.index(best)])
    usual = _usual_width(grid)
    for at, row in enumerate(rows):
        if _filled(row) >= max(1, min(usual, 2)) and _filled(row) * 2 >= usual and _looks_like_names(row):
            return _head(at, row)
    raise Refused("FILE-004")


def _head(at: int, row: Sequence[str | None]) -> Head:
    last = max((n for n, cell in enumerate(row) if cell and cell.strip()), default=-1)
    if last < 0:
        raise Refused("FILE-004")
    return Head(at, tuple((cell or "").strip() for cell in row[: last + 1]))


def _known(row: Sequence[str | None], options: DecodeOptions) -> int:
    return len({fold(cell) for cell in row if cell} & options.known)


def _filled(row: Sequence[str | None]) -> int:
    return sum(1 for cell in row if cell and cell.strip())


def _looks_like_names(row: Sequence[str | None]) -> bool:
    names = [cell.strip() for cell in row if cell and cell.strip()]
    return len(set(names)) == len(names) and not any(NUMBER.match(name) or len(name) > 120 for name in names)


def _usual_width(grid: pl.DataFrame) -> int:
    filled = grid.head(500).filter(pl.col("filled") > 0)["filled"]
    return int(filled.mode().max() or 0) if filled.len() else 0  # type: ignore[arg-type]


def _choose(
    grid: pl.DataFrame, first: Head, options: DecodeOptions, repairs: Counter[str]
) -> tuple[pl.DataFrame, Head]:
    """Cut the grid to the table that counts. A second one that nobody spoke of refuses the file."""
    starts = [first.row, *_further_headers(grid, first, options)]
    wanted = options.shape.table
    if wanted is None:
        if len(starts) > 1:
            raise Refused("FILE-006", str(grid["line"][starts[1]]))
        return grid, first
    if wanted > len(starts):
        raise Refused("FILE-004", f": the mapping file asks for table {wanted}, and there are {len(starts)}")
    end = _titles_begin(grid, starts[wanted], starts[wanted - 1]) if wanted < len(starts) else grid.height
    begin = _titles_begin(grid, starts[wanted - 1], starts[wanted - 2]) if wanted > 1 else 0
    repairs["other_tables"] += grid.height - (end - begin)
    cut = grid.slice(begin, end - begin)
    at = starts[wanted - 1] - begin
    return cut, _head(at, cut.slice(at, 1).select(cells(cut)).row(0))


def _titles_begin(grid: pl.DataFrame, header: int, before: int) -> int:
    """Where the lines belonging to a further table begin: after the blank line above its header and titles.

    `before`: the header of the table above.
    """
    filled = grid["filled"]
    at = header
    while at > before + 1 and filled[at - 1] > 0 and header - at < 5:
        at -= 1
    return at if at > before + 1 and filled[at - 1] == 0 else header


def _further_headers(grid: pl.DataFrame, first: Head, options: DecodeOptions) -> list[int]:
    columns = cells(grid)
    after_blank = (pl.col("filled").shift(1) == 0) & (pl.col("filled") >= 2)
    folded = sorted(options.known)
    looks_known = pl.sum_horizontal(
        pl.lit(0), *(pl.col(c).str.replace_all(r"[\W_]+", "").str.to_lowercase().is_in(folded) for c in columns[:12])
    )
    candidates = grid.with_row_index("at").filter(pl.col("at") > first.row, after_blank | (looks_known >= 2))
    own = [fold(name) for name in first.names]
    found: list[int] = []
    rows = candidates.select("at", "filled", *columns)
    for at, filled, *row in zip(*(rows[name].to_list() for name in rows.columns), strict=True):
        if [fold(cell or "") for cell in row[: len(own)]] == own:
            continue  # the same header again: a page break, not a table
        known = _known(row, options)
        is_header = known >= 2 and known * 2 >= filled
        # Names have no digits; the first row after a blank line has, in its identifier, its date or its amount.
        wordy = _looks_like_names(row) and not any(letter.isdigit() for cell in row for letter in cell or "")
        new_shape = wordy and filled != len([name for name in first.names if name]) and _has_rows(grid, at, filled)
        if is_header or (grid["filled"][at - 1] == 0 and new_shape and not re.search(TOTALS, _first(row))):
            found.append(at)
    return found


def _first(row: Sequence[str | None]) -> str:
    return next((cell for cell in row if cell), "")


def _has_rows(grid: pl.DataFrame, at: int, filled: int) -> bool:
    return at + 1 < grid.height and grid["filled"][at + 1] == filled


def _named(
    body: pl.DataFrame, names: tuple[str, ...], options: DecodeOptions, repairs: Counter[str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Give every column one name; equal columns of one name are one, unequal ones refuse the file if they matter."""
    kept: dict[str, str] = {}
    gone: list[str] = []
    for at, sent in enumerate(names):
        column = cell_name(at)
        if not sent:
            if body[column].is_null().all():
                gone.append(column)
                repairs["empty_columns"] += 1
                continue
            repairs["unnamed_columns"] += 1
        name = sent or f"column {at + 1}"
        twin = next((c for c, other in kept.items() if other == name), None)
        if twin is not None:
            repairs["repeated_columns"] += 1
            if body[twin].equals(body[column], null_equal=True):
                gone.append(column)
                continue
            if fold(name) in options.read:
                raise Refused("FILE-008", name)
        while name in kept.values():
            name += f" ({at + 1})"
        kept[column] = name
    places = {column: cell_name(place) for place, column in enumerate(kept)}
    beyond = {column: column for column in cells(body) if int(column[1:]) >= len(names)}
    return body.drop(gone).rename(places | beyond), tuple(kept.values())


def _rows_and_broken(
    body: pl.DataFrame, names: tuple[str, ...], width: int, repairs: Counter[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    own = [cell_name(at) for at in range(len(names))]
    extra = [name for name in cells(body) if int(name[1:]) >= width]
    split = pl.col("width").is_not_null()
    repairs["trailing_empty_cells"] += body.filter(split & (pl.col("width") > width) & ~pl.col("misfit")).height
    shown = pl.concat_str(pl.col([*own, *extra]).fill_null(""), separator=" | ")
    broken = body.filter(~split | pl.col("misfit") | pl.col("doubtful")).select(
        pl.col("line").alias(SOURCE_ROW),
        pl.when(~split)
        .then(pl.lit("ROW-002"))
        .when("misfit")
        .then(pl.lit("ROW-001"))
        .otherwise(pl.lit("ROW-007"))
        .alias("rule_id"),
        pl.coalesce("text", shown).alias("text"),
    )
    return body.select(*own, pl.col("line").alias(SOURCE_ROW)), broken
