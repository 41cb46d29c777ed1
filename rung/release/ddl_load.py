"""A release inside a database: a `rung.duckdb` file that BI tools open, or tables in PostgreSQL."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlglot

from rung.core.errors import RungError
from rung.lake.pointer import current_release
from rung.lake.workspace import Workspace
from rung.release import ddl_rights
from rung.release.ddl import (
    SIDES,
    Placed,
    ddl,
    person_column,
    placed_tables,
    quoted,
    reconciliations,
    text,
    transpiled,
    views,
)
from rung.release.past_releases import read_checked, read_manifest

if TYPE_CHECKING:
    import duckdb

ROWS = 20_000


def release_tables(work: Workspace, sides: tuple[str, ...] = SIDES) -> tuple[str, list[Placed]]:
    """The current release and its tables. Raises RungError before the first release."""
    release_id = current_release(work.releases)
    if release_id is None:
        raise RungError("there is no release yet; run `rung release`")
    return release_id, placed_tables(read_manifest(work.releases, release_id), work.releases.uri("current"), sides)


def statements(work: Workspace, dialect: str, sides: tuple[str, ...] = SIDES, *, by_district: bool = False) -> str:
    """The whole DDL over the stable paths of `current/`, ready to be run; with `by_district`, rights by row too."""
    _, tables = release_tables(work, sides)
    if not by_district:
        made = list(ddl(dialect, tables))
    elif dialect == "snowflake":  # policies come first: a table is made with its own, before a row is in it
        made = [*ddl_rights.readers(dialect), *ddl(dialect, tables, ddl_rights.policy_in_table)]
    else:
        made = [*ddl(dialect, tables), *rights_by_district(dialect, tables)]
    return ";\n\n".join(made) + ";\n"


def rights_by_district(dialect: str, tables: list[Placed]) -> Iterator[str]:
    """PostgreSQL: the table of readers and a policy on each restricted table; views ask with their reader's rights.

    Raises RungError for a dialect without rights by row.
    """
    yield from ddl_rights.readers(dialect)
    for placed in tables:
        yield from ddl_rights.by_district(placed)
    for name in view_names(views(dialect, tables)):
        yield f"ALTER VIEW {quoted(name)} SET (security_invoker = true)"


def view_names(made: Iterable[str]) -> list[str]:
    """The views that statements make."""
    trees = [sqlglot.parse_one(statement, read="postgres") for statement in made]
    return [tree.this.name for tree in trees if isinstance(tree, sqlglot.exp.Create) and tree.kind == "VIEW"]


def write_duckdb(work: Workspace, path: Path, sides: tuple[str, ...] = SIDES) -> int:
    """Write a DuckDB file with the release's tables, comments and views; replaces the file whole. Returns its tables.

    Raises RungError when a reconciliation returns rows.
    """
    import duckdb

    if not path.absolute().parent.is_dir():
        raise RungError(f"{path}: there is no folder {path.parent}; make it first")
    release_id, tables = release_tables(work, sides)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with duckdb.connect(str(fresh)) as connection:
        for placed in tables:
            _fill_duckdb(connection, placed, _frame(work, release_id, placed))
        for statement in views("duckdb", tables):
            connection.execute(statement)
        if sides == SIDES:
            _reconcile(lambda query: connection.execute(query).fetchall(), "duckdb", tables)
    fresh.replace(path)
    return len(tables)


def _fill_duckdb(connection: duckdb.DuckDBPyConnection, placed: Placed, frame: pl.DataFrame) -> None:
    name = quoted(placed.table.name)
    columns = ", ".join(f"{quoted(entry.column)} {kind}" for entry, kind in placed.columns())
    connection.execute(f"CREATE TABLE {name} ({columns})")
    connection.register("incoming", frame.select([entry.column for entry, _ in placed.columns()]).to_arrow())
    connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
    connection.unregister("incoming")
    connection.execute(f"COMMENT ON TABLE {name} IS {text(placed.table.row)}")
    for entry, _ in placed.columns():
        connection.execute(f"COMMENT ON COLUMN {name}.{quoted(entry.column)} IS {text(entry.meaning)}")


def load_postgres(
    work: Workspace, url: str, schema: str = "rung", sides: tuple[str, ...] = SIDES, *, by_district: bool = False
) -> int:
    """Put the release into a schema of a PostgreSQL database, from its Parquet files, in one transaction.

    A schema that is there is used: this user's tables and views in it are replaced, rights on the schema stay. Only
    where there is none does the user need the right to make one. Readers see the old release or the new one. Returns
    the number of tables. Raises RungError when a reconciliation returns rows (then nothing changes) or a right lacks.
    `by_district`: readers see the rows of the districts that `district_reader`, which loads leave alone, gives them.
    """
    import psycopg

    release_id, tables = release_tables(work, sides)
    try:
        connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
    except psycopg.Error as error:
        raise RungError(f"PostgreSQL cannot be reached: {str(error).splitlines()[0]}") from None
    with connection, connection.cursor() as cursor:
        try:
            _clear_postgres(cursor, schema)
        except psycopg.errors.InsufficientPrivilege as error:
            message = str(error).splitlines()[0]
            raise RungError(
                f"PostgreSQL: {message}; let the owner run: CREATE SCHEMA {schema} AUTHORIZATION …"
            ) from None
        for statement in ddl("postgres", tables):
            cursor.execute(statement)
        for placed in tables:
            frame = _frame(work, release_id, placed)
            _fill_postgres(cursor, placed, frame)
            for statement in ddl_rights.keys(placed, [each.name for each in frame.iter_columns() if each.null_count()]):
                cursor.execute(statement)
        for statement in rights_by_district("postgres", tables) if by_district else ():
            cursor.execute(statement)
        if sides == SIDES:
            _reconcile(lambda query: cursor.execute(query).fetchall(), "postgres", tables)
    return len(tables)


def _clear_postgres(cursor: Any, schema: str) -> None:
    """The schema, made where it is absent, without the tables and views that this user owns there."""
    there = cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
    if there is None:
        cursor.execute(f"CREATE SCHEMA {quoted(schema)}")
    own = cursor.execute(
        "SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_roles r ON r.oid = c.relowner WHERE n.nspname = %s AND r.rolname = current_user "
        "AND c.relkind IN ('r', 'v') AND c.relname <> %s ORDER BY c.relkind DESC, c.relname",
        [schema, ddl_rights.READERS],
    ).fetchall()
    for name, kind in own:
        cursor.execute(f"DROP {'VIEW' if kind == 'v' else 'TABLE'} IF EXISTS {quoted(schema)}.{quoted(name)} CASCADE")
    cursor.execute(f"SET LOCAL search_path TO {quoted(schema)}")


def _fill_postgres(cursor: Any, placed: Placed, frame: pl.DataFrame) -> None:
    names = [entry.column for entry, _ in placed.columns()]
    columns = ", ".join(quoted(name) for name in names)
    with cursor.copy(f"COPY {quoted(placed.table.name)} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
        for part in frame.select(names).iter_slices(ROWS):
            copy.write(part.write_csv(include_header=False, null_value="\\N", quote_style="necessary").encode())


def _reconcile(ask: Any, dialect: str, tables: list[Placed]) -> None:
    for name, query in reconciliations().items():
        for statement in transpiled(query, dialect, person_column(tables)):
            rows = ask(statement)
            if rows:
                raise RungError(f"reconciliation {name}: {len(rows)} rows where none may be, first {rows[0]}")


def _frame(work: Workspace, release_id: str, placed: Placed) -> pl.DataFrame:
    path = placed.location.removeprefix(work.releases.uri("current") + "/")
    return pl.read_parquet(io.BytesIO(read_checked(work.releases, release_id, path)))
