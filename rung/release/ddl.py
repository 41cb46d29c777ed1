"""The SQL side: statements that put a release behind a BI tool, in five dialects (`rung sql`).

Tables and comments come from the contracts, views from `sql/*.sql` (DuckDB's dialect), the rest from sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot

from rung.core.errors import RungError
from rung.core.project import SQL
from rung.release.dictionary import Entry, Table, tables_of
from rung.release.labels import OF, joins, labelled, labels_of

DIALECTS = ("duckdb", "athena", "trino", "snowflake", "postgres")
SIDES = ("restricted", "public")
MUST_BE_EMPTY = "must return no row"
TYPES = {
    "text": "VARCHAR",
    "true / false": "BOOLEAN",
    "date": "DATE",
    "timestamp, UTC": "TIMESTAMP",
    "number": "DOUBLE",
    "decimal(14,2)": "DECIMAL(14, 2)",
    "whole number": "BIGINT",
}
# Physical widths of the whole numbers that Parquet keeps narrow.
NARROW = {"Int8": "SMALLINT", "Int16": "SMALLINT", "Int32": "INTEGER"}


@dataclass(frozen=True)
class Placed:
    """A table of a release, its Parquet file, and the type Parquet has for each column."""

    table: Table
    location: str
    kinds: dict[str, str]

    def columns(self) -> list[tuple[Entry, str]]:
        """Columns that are in the file, in the file's order, with DuckDB's type."""
        known = {entry.column: entry for entry in self.table.entries}
        return [(known[name], _sql_type(known[name], kind)) for name, kind in self.kinds.items() if name in known]


def _sql_type(entry: Entry, kind: str) -> str:
    return NARROW.get(kind, TYPES[entry.type]) if entry.type == "whole number" else TYPES[entry.type]


def placed_tables(manifest: dict[str, object], base: str, sides: tuple[str, ...] = SIDES) -> list[Placed]:
    """The release's tables below `base` (the release's folder, or `current`)."""
    files = manifest["files"]
    assert isinstance(files, list)
    described = {(side, table.name): table for side in sides for table in tables_of(side)}
    found = []
    for file in files:
        side, name = file["path"].split("/")[:2]
        if (side, name) in described and "columns" in file:
            kinds = {column["name"]: column["type"] for column in file["columns"]}
            found.append(Placed(described[side, name], f"{base}/{file['path']}", kinds))
    return found


def ddl(dialect: str, tables: list[Placed], ends: Callable[[Placed], str] = lambda _: "") -> Iterator[str]:
    """Statements, each without its semicolon: tables, comments, views of `sql/`, friendly views.

    `ends`: what is added to the statement that makes a table, where a dialect makes tables.

    Raises RungError for a dialect that Rung does not write.
    """
    if dialect not in DIALECTS:
        raise RungError(f"{dialect}: no such dialect; choose one of {', '.join(DIALECTS)}")
    for placed in tables:
        yield from _table(dialect, placed, ends(placed))
    yield from views(dialect, tables)


def views(dialect: str, tables: list[Placed]) -> Iterator[str]:
    """The views of `sql/` over these tables, and the friendly ones."""
    columns = {placed.table.name: set(placed.kinds) for placed in tables}
    names = set(columns)
    for path in view_files(names):
        statement = labelled(path.read_text(encoding="utf-8"), names, path.stem, columns[path.stem])
        yield from transpiled(statement, dialect, person_column(tables))
    for placed in tables:
        yield from transpiled(friendly_view(placed, names), dialect)


def view_files(tables: set[str]) -> list[Path]:
    """The views of `sql/` whose mart is among the tables."""
    return [path for path in sorted(SQL.glob("*.sql")) if path.stem in tables]


def reconciliations() -> dict[str, str]:
    """Queries that return no row when all is well, by name, in DuckDB's dialect."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((SQL / "reconcile").glob("*.sql"))}
    return {name: text for name, text in texts.items() if MUST_BE_EMPTY in text.partition("\n")[0]}


def person_column(tables: list[Placed]) -> str:
    """The column that names persons in a release: its key, unless the release is identified."""
    return "staff_id" if any("staff_id" in placed.kinds for placed in tables) else "educator_key"


