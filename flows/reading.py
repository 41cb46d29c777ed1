"""A batch of drops → one frame of canonical text: clean files together in one read, every other file with care.

What cannot be used is not raised but told: each drop comes back with its problems, and the others go on.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import polars as pl

from contracts.columns import MONEY
from contracts.extracts import EXTRACTS
from contracts.mapping import DistrictMapping, Layout, PayFromPositions
from flows.discover import Drop, LandedFile
from transforms.s1_conform.clean import CleanCsv, inspect_clean, read_clean
from transforms.s1_conform.columns import conform_columns, known_names, match_columns, pay_lines
from transforms.s1_conform.decode import DecodeOptions, FileProblem, Table, decode
from transforms.s1_conform.values import BROKEN, read_as

READERS = 8


@dataclass
class FileRead:
    """One file of a drop: its bytes and what reading them showed."""

    landed: LandedFile
    data: bytes
    sha256: str
    rows: int = 0


@dataclass
class DropRead:
    """One drop as one submission: its files, what was wrong with them, what was put right or set aside."""

    drop: Drop
    extract: str
    submission_id: str
    files: list[FileRead]
    problems: list[FileProblem] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    cents_set_aside: int = 0
    unread_columns: list[str] = field(default_factory=list)

    @property
    def rows_read(self) -> int:
        return sum(file.rows for file in self.files)


@dataclass
class BatchText:
    """The usable rows of a batch: canonical text columns, `drop_no`, `file_no` in the drop, `source_row`."""

    extract: str
    drops: list[DropRead]
    text: pl.DataFrame


def fetch(drops: Sequence[Drop]) -> list[DropRead]:
    """Read all files of a batch, in parallel, and give each drop the id that its bytes and its folder make."""
    files = [file for drop in drops for file in drop.files]
    with ThreadPoolExecutor(READERS) as pool:
        read = iter(list(pool.map(_fetch, files)))
    fetched = []
    for drop in drops:
        mine = [next(read) for _ in drop.files]
        fetched.append(DropRead(drop, drop.extract, submission_id(drop, drop.extract, mine), mine))
    return fetched


def submission_id(drop: Drop, extract: str, files: Iterable[FileRead]) -> str:
    """The same files in the same folder always make the same submission."""
    named = sorted(f"{file.landed.name}\0{file.sha256}" for file in files)
    said = "\n".join([drop.lea_id, str(drop.school_year), extract, *named])
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def read_batch(extract: str, drops: list[DropRead], mappings: Mapping[str, DistrictMapping]) -> list[BatchText]:
    """Read a batch; a wide position file among rosters makes a second batch, of its pay."""
    frames: list[pl.DataFrame] = []
    pay_drops: dict[int, DropRead] = {}
    pay_frames: list[pl.DataFrame] = []
    clean: dict[tuple[str, ...], list[tuple[int, int, CleanCsv]]] = defaultdict(list)
    careful: list[tuple[int, int]] = []
    contract = EXTRACTS[extract]
    known = {*contract.sent.columns(), *contract.folder_columns}
    for drop_no, drop in enumerate(drops):
        layout = _layout(mappings, drop)
        for file_no, file in enumerate(drop.files):
            shape = None if layout else inspect_clean(file.data, known, contract.required)
            if shape is None:
                careful.append((drop_no, file_no))
            else:
                clean[shape.header].append((drop_no, file_no, shape))
    for header, found in clean.items():
        bodies = [drops[d].files[f].data[shape.body_start :] for d, f, shape in found]
        frame = read_clean(bodies, header, [shape.rows for _, _, shape in found])
        if frame is None:
            careful += [(d, f) for d, f, _ in found]
            continue
        for d, f, shape in found:
            drops[d].files[f].rows = shape.rows
        places = pl.DataFrame(
            [(d, f) for d, f, _ in found], schema={"drop_no": pl.UInt32, "place": pl.UInt32}, orient="row"
        )
        frames.append(
            frame.with_columns(
                drop_no=places["drop_no"].gather(frame["file_no"]), file_no=places["place"].gather(frame["file_no"])
            )
        )
    for drop_no, file_no in sorted(careful):
        drop = drops[drop_no]
        layout = _layout(mappings, drop)
        read = _read_with_care(drop, drop.files[file_no], layout)
        if read is None:
            continue
        frames.append(_placed(read.conformed, drop_no, file_no))
        if layout and layout.pay:
            pay_drop = pay_drops.setdefault(drop_no, _pay_drop(drop))
            pay_file = len(pay_drop.files)
            _count_pay(pay_drop, drop.files[file_no], read, layout.pay)
            pay = pay_lines(read.rows, read.conformed, layout.pay, drop.drop.school_year)
            pay_frames.append(_placed(pay, list(pay_drops).index(drop_no), pay_file))
    batches = [BatchText(extract, drops, _in_order(frames))]
    if pay_drops:
        batches.append(BatchText("payroll", list(pay_drops.values()), _in_order(pay_frames)))
    return batches


def _fetch(landed: LandedFile) -> FileRead:
    data = landed.place.read(landed.entry.key)
    return FileRead(landed, data, hashlib.sha256(data).hexdigest())


def _layout(mappings: Mapping[str, DistrictMapping], drop: DropRead) -> Layout | None:
    mapping = mappings.get(drop.drop.lea_id)
    return mapping.layout(drop.extract, drop.drop.school_year) if mapping else None


@dataclass(frozen=True)
class CarefulRead:
    """A file read with care: the district's own rows, the same rows conformed, and the rows that are no people."""

    rows: pl.DataFrame
    conformed: pl.DataFrame
    aside: pl.DataFrame


