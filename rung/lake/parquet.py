"""The one writer of Parquet: everything in a lake or a release comes from `to_parquet`.

The bytes depend on the rows alone: sorted by their key, in row groups of one size, in one codec at one level.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import dataframely as dy
import polars as pl

from contracts import columns as c
from rung.lake.place import Place
from rung.lake.scratch import open_to_read

# About 128,000 rows: small enough to skip by the key the file is sorted by, large enough to read fast.
ROW_GROUP = 131_072
CODEC: Literal["zstd"] = "zstd"
LEVEL = 1
PIECE = 4 * 1024**2


def to_parquet(
    frame: pl.DataFrame, order: Sequence[str], *, released: bool = False, contract: type[dy.Schema] | None = None
) -> bytes:
    """One Parquet file of the rows sorted by `order`, empty values last; equal rows in the order that they come in.

    `released`: as BI tools like it: plain strings, signed whole numbers, a page index, and of a `contract` descriptions
    and units in the file. Otherwise columns keep the types that they have.
    """
    rows = frame.sort(order, nulls_last=True, maintain_order=True) if order else frame
    rows = rows.rechunk()
    buffer = io.BytesIO()
    if released:
        _write_released(rows, contract, buffer)
    else:
        rows.write_parquet(
            buffer, compression=CODEC, compression_level=LEVEL, statistics=True, row_group_size=ROW_GROUP
        )
    return buffer.getvalue()


def write_parquet(place: Place, key: str, frame: pl.DataFrame, order: Sequence[str]) -> None:
    """Write a frame, sorted by `order`, as one Parquet object of the lake."""
    place.write(key, to_parquet(frame, order))


def write_parts(place: Place, key: str, parts: Sequence[Path], beside: Path) -> None:
    """Write files of rows that are in order as one Parquet object: the same bytes as of one frame with these rows.

    `beside`: a file that does not exist yet, on disk.
    """
    rows = pl.scan_parquet(list(parts))
    rows.sink_parquet(beside, compression=CODEC, compression_level=LEVEL, statistics=True, row_group_size=ROW_GROUP)
    write_file(place, key, beside)
    beside.unlink()


def scan(place: Place, keys: Iterable[str], **how: Any) -> pl.LazyFrame:
    """The rows of objects of a place. `how`: as Polars reads them."""
    uris = [place.uri(key) for key in keys]
    return pl.scan_parquet(uris, storage_options=place.options, glob=False, **how)


def write_scratch(path: Path, frame: pl.DataFrame, row_group: int = ROW_GROUP) -> None:
    """A file that lives only during a run, of no lake and no release."""
    frame.write_parquet(path, compression="lz4", row_group_size=row_group)


def write_file(place: Place, key: str, path: Path) -> None:
    """Write a file on disk as an object of the lake, piece by piece."""
    with open_to_read(path) as source, place.incoming(key) as target:
        shutil.copyfileobj(source, target, PIECE)


def _write_released(rows: pl.DataFrame, contract: type[dy.Schema] | None, buffer: io.BytesIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = rows.to_arrow()
    columns = {"educator_key": c.educator_key.required(), **(contract.columns() if contract is not None else {})}
    fields = []
    for field in table.schema:
        kind = _plain(field.type)
        declared = columns.get(field.name)
        field_metadata = {"description": declared.description or ""} if declared is not None else {}
        if declared is not None and declared.metadata and declared.metadata.get("unit"):
            field_metadata["unit"] = str(declared.metadata["unit"])
        fields.append(pa.field(field.name, kind, field.nullable, field_metadata or None))
    about = {"description": (contract.__doc__ or "").strip()} if contract is not None else None
    pq.write_table(
        table.cast(pa.schema(fields)).replace_schema_metadata(about),
        buffer,
        row_group_size=ROW_GROUP,
        compression=CODEC,
        compression_level=LEVEL,
        use_dictionary=True,
        write_statistics=True,
        write_page_index=True,
        store_schema=True,
    )


def _plain(kind: Any) -> Any:
    """The type as every reader knows it: plain strings, and signed whole numbers (several engines have no others)."""
    import pyarrow as pa

    if pa.types.is_large_string(kind) or str(kind) == "string_view":
        return pa.string()
    signed = {pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64()}
    return signed.get(kind, kind)
