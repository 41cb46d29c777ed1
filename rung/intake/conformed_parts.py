"""A clean drop of any size conformed in parts of bounded size, and kept on disk by person until it is judged.

Every rule over several rows, and what makes two rows repeats of each other, holds within one educator's rows. So rows
are parted by a hash of `staff_id`: each bucket is judged as a small drop would be, and the buckets together are exact.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.extracts import EXTRACTS
from rung.intake.drops import DropRead, Part
from rung.intake.read import in_order, typed_text
from rung.lake.parquet import write_scratch
from rung.lake.scratch import open_to_read
from transforms.s1_conform.decode.sniff import name_lies
from transforms.s1_conform.fast_reader import CleanCsv, inspect_fast, read_fast
from transforms.s1_conform.needs_tolerant_reader import need_tolerant_reader

MOST_BUCKETS = 256
LONGEST_HEADER = 64 * 1024
BUCKET = "_bucket"


@dataclass(frozen=True)
class ConformedParts:
    """Typed rows of one drop, a file per part, in order, the rows of each by bucket."""

    files: list[Path]
    buckets: int

    def scan(self) -> pl.LazyFrame:
        """All rows, in no order that counts."""
        return pl.scan_parquet(self.files).drop(BUCKET)

    def by_person(self) -> Iterator[pl.DataFrame]:
        """The rows bucket by bucket, in the order of the files; buckets without rows are left out."""
        for bucket in range(self.buckets):
            rows = pl.scan_parquet(self.files).filter(pl.col(BUCKET) == bucket).drop(BUCKET).collect()
            if rows.height:
                yield rows


def conform_parts(read: DropRead, members: dict[str, Path], part_bytes: int, folder: Path) -> ConformedParts | None:
    """Read a drop's files in parts of about `part_bytes`; None where one of them is not clean throughout."""
    contract = EXTRACTS[read.extract]
    known = {*contract.sent.columns(), *contract.folder_columns}
    size = sum(path.stat().st_size for path in members.values())
    buckets = min(MOST_BUCKETS, 1 + size // part_bytes)
    files: list[Path] = []
    found: list[Part] = []
    for file_no, (name, path) in enumerate(members.items()):
        header: tuple[str, ...] = ()
        rows = 0
        for data in _parts(path, part_bytes):
            shape = inspect_fast(data, known, contract.required)
            text = None if shape is None else _text(data, shape, file_no, rows)
            if shape is None or text is None:
                return None
            typed = in_order([typed_text(text, read.extract)], read.extract)
            if need_tolerant_reader(typed, contract.sent):
                return None
            files.append(folder / f"{len(files):06}.parquet")
            parted = typed.with_columns((pl.col("staff_id").hash(0) % buckets).cast(pl.UInt16).alias(BUCKET))
            write_scratch(files[-1], parted.sort(BUCKET, maintain_order=True), max(1, typed.height // buckets))
            header, rows = shape.header, rows + shape.rows
        if not rows:
            return None
        found.append(Part(name, header, rows))
    read.parts, read.on_disk = found, members
    read.repairs["byte_order_mark"] += sum(_has_mark(path) for path in members.values())
    read.repairs["lying_extension"] += sum(name_lies("text", name) for name in members)
    return ConformedParts(files, buckets)


def own_rows(path: Path, part: Part, wanted: pl.Series, part_bytes: int) -> pl.DataFrame:
    """Rows of a clean file as text, those whose `source_row` is wanted."""
    kept, before = [], 0
    for data in _parts(path, part_bytes):
        body = data[data.index(b"\n") + 1 :]
        lines = body.count(b"\n") + (not body.endswith(b"\n"))
        text = _text(data, CleanCsv(part.header, len(data) - len(body), lines), 0, before)
        assert text is not None, "a clean file has been read before"
        kept.append(text.filter(pl.col("source_row").is_in(wanted.implode())))
        before += lines
    return pl.concat(kept)


def _parts(path: Path, part_bytes: int) -> Iterator[bytes]:
    """The file in parts of whole lines, each below the header line, without a byte order mark.

    What is clean below its header in every part is clean as a whole, and the other way round: no clean cell has a line
    break in it.
    """
    with open_to_read(path) as file:
        header = file.readline(LONGEST_HEADER).removeprefix(BOM_UTF8)
        while body := file.read(part_bytes):
            yield header + body + (b"" if body.endswith(b"\n") else file.readline(part_bytes + LONGEST_HEADER))


def _text(data: bytes, shape: CleanCsv, file_no: int, before: int) -> pl.DataFrame | None:
    text = read_fast([memoryview(data)[shape.body_start :]], shape.header, [shape.rows])
    if text is None:
        return None
    return text.with_columns(
        pl.col("source_row") + before,
        drop_no=pl.lit(0, dtype=pl.UInt32),
        file_no=pl.lit(file_no, dtype=pl.UInt32),
    )


def _has_mark(path: Path) -> bool:
    with open_to_read(path) as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8
