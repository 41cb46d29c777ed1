"""Keys, indexes and rights by district for a release in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rung.core.errors import RungError
from rung.release.ddl import Placed, quoted

READERS = "district_reader"
EVERY = "*"
INDEXED = ("lea_id", "school_id", "program_id", "educator_key", "staff_id")
BY_DISTRICT = ("postgres", "snowflake")


def keys(placed: Placed, nullable: Collection[str]) -> Iterator[str]:
    """PostgreSQL: the table's key, and an index for each id that a reader joins or filters by and that leads no key.

    `nullable`: columns with empty cells. A key with one of them is a unique index in which empty cells are equal.
    """
    name, there = quoted(placed.table.name), [entry.column for entry, _ in placed.columns()]
    key = [column if column in there else "staff_id" for column in placed.table.key]
    columns = ", ".join(quoted(column) for column in key)
    if set(key) <= set(there):
        if set(key) & set(nullable):
            yield f"CREATE UNIQUE INDEX ON {name} ({columns}) NULLS NOT DISTINCT"
        else:
            yield f"ALTER TABLE {name} ADD PRIMARY KEY ({columns})"
    for column in INDEXED:
        if column in there and key[0] != column:
            yield f"CREATE INDEX ON {name} ({quoted(column)})"


def readers(dialect: str) -> Iterator[str]:
    """The table that says who may read which district: kept over loads. `*` stands for every district."""
    if dialect not in BY_DISTRICT:
        raise RungError(f"{dialect}: has no rights by row that Rung writes; choose one of {', '.join(BY_DISTRICT)}")
    name = quoted(READERS, dialect)
    kind = "TEXT" if dialect == "postgres" else "VARCHAR"
    yield f"CREATE TABLE IF NOT EXISTS {name} (reader {kind}, lea_id {kind}, PRIMARY KEY (reader, lea_id))"
    if dialect == "postgres":
        # Policies ask this table with the reader's own rights; of it, too, everybody sees the own rows only.
        yield f"GRANT SELECT ON {name} TO PUBLIC"
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS own_rows ON {name}"
        yield f"CREATE POLICY own_rows ON {name} FOR SELECT USING (reader = current_user)"
        return
    every = f"r.lea_id = '{EVERY}'"
    for policy, mine in (("by_district", f"r.lea_id = lea OR {every}"), ("by_state", every)):
        yield (
            f"CREATE ROW ACCESS POLICY IF NOT EXISTS {policy} AS (lea VARCHAR) RETURNS BOOLEAN -> EXISTS (SELECT 1"
            f" FROM {name} r WHERE r.reader IN (CURRENT_USER(), CURRENT_ROLE()) AND ({mine}))"
        )


def policy_in_table(placed: Placed) -> str:
    """Snowflake: the end of the statement that makes a restricted table, so that no row is there without its policy.

    A restricted table without `lea_id` shows rows only to those who may read every district.
    """
    if placed.table.side == "public":
        return ""
    there = {entry.column: kind for entry, kind in placed.columns()}
    if "lea_id" in there:
        return " WITH ROW ACCESS POLICY by_district ON (lea_id)"
    words = next(column for column, kind in there.items() if kind == "VARCHAR")
    return f" WITH ROW ACCESS POLICY by_state ON ({words})"


def by_district(placed: Placed) -> Iterator[str]:
    """PostgreSQL: a restricted table shows a reader the rows of the reader's districts; public ones stay open.

    A restricted table without `lea_id` shows rows only to those who may read every district.
    """
    if placed.table.side == "public":
        return
    name = quoted(placed.table.name)
    known = any(entry.column == "lea_id" for entry, _ in placed.columns())
    mine = f"r.lea_id = {name}.lea_id OR r.lea_id = '{EVERY}'" if known else f"r.lea_id = '{EVERY}'"
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY by_district ON {name} FOR SELECT USING (EXISTS (SELECT 1 FROM {quoted(READERS)} r"
        f" WHERE r.reader = current_user AND ({mine})))"
    )
