"""Rung's telling of dialects beside clevercsv's over the corpus: `python -m tests.spoiled.dialects [DATA]`.

A dialect is right where the text splits, with it, into the same cells as the dialect that the file was written in (the
rows of the corpus, or csv-spectrum's JSON under DATA/csv_spectrum). Prints the table of docs/decisions/dialects.md.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import clevercsv

from tests.spoiled import office_files
from tests.spoiled.ailment import RIGHT
from tests.spoiled.corpus import SPOILED
from tests.spoiled.text_files import VALUES
from transforms.s1_conform.column_matching import known_names
from transforms.s1_conform.decode.delimited import split_records
from transforms.s1_conform.decode.dialect import Dialect, find_dialect
from transforms.s1_conform.decode.model import DecodeOptions, Refused

Rows = list[list[str]]
OTHERWISE = [*VALUES, *office_files.VALUES]


@dataclass(frozen=True)
class Sample:
    """A text, the cells that must be among its records, and the extract whose column names are known."""

    name: str
    text: str
    rows: Rows
    extract: str | None
    otherwise: int = 0  # values of a row that may be written otherwise than they are read


def corpus() -> Iterator[Sample]:
    """Text files of the corpus that are read whole and whose values are written as they are read."""
    for each in SPOILED:
        ((name, data), *more) = each.files.items()
        if more or each.rule or not name.endswith((".csv", ".txt", ".tsv")) or each.shape.fixed_width:
            continue
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.startswith("sep="):
            yield Sample(each.name, text, RIGHT[each.extract][1:], each.extract, otherwise=each in OTHERWISE)


def spectrum(data: Path) -> Iterator[Sample]:
    """csv-spectrum: files with their right answers, no column name known."""
    for path in sorted((data / "csv_spectrum" / "csvs").glob("*.csv")):
        right = json.loads((data / "csv_spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        right = right if isinstance(right, list) else [right]
        if path.stem != "location_coordinates":  # its copy has another number in the answer than in the file
            text = path.read_bytes().decode("utf-8")
            yield Sample(path.stem, text, [list(row.values()) for row in right], None)


def ours(sample: Sample) -> Dialect:
    known = known_names(sample.extract, None) if sample.extract else frozenset()
    return find_dialect(sample.text, DecodeOptions(known=known))


def nameless(sample: Sample) -> Dialect:
    return find_dialect(sample.text, DecodeOptions())


def clever(sample: Sample) -> Dialect:
    found = clevercsv.Sniffer().sniff(sample.text)
    if found is None:
        return Dialect()
    return Dialect(found.delimiter or ",", found.quotechar or '"', False, found.escapechar or None)


def is_right(sample: Sample, dialect: Dialect) -> bool:
    """Whether every cell but what values are written otherwise stands in one record, in order."""
    try:
        records = [[cell.strip() for cell in row] for _, row, _ in split_records(sample.text, dialect) if row]
    except Refused:
        return False
    return all(any(_alike(row, record, sample.otherwise) for record in records) for row in sample.rows)


def _alike(row: list[str], record: list[str], otherwise: int) -> bool:
    """As many cells as the row has stand apart, and are the same but for those that may be written otherwise."""
    same = sum(1 for cell in row if cell.strip() in record)
    return len(record) >= len(row) and same >= len(row) - otherwise


def table(samples: list[Sample], name: str) -> list[str]:
    ways: list[tuple[str, Callable[[Sample], Dialect]]] = [
        ("Rung", ours),
        ("Rung, no column name known", nameless),
        ("clevercsv 0.8", clever),
    ]
    lines = []
    for said, way in ways:
        start = time.perf_counter()
        wrong = [each.name for each in samples if not is_right(each, way(each))]
        seconds = time.perf_counter() - start
        shown = ", ".join(f"`{each}`" for each in wrong[:8]) + (f" and {len(wrong) - 8} more" if len(wrong) > 8 else "")
        lines.append(f"| {name} | {said} | {len(samples) - len(wrong)} of {len(samples)} | {seconds:.1f} s | {shown} |")
    return lines


if __name__ == "__main__":
    lines = ["| files | told by | right | time | wrong |", "|---|---|---|---|---|"]
    lines += table(list(corpus()), "`tests/spoiled`")
    if len(sys.argv) > 1:
        lines += table(list(spectrum(Path(sys.argv[1]))), "csv-spectrum")
    sys.stdout.write("\n".join(lines) + "\n")
