"""A batch of drops → one frame of canonical text: clean files together in one read, every other drop with care.

What cannot be used is not raised but told: each drop comes back with its problems, and the others go on.
"""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.policy.mapping import Layout
from rung.core.settings import Intake
from rung.intake.discover import Drop, LandedFile
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.columns import rename_folder_columns
from transforms.s1_conform.decode import Bounds, FileProblem
from transforms.s1_conform.decode.archive import unsafe_name
from transforms.s1_conform.decode.sniff import name_lies
from transforms.s1_conform.drift import DriftReport
from transforms.s1_conform.fast_reader import CleanCsv, inspect_fast, read_fast
from transforms.s1_conform.needs_tolerant_reader import need_tolerant_reader
from transforms.s1_conform.tolerant_reader import CarefulTable, problem, read_tolerantly
from transforms.s1_conform.values import BROKEN, type_columns

READERS = 16


@dataclass
class FileRead:
    """One file of a drop: its bytes (none where it is too large to be read) and their hash."""

    landed: LandedFile
    data: bytes
    sha256: str


@dataclass
class Part:
    """A table that came out of a drop: the file it came from, its own columns, and its rows by place of column.

    `own` is None for a clean file, whose own rows are the canonical text itself.
    """

    source_file: str
    header: tuple[str, ...]
    rows: int
    own: pl.DataFrame | None = None


@dataclass
class DropRead:
    """One drop as one submission: its files, what came out of them, what was wrong, put right or set aside."""

    drop: Drop
    extract: str
    submission_id: str
    files: list[FileRead]
    parts: list[Part] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    cents_set_aside: int = 0
    lines_aside: dict[str, list[int]] = field(default_factory=dict)
    unread_columns: list[str] = field(default_factory=list)
    drift: list[DriftReport] = field(default_factory=list)
    without_ids: list[pl.DataFrame] = field(default_factory=list)
    started: list[pl.DataFrame] = field(default_factory=list)

    @property
    def rows_read(self) -> int:
        return sum(part.rows for part in self.parts)

    def reject(self, found: FileProblem) -> None:
        """Nothing of a drop with a problem is used."""
        self.problems.append(found)
        self.parts.clear()


@dataclass
class BatchRows:
    """The usable rows of a batch, typed: the contract's columns, each with `__unreadable` where it is not text, the
    folder's columns as sent, `drop_no`, `file_no` (part of the drop), `source_row`."""

    extract: str
    drops: list[DropRead]
    rows: pl.DataFrame


def fetch(drops: Sequence[Drop], bounds: Intake) -> list[DropRead]:
    """Read all files of a batch, in parallel, and give each drop the id that its bytes and its folder make."""
    files = [file for drop in drops for file in drop.files]
    with ThreadPoolExecutor(READERS) as pool:
        read = iter(list(pool.map(lambda file: _fetch(file, bounds.max_file_bytes), files)))
    fetched = []
    for drop in drops:
        mine = [next(read) for _ in drop.files]
        each = DropRead(drop, drop.extract, submission_id(drop, drop.extract, mine), mine)
        for file in mine:
            if file.landed.entry.size > bounds.max_file_bytes:
                size = f"{file.landed.entry.size:,} bytes, at most {bounds.max_file_bytes:,}"
                each.reject(problem("FILE-009", f"{file.landed.name}: {size}"))
            if unsafe_name(file.landed.name):
                each.reject(problem("FILE-035", file.landed.name))
        fetched.append(each)
    return fetched


def _fetch(landed: LandedFile, most: int) -> FileRead:
    if landed.entry.size > most:
        return FileRead(landed, b"", hashlib.sha256(landed.entry.etag.encode()).hexdigest())
    data = landed.place.read_whole(landed.entry)
    return FileRead(landed, data, hashlib.sha256(data).hexdigest())


def submission_id(drop: Drop, extract: str, files: Iterable[FileRead]) -> str:
    """The same files in the same folder always make the same submission."""
    named = sorted(f"{file.landed.name}\0{file.sha256}" for file in files)
    said = "\n".join([drop.lea_id, str(drop.school_year), extract, *named])
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def read_batch(extract: str, drops: list[DropRead], reference: ReferenceTables, bounds: Intake) -> list[BatchRows]:
    """Read a batch; a wide position file among rosters makes a second batch, of its pay."""
    clean, frames = _read_clean_drops(extract, drops, reference)
    pay: dict[int, DropRead] = {}
    pay_frames: list[pl.DataFrame] = []
    for drop_no, drop in enumerate(drops):
        if drop_no in clean or drop.problems:
            continue
        for file_no, table in enumerate(_read_with_care(drop, reference, bounds)):
            frames.append(_typed(_placed(table.text, drop_no, file_no), extract))
            if table.pay is not None:
                pay_drop = pay.setdefault(drop_no, _pay_drop(drop))
                placed = _placed(table.pay, list(pay).index(drop_no), len(pay_drop.parts))
                pay_frames.append(_typed(placed, "payroll"))
                _count_pay(pay_drop, table, table.pay)
    batches = [BatchRows(extract, drops, _in_order(frames, extract))]
    if pay:
        batches.append(BatchRows("payroll", list(pay.values()), _in_order(pay_frames, "payroll")))
    return batches


