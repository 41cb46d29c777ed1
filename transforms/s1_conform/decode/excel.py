"""Excel workbooks → a table of text: every cell as text, dates as ISO, the sheet chosen or refused, errors named."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace

import fastexcel
import polars as pl

from transforms.s1_conform.decode.archive import BROKEN_ZIP
from transforms.s1_conform.decode.delimited import check_cells
from transforms.s1_conform.decode.grid import find_header, take_table
from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, Refused, Table, fold
from transforms.s1_conform.decode.non_data_rows import cells
from transforms.s1_conform.decode.sniff import OLE
from transforms.s1_conform.decode.workbook_facts import TORN, SheetFacts, open_binary, sheet_facts

_LOCKED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
# A row in which a cell holds something, after any that hold nothing; the column of such a cell. A row or cell that only
# has a format makes the sheet no larger.
_EMPTY = rb"<(?:\w+:)?c [^>]*/>"
_FILLED = rb"<(?:\w+:)?c [^>]*(?<!/)>"
_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"[^>]*(?<!/)>\s*(?:' + _EMPTY + rb"\s*)*" + _FILLED)
_COLUMN = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]+)\d*"[^>]*(?<!/)>')
EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384


def read_excel(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """The sheet that counts. Raises Refused."""
    if data.startswith(OLE) and any(word in data for word in _LOCKED):
        raise Refused("FILE-012")
    _check_expanded(data, options)
    _check_addresses(data, options)
    grids = _grids(data, repairs)
    sheet = _choose(grids, options)
    repairs["other_sheets"] += len(grids) - 1
    grid = grids[sheet]
    check_cells(grid, options)
    facts = sheet_facts(data, sheet)
    table = take_table(_as_shown(grid, facts, repairs), name, sheet, "excel", options, repairs)
    return _with_sheet_faults(table, facts)


def _check_expanded(data: bytes, options: DecodeOptions) -> None:
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(info.file_size for info in archive.infolist())
        except BROKEN_ZIP:
            raise Refused("FILE-019", TORN) from None
        most = min(options.bounds.max_expanded_bytes, max(256 * 1024**2, int(len(data) * options.bounds.max_ratio)))
        if size > most:
            raise Refused("FILE-016", f"{size:,} bytes from {len(data):,}")


def _grids(data: bytes, repairs: Counter[str]) -> dict[str, pl.DataFrame]:
    """Every visible sheet that holds something, as a grid."""
    try:
        book = fastexcel.read_excel(data)
        found: dict[str, pl.DataFrame] = {}
        for sheet in book.sheet_names:
            loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
            if loaded.visible != "visible":
                repairs["hidden_sheets"] += 1
            elif loaded.height and loaded.width:
                found[sheet] = _as_grid(loaded.to_polars())
    except BaseException as error:
        # A panic of the reader's own library is no Exception; the book that made it is damaged.
        if type(error).__name__ == "PanicException":
            raise Refused("FILE-019", TORN) from None
        if not isinstance(error, fastexcel.FastExcelError):
            raise
        raise Refused(*(("FILE-012",) if "password" in str(error).lower() else ("FILE-019", TORN))) from None
    if not found:
        raise Refused("FILE-001")
    return found


def _as_grid(sheet: pl.DataFrame) -> pl.DataFrame:
    names = [f"·{at}" for at in range(sheet.width)]
    grid = sheet.rename(dict(zip(sheet.columns, names, strict=True)))
    return grid.with_columns(
        pl.when(pl.col(names).str.strip_chars() != "").then(pl.col(names)),
        line=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        width=pl.lit(len(names), dtype=pl.UInt32),
        text=pl.lit(None, dtype=pl.String),
    )


def _choose(grids: dict[str, pl.DataFrame], options: DecodeOptions) -> str:
    """The declared sheet, the only one, or the only one whose column names are known."""
    declared = options.shape.sheet
    if declared is not None:
        if declared not in grids:
            raise Refused("FILE-021", declared)
        return declared
    if len(grids) == 1:
        return next(iter(grids))
    fitting = [sheet for sheet, grid in grids.items() if _names_known(grid, options) >= 2]
    if len(fitting) != 1:
        raise Refused("FILE-020", ", ".join(fitting or grids))
    return fitting[0]


def _names_known(grid: pl.DataFrame, options: DecodeOptions) -> int:
    filled = grid.with_columns(filled=pl.sum_horizontal(pl.col(cells(grid)).is_not_null(), pl.lit(0)))
    lenient = options.model_copy(update={"shape": options.shape.model_copy(update={"header_row": None})})
    try:
        head = find_header(filled, lenient)
    except Refused:
        return 0
    return len({fold(each) for each in head.names} & options.known)


def _as_shown(grid: pl.DataFrame, facts: SheetFacts, repairs: Counter[str]) -> pl.DataFrame:
    """Put in what number formats show: leading zeros of identifiers, spans of time."""
    by_column: dict[int, dict[int, str]] = {}
    for (line, column), text in facts.shown.items():
        by_column.setdefault(column, {})[line - 1] = text
    for column, texts in by_column.items():
        name = f"·{column}"
        zeros = sum(1 for at, text in texts.items() if text != grid[name][at] and ":" not in text)
        repairs["zeros_shown"] += zeros
        grid = grid.with_columns(grid[name].scatter(list(texts), list(texts.values())))
    return grid


def _with_sheet_faults(table: Table, facts: SheetFacts) -> Table:
    """Rows with formula errors break ROW-003, numbers too long ROW-004; cells merged over rows refuse the file."""
    first, last = table.rows[SOURCE_ROW].min(), table.rows[SOURCE_ROW].max()
    for top, bottom in facts.merged:
        if top < bottom and bottom >= int(first) and top <= int(last):  # type: ignore[arg-type]
            raise Refused("FILE-022", f"lines {top} to {bottom}")
    cells_shown = pl.concat_str(pl.col(cells(table.rows)).fill_null(""), separator=" | ")
    faulty = [
        table.rows.filter(pl.col(SOURCE_ROW).is_in(sorted(lines))).select(
            SOURCE_ROW, pl.lit(rule_id).alias("rule_id"), cells_shown.alias("text")
        )
        for rule_id, lines in (("ROW-003", facts.errors), ("ROW-004", facts.lost - facts.errors))
    ]
    broken = pl.concat([table.broken, *faulty]).sort(SOURCE_ROW, maintain_order=True)
    return replace(table, broken=broken, from_1904=facts.from_1904)


def _check_addresses(data: bytes, options: DecodeOptions) -> None:
    """Refuse a sheet whose farthest cell makes a grid beyond the bound, before a reader makes that grid."""
    if data.startswith(OLE):
        for each in open_binary(data).sheets():
            _check_reach(each.nrows, each.ncols, options)
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if not part.startswith("xl/worksheets/") or not part.endswith(".xml"):
                continue
            try:
                sheet = archive.read(part)
            except BROKEN_ZIP:
                raise Refused("FILE-019", TORN) from None
            rows = max((int(row[:12]) for row in _ROW.findall(sheet)), default=0)
            letters = set(_COLUMN.findall(sheet))
            columns = max((_column_number(column) for column in letters), default=0)
            _check_reach(rows, columns, options)


def _check_reach(rows: int, columns: int, options: DecodeOptions) -> None:
    if rows > EXCEL_ROWS or columns > EXCEL_COLUMNS:
        raise Refused("FILE-019", "a cell lies where no workbook has cells")
    if rows * columns > options.bounds.max_cells:
        raise Refused("FILE-052", f"{rows:,} rows by {columns:,} columns, at most {options.bounds.max_cells:,}")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:6]:
        number = number * 26 + letter - 64
    return number
