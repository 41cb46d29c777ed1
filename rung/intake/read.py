"""A batch of drops → one frame of canonical text: clean files together in one read, every other drop with care.

What cannot be used is not raised but told: each drop comes back with its problems, and the others go on.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.policy.mapping import Layout
from rung.core.settings import Intake
from rung.intake.drops import BatchRows, DropRead, Part, log, reject_for_fault, submission_id
from rung.intake.jobs import Readers, ReadFailure, ReadJob, is_fault
from rung.intake.mends import FindMended, Mends
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.column_matching import rename_folder_columns
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.decode.model import Refused, problem
from transforms.s1_conform.decode.sniff import name_lies
from transforms.s1_conform.fast_reader import CleanCsv, inspect_fast, read_fast
from transforms.s1_conform.needs_tolerant_reader import need_tolerant_reader
from transforms.s1_conform.tolerant_reader import TolerantDrop, TolerantTable
from transforms.s1_conform.values import BROKEN, type_columns


def read_batch(
    extract: str,
    drops: list[DropRead],
    reference: ReferenceTables,
    bounds: Intake,
    readers: Readers,
    find_mended: FindMended,
) -> list[BatchRows]:
    """Read a batch; a wide position file among rosters makes a second batch, of its pay.

    `find_mended` tells what a drop of mended rows mends; such a drop is read as what it mends, with its rows in place.
    """
    try:
        clean, frames = _read_clean_drops(extract, drops, reference)
    except BaseException as error:
        if not is_fault(error):
            raise
        clean, frames = set(), []  # no file of the batch may stop it: each is read by itself
        for drop in drops:
            drop.parts.clear()
    others = [number for number, drop in enumerate(drops) if number not in clean and not drop.problems]
    jobs = (_job(drops[number], reference, bounds) for number in others)
    pay: list[DropRead] = []
    pay_frames: list[pl.DataFrame] = []
    for drop_no, answer in zip(others, readers.read(jobs), strict=True):
        drop = drops[drop_no]
        try:
            mends = None
            if isinstance(answer, TolerantDrop) and answer.mended is not None:
                mends = find_mended(drop, answer.mended)
            job = None if mends is None else _mending_job(_job(drop, reference, bounds), mends)
            tables = _take(drop, answer if job is None else next(readers.read([job])), mends)
            mine = [typed_text(_placed(table.text, drop_no, at), extract) for at, table in enumerate(tables)]
            its_pay = [table for table in tables if table.pay is not None]
            theirs = [
                typed_text(_placed(table.pay, len(pay), at), "payroll")
                for at, table in enumerate(its_pay)
                if table.pay is not None
            ]
        except Refused as refused:
            drop.reject(refused.problem)
            continue
        except BaseException as error:
            if not is_fault(error):
                raise
            reject_for_fault(drop, "FILE-053", error)
            continue
        frames += mine
        if its_pay:
            pay.append(_pay_drop(drop, its_pay, mends))
            pay_frames += theirs
    batches = [BatchRows(extract, drops, in_order(frames, extract))]
    if pay:
        batches.append(BatchRows("payroll", pay, in_order(pay_frames, "payroll")))
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
        if drop.problems or has_layout(reference, drop):
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
        typed = typed_text(frame, extract)
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


def has_layout(reference: ReferenceTables, drop: DropRead) -> bool:
    """Whether a mapping of the district says how the drop is to be read."""
    return _layout(reference, drop) is not None


def _layout(reference: ReferenceTables, drop: DropRead) -> Layout | None:
    mapping = reference.mappings.get(drop.drop.lea_id)
    return mapping.layout(drop.extract, drop.drop.school_year) if mapping else None


def _job(drop: DropRead, reference: ReferenceTables, bounds: Intake) -> ReadJob:
    return ReadJob(
        files={file.landed.name: file.data for file in drop.files},
        extract=drop.extract,
        school_year=drop.drop.school_year,
        layout=_layout(reference, drop),
        bounds=decode_bounds(bounds),
        crosswalk=reference.crosswalks.get(drop.drop.lea_id),
        lea_id=drop.drop.lea_id,
        date_order=bounds.date_order,
    )


def _mending_job(job: ReadJob, mends: Mends) -> ReadJob:
    return replace(job, files=mends.files, mends=mends.mends)


def _take(drop: DropRead, read: TolerantDrop | ReadFailure, mends: Mends | None) -> list[TolerantTable]:
    """The drop's tables; none when it cannot be used, and the drop then says why."""
    if mends is not None:
        drop.parent, drop.rows_mended = mends.parent, mends.rows
        drop.repairs["mended_rows"] = mends.rows
    if isinstance(read, ReadFailure):
        log.warning("%s: %s: %s", drop.place, read.found.rule_id, read.line)
        drop.reject(read.found)
        return []
    drop.repairs += read.repairs
    drop.unread_columns += read.unread_columns
    drop.drift += read.drift
    drop.without_ids += read.without_ids
    drop.started += read.started
    for found in read.problems:
        # A clean file may be longer than one that is read with care; in parts it cannot be mended.
        long = mends is not None and found.rule_id == "FILE-052"
        drop.reject(problem("FILE-064", "it is too long for that") if long else found)
    if not read.problems:
        drop.set_aside += read.set_aside
        drop.lines_aside = read.lines_aside
        for table in read.tables:
            rows = table.text.height + table.rows_aside
            drop.parts.append(Part(table.name, table.header, rows, table.own, table.rows_aside))
            drop.cents_set_aside += table.cents_aside if drop.extract == "payroll" else 0
    return read.tables


