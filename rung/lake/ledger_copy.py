"""Moves a ledger to another database whole: submissions, history, certifications, waivers, releases, objects seen."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.ledger import Ledger

BATCH = 5_000
NOT_COPIED = ("schema_version",)


def copy_ledger(source: Ledger, target: Ledger) -> dict[str, int]:
    """Copy every table in one transaction; returns its rows by table. The source stays as it is.

    Nobody may write meanwhile: the source is locked. Raises RungError where the target has rows already, where it is
    the source, or where the copy differs from it; then the target stays empty.
    """
    if source.engine.url == target.engine.url:
        raise RungError("the ledger cannot be copied onto itself; name another database")
    metadata = sa.MetaData()
    metadata.reflect(source.engine)
    tables = [table for table in metadata.sorted_tables if table.name not in NOT_COPIED]
    copied: dict[str, int] = {}
    with source.writing() as reading, target.writing() as writing:
        for table in tables:
            _check_empty(writing, target.table(table.name))
        for table in tables:
            copied[table.name] = _copy(reading, writing, table, target.table(table.name))
    return copied


def _check_empty(writing: sa.Connection, table: sa.Table) -> None:
    if writing.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
        raise RungError(f"the target ledger has rows in {table.name} already; name an empty database")


def _copy(reading: sa.Connection, writing: sa.Connection, table: sa.Table, target: sa.Table) -> int:
    """Rows in order of their key. Raises RungError where what was written does not read as it was."""
    order = list(table.primary_key.columns)
    names = [column.name for column in table.columns]
    rows = reading.execute(sa.select(table).order_by(*order))
    digest, count = 0, 0
    for part in rows.mappings().partitions(BATCH):
        batch: list[dict[str, Any]] = [dict(row) for row in part]
        writing.execute(sa.insert(target), batch)
        count += len(batch)
        digest ^= _digest(tuple(row[name] for name in names) for row in batch)
    written = writing.execute(sa.select(*(target.c[name] for name in names)))
    if _digest(tuple(row) for row in written) != digest:
        raise RungError(f"{table.name}: the copy differs from the ledger; nothing was kept")
    return count


def _digest(rows: Any) -> int:
    """Order does not matter, every value does."""
    total = 0
    for row in rows:
        total ^= hash(row)
    return total
