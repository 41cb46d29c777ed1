"""Delimited text → a grid: the separator told from the text, records split strictly, bad ones kept whole and marked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import polars as pl

from transforms.s1_conform.decode.encoding import read_letters
from transforms.s1_conform.decode.grid import take_table
from transforms.s1_conform.decode.model import DecodeOptions, Refused, Table, fold

DELIMITERS = {",": None, "\t": "delimiter_tab", "|": "delimiter_pipe", ";": "delimiter_semicolon"}
_SAMPLE = 60

Record = tuple[int, list[str] | None, str | None]  # first line, cells, the text where it does not split


def read_delimited(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """The table of a delimited file. Raises Refused."""
    text = read_letters(data, options.shape.encoding, repairs)
    if not text.strip():
        raise Refused("FILE-001")
    skipped = 0
    delimiter = options.shape.delimiter
    if text[:4].lower() == "sep=" and text[5:6] in "\r\n":
        delimiter, skipped = delimiter or text[4], 1
        text = text[5:].removeprefix("\r").removeprefix("\n")
        repairs["separator_line"] += 1
    if delimiter is None:
        delimiter = tell_delimiter(text, options)
        word = DELIMITERS[delimiter]
        if word:
            repairs[word] += 1
    elif delimiter != ",":
        repairs["delimiter_declared"] += 1
    if "\r" in text and "\r" in text.replace("\r\n", ""):
        repairs["bare_carriage_returns"] += 1
    grid = to_grid(split_records(text, delimiter, options), skipped, options)
    _refuse_fixed_width(grid, name)
    return take_table(grid, name, None, "delimited", options, repairs)


def tell_delimiter(text: str, options: DecodeOptions) -> str:
    """The separator with which a line holds most known names, else the one that splits most lines alike."""
    best, best_score = ",", (0, 0.0)
    for delimiter in DELIMITERS:
        known, widths = 0, Counter[int]()
        for _, row, _ in _sample(text, delimiter):
            if row:
                known = max(known, len({fold(cell) for cell in row} & options.known))
                widths[len(row)] += 1
        width, lines = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
        alike = lines / max(1, widths.total()) * (1 + min(width, 50) / 1000) if width > 1 else 0.0
        if (known if known > 1 else 0, alike) > best_score:
            best, best_score = delimiter, (known if known > 1 else 0, alike)
    return best


def _sample(text: str, delimiter: str) -> Iterator[Record]:
    for number, record in enumerate(_records(text[:200_000], delimiter)):
        if number >= _SAMPLE:
            return
        yield record


def split_records(text: str, delimiter: str, options: DecodeOptions) -> list[Record]:
    """Every record with its first line. Raises Refused FILE-007 for a quotation mark that is never closed."""
    records = list(_records(text, delimiter))
    if records and records[-1][1] is None and records[-1][2] == "":
        raise Refused("FILE-007", str(records[-1][0]))
    return records


class _Tape(Iterator[str]):
    """Lines of a text; remembers where the record that is being read began."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.kept: list[str] = []

    def __next__(self) -> str:
        line = next(self._lines)
        self.kept.append(line)
        return line


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """Split strictly; a record that does not split is kept whole, the last one with text "" when it never ends."""
    tape = _Tape(text)
    reader = csv.reader(tape, delimiter=delimiter, strict=True)
    line = 1
    while True:
        tape.kept.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                yield line, None, ""
                return
            yield line, None, "".join(tape.kept).rstrip("\r\n")
        else:
            yield line, row, None
        line = reader.line_num + 1


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
