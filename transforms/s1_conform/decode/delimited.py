"""Delimited text → a grid: the separator told from the text, records split strictly, bad ones kept whole and marked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import polars as pl

from transforms.s1_conform.decode.dialect import Dialect, find_dialect
from transforms.s1_conform.decode.encoding import decode_text
from transforms.s1_conform.decode.grid import take_table
from transforms.s1_conform.decode.model import DecodeOptions, Refused, Table

Record = tuple[int, list[str] | None, str | None]  # first line, cells, the text where it does not split


def read_delimited(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """The table of a delimited file. Raises Refused."""
    text = decode_text(data, options.shape.encoding, repairs)
    if not text.strip():
        raise Refused("FILE-001")
    skipped = 0
    delimiter = options.shape.delimiter
    if text[:4].lower() == "sep=" and text[5:6] in "\r\n":
        delimiter, skipped = delimiter or text[4], 1
        text = text[5:].removeprefix("\r").removeprefix("\n")
        repairs["separator_line"] += 1
    dialect = find_dialect(text, options, delimiter)
    repairs.update(dialect.repairs(delimiter))
    if delimiter is not None and delimiter != "," and not skipped:
        repairs["delimiter_declared"] += 1
    if "\r" in text and "\r" in text.replace("\r\n", ""):
        repairs["bare_carriage_returns"] += 1
    _check_size(text, dialect.delimiter, options)
    grid = to_grid(split_records(text, dialect), skipped, options)
    _refuse_fixed_width(grid, name)
    return take_table(grid, name, None, "delimited", options, repairs)


def _check_size(text: str, delimiter: str, options: DecodeOptions) -> None:
    """Refuse what has more cells than the bound before any of them is made."""
    found = text.count(delimiter) + text.count("\n") + 1
    if found > options.bounds.max_cells:
        raise Refused("FILE-052", f"about {found:,}, at most {options.bounds.max_cells:,}")


def split_records(text: str, dialect: Dialect) -> list[Record]:
    """Every record with its first line. Raises Refused FILE-007 for a quotation mark that is never closed.

    A record over several lines that an extra quotation mark glued together costs its first line only (ROW-002); the
    lines after it are read again by themselves.
    """
    records = _split(text, dialect, None)
    widths = Counter(len(row) for _, row, _ in records if row)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    if any(row and len(row) != usual and _swallows(row, dialect, usual) for _, row, _ in records):
        return _split(text, dialect, usual)
    return records


def _split(text: str, dialect: Dialect, usual: int | None) -> list[Record]:
    tape = _Tape(text)
    records: list[Record] = []
    reader = dialect.records(tape)
    while True:
        tape.begin()
        try:
            row = next(reader)
        except StopIteration:
            return records
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                raise Refused("FILE-007", str(tape.first)) from None
            records.append((tape.first, None, tape.give_back()))
        else:
            swallowed = len(tape.kept) > 1 and _swallows(row, dialect, usual)
            swallowed |= tape.again and tape.kept[0].count(dialect.quote) % 2 == 1  # the mark that closed it
            records.append((tape.first, None, tape.give_back()) if swallowed else (tape.first, row, None))


def _swallows(row: list[str], dialect: Dialect, usual: int | None) -> bool:
    """Whether an extra quotation mark swallowed the line after it.

    A cell then holds a line end and separators: as many as a whole row has where the mark that opened it and the mark
    that closed it stand in one column; any number where the record's width is not the file's usual one.
    """
    least = 1 if usual is not None and len(row) != usual else max(1, len(row) - 1)
    return any(cell.count(dialect.delimiter) >= least for cell in row if "\n" in cell or "\r" in cell)


class _Tape(Iterator[str]):
    """Lines of a text, numbered from 1; remembers those of the record that is being read, and takes them back."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._again: list[str] = []
        self.kept: list[str] = []
        self.first = 1
        self.again = False  # whether the record begins on a line that was taken back

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.kept.append(line)
        return line

    def begin(self) -> None:
        """A new record begins on the next line."""
        self.first += len(self.kept)
        self.kept.clear()
        self.again = bool(self._again)

    def give_back(self) -> str:
        """The record's first line; those after it are read again, so that a stray mark costs one line only."""
        line = self.kept[0].rstrip("\r\n")
        self._again += reversed(self.kept[1:])
        del self.kept[1:]
        return line


def to_grid(records: list[Record], skipped: int, options: DecodeOptions) -> pl.DataFrame:
    """Records as a grid. Raises Refused FILE-010 and FILE-011."""
    widths = [None if row is None else len(row) for _, row, _ in records]
    width = max((each for each in widths if each), default=1)
    if width > 4 * options.bounds.max_columns:
        raise Refused("FILE-010", f"{width:,}, at most {options.bounds.max_columns:,}")
    padded = [[*(row or ()), *[None] * (width - len(row or ()))] for _, row, _ in records]
    names = [f"·{at}" for at in range(width)]
    grid = pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String), orient="row")
    grid = grid.with_columns(pl.when(pl.col(names) != "").then(pl.col(names)))
    grid = grid.with_columns(
        pl.Series("line", [line + skipped for line, _, _ in records], dtype=pl.UInt32),
        pl.Series("width", widths, dtype=pl.UInt32),
        pl.Series("text", [text for _, _, text in records], dtype=pl.String),
    )
    check_cells(grid, options)
    return grid


def check_cells(grid: pl.DataFrame, options: DecodeOptions) -> None:
    """Refuse a grid with a cell longer than the bound."""
    most = options.bounds.max_cell_characters
    names = [name for name in grid.columns if name.startswith("·")]
    longest = grid.select(pl.max_horizontal(pl.col(names).str.len_chars()).alias("n"), "line").filter(
        pl.col("n") > most
    )
    if longest.height:
        raise Refused("FILE-011", f"line {longest['line'][0]}, at most {most:,} characters")


def _refuse_fixed_width(grid: pl.DataFrame, name: str) -> None:
    """Lines of one length, unsplit and with runs of blanks: a fixed-width file whose columns nobody declared."""
    if grid.width > 4 or grid.height < 2 or name.lower().endswith((".csv", ".tsv")):
        return
    lengths = grid["·0"].drop_nulls().str.len_chars()
    runs = grid["·0"].drop_nulls().str.contains(r"\S {2,}\S").mean()
    if lengths.len() and lengths.min() == lengths.max() and float(runs or 0) > 0.5:  # type: ignore[arg-type]
        raise Refused("FILE-029", "nobody has declared where they begin")