def decode_bounds(bounds: Intake) -> Bounds:
    """The configured bounds, as decoding takes them."""
    return Bounds(
        max_bytes=bounds.max_file_bytes,
        max_members=bounds.max_members,
        max_expanded_bytes=bounds.max_expanded_bytes,
        max_columns=bounds.max_columns,
        max_cell_characters=bounds.max_cell_characters,
        max_cells=bounds.max_cells,
    )


def _pay_drop(roster: DropRead, tables: Sequence[TolerantTable], mends: Mends | None) -> DropRead:
    """A position file's pay, counted by line: rows and dollars of filled positions, and of those set aside."""
    drop = DropRead(roster.drop, "payroll", submission_id(roster.drop, "payroll", roster.files), roster.files)
    drop.repairs["pay_from_positions"] += 1
    if mends is not None:
        drop.parent, drop.rows_mended = mends.pay_parent, mends.rows
        drop.repairs["mended_rows"] = mends.rows
    for table in tables:
        assert table.pay is not None, "only tables with pay are handed in"
        aside = table.rows_aside * (table.pay.height // max(1, table.text.height))
        drop.parts.append(Part(table.name, table.header, table.pay.height + aside, table.own, aside))
        drop.set_aside["set_aside_position"] += aside
        drop.cents_set_aside += table.cents_aside
    return drop


def _placed(frame: pl.DataFrame, drop_no: int, file_no: int) -> pl.DataFrame:
    return frame.with_columns(
        drop_no=pl.lit(drop_no, dtype=pl.UInt32),
        file_no=pl.lit(file_no, dtype=pl.UInt32),
        source_row=pl.col("source_row").cast(pl.UInt32),
    )


def typed_text(text: pl.DataFrame, extract: str) -> pl.DataFrame:
    """Rows of text as the contract's types; see `transforms.s1_conform.values`."""
    if BROKEN not in text.columns:
        text = text.with_columns(pl.lit(None, dtype=pl.String).alias(BROKEN))
    return type_columns(rename_folder_columns(text.lazy()), EXTRACTS[extract].sent).collect()


def in_order(frames: list[pl.DataFrame], extract: str) -> pl.DataFrame:
    """Typed frames as one, in the order of drops and files, with all columns of the extract in one order."""
    numbers = {"drop_no": pl.UInt32, "file_no": pl.UInt32, "source_row": pl.UInt32, BROKEN: pl.String}
    nothing = typed_text(pl.DataFrame(schema=numbers), extract)
    joined = pl.concat([nothing, *frames], how="diagonal")
    return joined if len(frames) < 2 else joined.sort("drop_no", "file_no", maintain_order=True)