def _read_with_care(drop: DropRead, file: FileRead, layout: Layout | None) -> CarefulRead | None:
    """None when the file cannot be used; the drop then says why."""
    options = DecodeOptions(extract=drop.extract, known=known_names(drop.extract, layout))
    decoded = decode(file.data, file.landed.name, options)
    drop.repairs.update(decoded.repairs)
    if decoded.problems:
        drop.problems += decoded.problems
        return None
    table = decoded.tables[0]
    matched = match_columns(table.header, drop.extract, layout)
    problem = _unfit(file, table, matched.missing, matched.absent)
    if problem is not None:
        drop.problems.append(problem)
        return None
    drop.unread_columns += [name for name in matched.unread if name not in drop.unread_columns]
    file.rows = table.rows.height
    rows = table.rows.join(
        table.broken.select("source_row", pl.col("rule_id").alias(BROKEN)), on="source_row", how="left"
    )
    rows, aside = _set_aside(drop, rows, layout)
    return CarefulRead(rows, conform_columns(rows, matched, drop.drop.school_year), aside)


def _unfit(file: FileRead, table: Table, missing: Sequence[str], absent: Sequence[str]) -> FileProblem | None:
    name = file.landed.name
    if absent:
        return FileProblem(
            "FILE-021",
            f"{name}: the mapping reads the column {', '.join(absent)}, which the file does not have",
            "correct the mapping for this school year, or send the file with that column",
        )
    if missing:
        return FileProblem(
            "FILE-020",
            f"{name}: the required column {', '.join(missing)} is missing; it has {', '.join(table.header[:40])}",
            "add the column, or name the column that it is in the district's mapping file",
        )
    return None


def _set_aside(drop: DropRead, rows: pl.DataFrame, layout: Layout | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    aside = rows.clear()
    for each in layout.set_aside if layout else ():
        empty = (pl.col(each.column_empty).str.strip_chars() == "").fill_null(True)
        taken = rows.filter(empty)
        drop.set_aside[each.reason] += taken.height
        aside, rows = pl.concat([aside, taken]), rows.filter(~empty)
    return rows, aside


def _pay_drop(roster: DropRead) -> DropRead:
    return DropRead(roster.drop, "payroll", submission_id(roster.drop, "payroll", roster.files), [])


def _count_pay(pay_drop: DropRead, file: FileRead, read: CarefulRead, pay: PayFromPositions) -> None:
    """A position file's pay is counted by line: rows and dollars of filled positions, and of those set aside."""
    pay_drop.files.append(replace(file, rows=file.rows * len(pay.lines)))
    pay_drop.set_aside["set_aside_position"] += read.aside.height * len(pay.lines)
    amounts = [read_as(pl.col(line.amount), MONEY).sum().cast(MONEY) for line in pay.lines]
    pay_drop.cents_set_aside += int(read.aside.select(pl.sum_horizontal(amounts)).item() * 100)


def _placed(frame: pl.DataFrame, drop_no: int, file_no: int) -> pl.DataFrame:
    return frame.with_columns(
        drop_no=pl.lit(drop_no, dtype=pl.UInt32),
        file_no=pl.lit(file_no, dtype=pl.UInt32),
        source_row=pl.col("source_row").cast(pl.UInt32),
    )


def _in_order(frames: list[pl.DataFrame]) -> pl.DataFrame:
    numbers = {"drop_no": pl.UInt32, "file_no": pl.UInt32, "source_row": pl.UInt32, BROKEN: pl.String}
    joined = pl.concat([pl.DataFrame(schema=numbers), *frames], how="diagonal")
    return joined if len(frames) < 2 else joined.sort("drop_no", "file_no", maintain_order=True)
