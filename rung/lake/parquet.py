"""Parquet as BI tools like it: zstd, dictionaries, statistics, page index, plain strings, descriptions in the file."""

from __future__ import annotations

import io
from typing import Any

import dataframely as dy
import polars as pl

from contracts import columns as c

# About 128,000 rows: small enough to skip by the key the file is sorted by, large enough to read fast.
ROW_GROUP = 131_072


def to_parquet(frame: pl.DataFrame, schema: type[dy.Schema] | None) -> bytes:
    """One Parquet file of a mart, the same bytes for the same frame; column descriptions and units in its metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = frame.to_arrow()
    columns = {"educator_key": c.educator_key.required(), **(schema.columns() if schema is not None else {})}
    fields = []
    for field in table.schema:
        kind = _plain(field.type)
        declared = columns.get(field.name)
        field_metadata = {"description": declared.description or ""} if declared is not None else {}
        if declared is not None and declared.metadata and declared.metadata.get("unit"):
            field_metadata["unit"] = str(declared.metadata["unit"])
        fields.append(pa.field(field.name, kind, field.nullable, field_metadata or None))
    about = {"description": (schema.__doc__ or "").strip()} if schema is not None else None
    buffer = io.BytesIO()
    pq.write_table(
        table.cast(pa.schema(fields)).replace_schema_metadata(about),
        buffer,
        row_group_size=ROW_GROUP,
        compression="zstd",
        use_dictionary=True,
        write_statistics=True,
        write_page_index=True,
        store_schema=True,
    )
    return buffer.getvalue()


def _plain(kind: Any) -> Any:
    """The type as every reader knows it: plain strings, and signed whole numbers (several engines have no others)."""
    import pyarrow as pa

    if pa.types.is_large_string(kind) or str(kind) == "string_view":
        return pa.string()
    signed = {pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64()}
    return signed.get(kind, kind)
