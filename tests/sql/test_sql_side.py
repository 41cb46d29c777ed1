"""The DDL run for real: DuckDB and PostgreSQL hold the marts' totals; the other dialects parse (issue 8, 4)."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pytest
import sqlglot
from sqlalchemy.engine import make_url

from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.public import PUBLIC
from rung.core.errors import RungError
from rung.lake.ledger import Ledger
from rung.lake.pointer import current_release
from rung.lake.workspace import Workspace
from rung.release.ddl import DIALECTS, SQL, reconciliations, transpiled
from rung.release.ddl_load import load_postgres, statements, write_duckdb

# Sums that a mart and its table must share: money to the cent, persons to the head.
TOTALS = {
    "compensation": "amount",
    "funding_mix": "amount",
    "ladder_flow": "persons",
    "retention": "persons",
    "supervision_span": "teachers",
    "public_designation": "persons",
    "public_compensation": "amount",
}


def parquet(work: Workspace, name: str) -> pl.DataFrame:
    side = "public" if name in PUBLIC or (name in DIMENSIONS and DIMENSIONS[name].side == "public") else "restricted"
    return pl.read_parquet(Path(work.releases.uri(f"current/{side}/{name}/{name}.parquet")))


def expected(work: Workspace) -> dict[str, tuple[int, Decimal]]:
    """Rows and total of each mart, by Polars."""
    found = {}
    for name, column in TOTALS.items():
        frame = parquet(work, name)
        found[name] = (frame.height, Decimal(str(frame[column].sum())).quantize(Decimal("0.01")))
    return found


def released_marts(work: Workspace) -> list[str]:
    return [name for name in MARTS if Path(work.releases.uri(f"current/restricted/{name}/{name}.parquet")).exists()]


def query(name: str) -> str:
    return f'SELECT COUNT(*), SUM("{TOTALS[name]}") FROM "{name}"'


def said(row: tuple[object, object]) -> tuple[int, Decimal]:
    return int(str(row[0])), Decimal(str(row[1])).quantize(Decimal("0.01"))


def test_duckdb_runs_the_ddl_over_the_current_release(released: Workspace) -> None:
    with duckdb.connect() as connection:
        connection.execute(statements(released, "duckdb"))
        assert {name: said(connection.execute(query(name)).fetchone()) for name in TOTALS} == expected(released)
        for name, text in reconciliations().items():
            for statement in transpiled(text, "duckdb"):
                assert connection.execute(statement).fetchall() == [], name
        views = {row[0] for row in connection.execute("SELECT view_name FROM duckdb_views()").fetchall()}
        assert {f"bi_{name}" for name in released_marts(released) if (SQL / f"{name}.sql").exists()} <= views
        assert {f"friendly_{name}" for name in PUBLIC} <= views
        columns = connection.execute('SELECT * FROM "friendly_public_designation" LIMIT 0').description
        assert "District" in [column[0] for column in columns]


def test_names_stand_beside_ids_in_every_view(released: Workspace) -> None:
    """A label of every id whose dimension the release has; rows stay as many as the table's."""
    with duckdb.connect() as connection:
        connection.execute(statements(released, "duckdb"))
        row = connection.execute(
            "SELECT lea_id, district_name, program_name, level_name, year_label FROM bi_designation "
            "WHERE level IS NOT NULL LIMIT 1"
        ).fetchone()
        assert row is not None and all(row) and row[1] != row[0]
        shown = connection.execute('SELECT * FROM "friendly_designation" LIMIT 0').description
        assert {"District name", "Program name", "Level name", "School year label"} <= {c[0] for c in shown}
        tables = [
            name for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        ]
        plain = [name for name in tables if f"friendly_{name}" in tables]
        assert len(plain) > 40
        for name in plain:
            rows = {connection.execute(f'SELECT count(*) FROM "{n}"').fetchone() for n in (name, f"friendly_{name}")}
            assert len(rows) == 1, name


def test_the_duckdb_file_opens_by_itself_with_comments(released: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rung.duckdb"
    written = write_duckdb(released, path)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert {name: said(connection.execute(query(name)).fetchone()) for name in TOTALS} == expected(released)
        tables = connection.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall()
        assert len(tables) == written
        assert all(comment for _, comment in tables)
        comment = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name='retention' AND column_name='top_lost'"
        ).fetchone()
        assert comment == ("M20: top-rated teachers who left the LEA.",)
        for name in released_marts(released):
            connection.execute(f'SELECT * FROM "bi_{name}" LIMIT 1')