def transpiled(statements: str, dialect: str, person: str = "educator_key") -> list[str]:
    """DuckDB's SQL in another dialect, statement by statement, the comments left out.

    The files say `staff_id`, as the contracts do; a release has `person` in its place.
    """
    written = []
    for tree in sqlglot.parse(statements, read="duckdb"):
        for name in tree.find_all(sqlglot.exp.Identifier) if tree is not None else ():
            if name.this == "staff_id":
                name.set("this", person)
        if tree is not None:
            written.append(tree.sql(dialect=dialect, pretty=True, comments=False))
    return written


def _table(dialect: str, placed: Placed, end: str) -> Iterator[str]:
    name, location = placed.table.name, placed.location
    if dialect == "duckdb":
        yield f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT * FROM read_parquet({text(location)})"
        yield f"COMMENT ON VIEW {quoted(name)} IS {text(placed.table.row)}"
        return
    columns = [(quoted(entry.column, dialect), _kind(kind, dialect), entry) for entry, kind in placed.columns()]
    if dialect == "athena":
        # Hive's strings have no doubled quote.
        lines = ",\n  ".join(f"{n} {kind} COMMENT {text(_typeset(entry.meaning))}" for n, kind, entry in columns)
        folder = location.rpartition("/")[0] + "/"
        yield f"DROP TABLE IF EXISTS {quoted(name, dialect)}"
        about = text(_typeset(placed.table.row))
        yield (
            f"CREATE EXTERNAL TABLE {quoted(name, dialect)} (\n  {lines}\n)\nCOMMENT {about}\n"
            f"STORED AS PARQUET\nLOCATION {text(folder)}"
        )
        return
    if dialect == "trino":
        lines = ",\n  ".join(f"{n} {kind} COMMENT {text(entry.meaning)}" for n, kind, entry in columns)
        folder = location.rpartition("/")[0] + "/"
        yield f"DROP TABLE IF EXISTS {quoted(name, dialect)}"
        yield (
            f"CREATE TABLE {quoted(name, dialect)} (\n  {lines}\n)\nCOMMENT {text(placed.table.row)}\n"
            f"WITH (format = 'PARQUET', external_location = {text(folder)})"
        )
        return
    lines = ",\n  ".join(f"{n} {kind}" for n, kind, _ in columns)
    replace = "CREATE OR REPLACE TABLE" if dialect == "snowflake" else "CREATE TABLE IF NOT EXISTS"
    yield f"{replace} {quoted(name, dialect)} (\n  {lines}\n){end}"
    yield f"COMMENT ON TABLE {quoted(name, dialect)} IS {text(placed.table.row)}"
    for column, _, entry in columns:
        yield f"COMMENT ON COLUMN {quoted(name, dialect)}.{column} IS {text(entry.meaning)}"
    if dialect == "snowflake":
        yield (
            f"COPY INTO {quoted(name, dialect)} FROM {text(location)} FILE_FORMAT = (TYPE = PARQUET)"
            " MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
        )


def _kind(kind: str, dialect: str) -> str:
    # Athena's table statements are Hive's.
    return sqlglot.exp.DataType.build(kind, dialect="duckdb").sql(dialect="hive" if dialect == "athena" else dialect)


def friendly_view(placed: Placed, tables: set[str]) -> str:
    """A view whose columns have names for people: `lea_id` is "District", with "District name" beside it."""
    table = placed.table.name
    columns = [f'"{OF}".{quoted(entry.column)} AS {quoted(label(entry.column))}' for entry, _ in placed.columns()]
    found = labels_of(table, set(placed.kinds), tables)
    columns += [f'"{each.column}"."{each.source}" AS {quoted(each.shown)}' for each in found]
    listed = ",\n  ".join(columns)
    view = f"CREATE OR REPLACE VIEW {quoted(f'friendly_{table}')} AS SELECT\n  {listed}"
    return f'{view}\nFROM {quoted(table)} AS "{OF}" {joins(found)}'


SHOWN = {"lea_id": "District", "school_id": "School", "program_id": "Program", "educator_key": "Educator"}


def label(column: str) -> str:
    """A column's name for people."""
    return SHOWN.get(column) or column.removesuffix("_id").replace("_", " ").capitalize()


def quoted(name: str, dialect: str = "duckdb") -> str:
    """An identifier. Snowflake folds to upper case, so names stay unquoted there unless they are words of SQL."""
    if dialect == "athena":
        return f"`{name}`"
    if dialect == "snowflake" and name != "rows":
        return name
    return '"' + name.replace('"', '""') + '"'


def _typeset(value: str) -> str:
    return value.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"