def _read_clean_drops(
    extract: str, drops: list[DropRead], reference: ReferenceTables
) -> tuple[set[int], list[pl.DataFrame]]:
    """The drops of which every file is clean CSV, read together by header, and their rows."""
    contract = EXTRACTS[extract]
    known = {*contract.sent.columns(), *contract.folder_columns}
    by_header: dict[tuple[str, ...], list[tuple[int, int, CleanCsv]]] = defaultdict(list)
    clean: set[int] = set()
    for drop_no, drop in enumerate(drops):
        if drop.problems or _layout(reference, drop) is not None:
            continue
        shapes = [inspect_fast(file.data, known, contract.required) for file in drop.files]
        if all(shapes):
            clean.add(drop_no)
            for file_no, shape in enumerate(shapes):
                assert shape is not None
                drop.parts.append(Part(drop.files[file_no].landed.name, shape.header, shape.rows))
                by_header[shape.header].append((drop_no, file_no, shape))
    frames = []
    for header, found in by_header.items():
        bodies = [memoryview(drops[d].files[f].data)[shape.body_start :] for d, f, shape in found]
        frame = read_fast(bodies, header, [shape.rows for _, _, shape in found])
        if frame is None:
            clean -= {d for d, _, _ in found}
            continue
        places = pl.DataFrame(
            [(d, f) for d, f, _ in found], schema={"drop_no": pl.UInt32, "place": pl.UInt32}, orient="row"
        )
        frame = frame.with_columns(
            drop_no=places["drop_no"].gather(frame["file_no"]), file_no=places["place"].gather(frame["file_no"])
        )
        typed = _typed(frame, extract)
        clean -= need_tolerant_reader(typed, contract.sent)
        frames.append(typed)
    for drop_no, drop in enumerate(drops):
        if drop_no not in clean:
            drop.parts.clear()
        else:
            drop.repairs["byte_order_mark"] += sum(file.data.startswith(BOM_UTF8) for file in drop.files)
            drop.repairs["lying_extension"] += sum(name_lies("text", file.landed.name) for file in drop.files)
    kept = pl.Series(sorted(clean), dtype=pl.UInt32)
    if len(clean) < len({d for found in by_header.values() for d, _, _ in found}):
        frames = [frame.filter(pl.col("drop_no").is_in(kept.implode())) for frame in frames]
    return clean, frames


def _layout(reference: ReferenceTables, drop: DropRead) -> Layout | None:
    mapping = reference.mappings.get(drop.drop.lea_id)
    return mapping.layout(drop.extract, drop.drop.school_year) if mapping else None


def _read_with_care(drop: DropRead, reference: ReferenceTables, bounds: Intake) -> list[CarefulTable]:
    """The drop's tables; none when it cannot be used, and the drop then says why."""
    files = {file.landed.name: file.data for file in drop.files}
    crosswalk = reference.crosswalks.get(drop.drop.lea_id)
    read = read_tolerantly(
        files,
        drop.extract,
        drop.drop.school_year,
        _layout(reference, drop),
        decode_bounds(bounds),
        crosswalk,
        drop.drop.lea_id,
        bounds.date_order,
    )
    drop.repairs += read.repairs
    drop.unread_columns += read.unread_columns
    drop.drift += read.drift
    drop.without_ids += read.without_ids
    drop.started += read.started
    for found in read.problems:
        drop.reject(found)
    if not read.problems:
        drop.set_aside += read.set_aside
        drop.lines_aside = read.lines_aside
        for table in read.tables:
            rows = table.text.height + table.rows_aside
            drop.parts.append(Part(table.name, table.header, rows, table.own))
    return read.tables


def decode_bounds(bounds: Intake) -> Bounds:
    """The configured bounds, as decoding takes them."""
    return Bounds(
        max_bytes=bounds.max_file_bytes,
        max_members=bounds.max_members,
        max_expanded_bytes=bounds.max_expanded_bytes,
        max_columns=bounds.max_columns,
        max_cell_characters=bounds.max_cell_characters,
    )


def _pay_drop(roster: DropRead) -> DropRead:
    drop = DropRead(roster.drop, "payroll", submission_id(roster.drop, "payroll", roster.files), roster.files)
    drop.repairs["pay_from_positions"] += 1
    return drop


def _count_pay(pay_drop: DropRead, table: CarefulTable, lines: pl.DataFrame) -> None:
    """A position file's pay is counted by line: rows and dollars of filled positions, and of those set aside."""
    per_row = lines.height // max(1, table.text.height)
    aside = table.rows_aside * per_row
    pay_drop.parts.append(Part(table.name, table.header, lines.height + aside, table.own))
    pay_drop.set_aside["set_aside_position"] += aside
    pay_drop.cents_set_aside += table.cents_aside


def _placed(frame: pl.DataFrame, drop_no: int, file_no: int) -> pl.DataFrame:
    return frame.with_columns(
        drop_no=pl.lit(drop_no, dtype=pl.UInt32),
        file_no=pl.lit(file_no, dtype=pl.UInt32),
        source_row=pl.col("source_row").cast(pl.UInt32),
    )


def _typed(text: pl.DataFrame, extract: str) -> pl.DataFrame:
    if BROKEN not in text.columns:
        text = text.with_columns(pl.lit(None, dtype=pl.String).alias(BROKEN))
    return type_columns(rename_folder_columns(text.lazy()), EXTRACTS[extract].sent).collect()


def _in_order(frames: list[pl.DataFrame], extract: str) -> pl.DataFrame:
    numbers = {"drop_no": pl.UInt32, "file_no": pl.UInt32, "source_row": pl.UInt32, BROKEN: pl.String}
    nothing = _typed(pl.DataFrame(schema=numbers), extract)
    joined = pl.concat([nothing, *frames], how="diagonal")
    return joined if len(frames) < 2 else joined.sort("drop_no", "file_no", maintain_order=True)