def test_a_public_file_has_no_restricted_table(released: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "public.duckdb"
    write_duckdb(released, path, sides=("public",))
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {*PUBLIC, *(name for name, each in DIMENSIONS.items() if each.side == "public")}


def test_postgres_holds_the_marts_totals(released: Workspace, postgres_url: str) -> None:
    tables = load_postgres(released, postgres_url)
    assert load_postgres(released, postgres_url) == tables, "a second load replaces the first whole"
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path TO rung")
        found = {}
        for name in TOTALS:
            row = cursor.execute(query(name)).fetchone()
            assert row is not None
            found[name] = said((row[0], row[1]))
        assert found == expected(released)
        for name, text in reconciliations().items():
            for statement in transpiled(text, "postgres"):
                assert cursor.execute(statement).fetchall() == [], name
        for name in released_marts(released):
            cursor.execute(f'SELECT * FROM "bi_{name}" LIMIT 1')
        star = """SELECT COUNT(*) FROM designation d JOIN dim_educator USING (educator_key)
            JOIN dim_program USING (program_id) JOIN dim_year USING (school_year)"""
        row = cursor.execute(star).fetchone()
        assert row is not None and row[0] > 0
        kind = (
            "SELECT data_type FROM information_schema.columns WHERE table_name='compensation' AND column_name='amount'"
        )
        assert cursor.execute(kind).fetchone() == ("numeric",)


def test_a_reconciliation_that_finds_something_stops_the_load(
    released: Workspace, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_postgres(released, postgres_url, schema="kept")
    broken = {"broken": "SELECT school_year FROM dim_year"}
    monkeypatch.setattr("rung.release.ddl_load.reconciliations", lambda: broken)
    with pytest.raises(RungError, match="reconciliation broken"):
        load_postgres(released, postgres_url, schema="kept")
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT COUNT(*) FROM kept.designation").fetchone()
        assert row is not None and row[0] > 0, "the last good load stays"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_parses_and_names_every_table(dialect: str, released: Workspace) -> None:
    text = statements(released, dialect)
    for name in (*MARTS, *PUBLIC, *DIMENSIONS):
        if (Path(released.releases.uri("current")) / "restricted" / name).exists() or name in PUBLIC:
            assert name in text
    # One by one: Athena's tables are Hive's and its views are Trino's, and sqlglot chooses by statement.
    whole = [statement for statement in text.split(";\n\n") if statement.strip("; \n")]
    parsed = [sqlglot.parse_one(statement.rstrip(";\n"), read=dialect) for statement in whole]
    assert len(parsed) > 2 * len(PUBLIC)
    assert not [statement for statement in parsed if isinstance(statement, sqlglot.exp.Command)]


def test_an_unknown_dialect_is_refused_in_one_line(released: Workspace) -> None:
    with pytest.raises(RungError, match="choose one of duckdb"):
        statements(released, "oracle")
    assert current_release(released.releases) is not None


def page_commands(page: str, schema: str) -> list[list[str]]:
    """The commands of a cookbook that a database's owner runs, with the page's user, database and schema renamed."""
    text = (SQL.parent / "docs" / "cookbooks" / page).read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()]
    own = [line for line in lines if line.startswith(("createdb", "createuser", "psql"))]
    return [shlex.split(re.sub(r"\brung\b", schema, line).replace("analyst", f"{schema}_analyst")) for line in own]


def test_a_load_and_a_ledger_need_no_right_beyond_those_of_the_page(
    released: Workspace, postgres_url: str, tmp_path: Path
) -> None:
    server = make_url(postgres_url)
    where = {"PGHOST": str(server.host), "PGPORT": str(server.port), "PGUSER": str(server.username)}
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    commands = page_commands("postgresql.md", "county")
    assert [command[0] for command in commands].count("psql") == 4
    for command in commands:
        subprocess.run([str(found / command[0]), *command[1:]], env={**os.environ, **where}, check=True)
    user = f"postgresql://county@{server.host}:{server.port}/county"
    ledger = Ledger(user.replace("postgresql:", "postgresql+psycopg:"), tmp_path)
    ledger.record_release("abc", datetime(2026, 7, 1, tzinfo=UTC))
    tables = load_postgres(released, user, schema="county")
    assert load_postgres(released, user, schema="county") == tables
    again = Ledger(user.replace("postgresql:", "postgresql+psycopg:"), tmp_path)
    assert again.releases() == ["abc"], "the schema of the user's name does not hide the ledger, nor a load remove it"
    with psycopg.connect(user.replace("county@", "county_analyst@")) as connection:
        row = connection.execute("SELECT COUNT(*) FROM county.bi_designation").fetchone()
        assert row is not None and row[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM public.submission")
    with pytest.raises(RungError, match=r"CREATE SCHEMA elsewhere AUTHORIZATION"):
        load_postgres(released, user, schema="elsewhere")
