"""Rights by district, in a real PostgreSQL with two users: each sees its own rows, in tables and in views."""

from __future__ import annotations

import psycopg
import pytest

from rung.core.errors import RungError
from rung.lake.workspace import Workspace
from rung.release.ddl_load import load_postgres, release_tables, statements

OPEN = {"public_designation", "dim_district", "dim_program"}


@pytest.mark.slow
def test_two_districts_and_an_analyst_each_see_their_own_rows(released: Workspace, postgres_url: str) -> None:
    plain = postgres_url.replace("+psycopg", "")
    first, second = "00001", "00002"
    with psycopg.connect(plain, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA shared_out")
        for user in ("oak", "elm", "state_analyst", "nobody_yet"):
            owner.execute(f"CREATE ROLE {user} LOGIN")
            owner.execute(f"GRANT USAGE ON SCHEMA shared_out TO {user}")
            owner.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA shared_out GRANT SELECT ON TABLES TO {user}")
    load_postgres(released, postgres_url, schema="shared_out", by_district=True)
    with psycopg.connect(plain, autocommit=True) as owner:
        given = [("oak", first), ("elm", second), ("state_analyst", "*")]
        for row in given:
            owner.execute("INSERT INTO shared_out.district_reader VALUES (%s, %s)", row)
    load_postgres(released, postgres_url, schema="shared_out", by_district=True)  # a load leaves the readers alone

    _, tables = release_tables(released)
    restricted = [placed for placed in tables if placed.table.side == "restricted"]
    names = {placed.table.name: "lea_id" in placed.kinds for placed in restricted}
    assert "designation" in names and "compensation" in names
    with psycopg.connect(plain) as owner:
        owner.execute("SET search_path TO shared_out")
        whole = {name: _count(owner, name) for name in (*names, *OPEN)}
        held = {
            (name, lea): _count(owner, name, f"WHERE lea_id = '{lea}'")
            for name, has in names.items()
            if has
            for lea in (first, second)
        }
        keys = owner.execute(
            "SELECT count(DISTINCT indrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE i.indisunique AND c.relnamespace = 'shared_out'::regnamespace"
        ).fetchone()
        assert keys is not None and keys[0] == len(tables) + 1, "every table has a key, the readers' own too"
    for user, lea in (("oak", first), ("elm", second)):
        with psycopg.connect(plain.replace("rung@", f"{user}@")) as reader:
            reader.execute("SET search_path TO shared_out")
            for name, has in names.items():
                assert _count(reader, name) == (held[name, lea] if has else 0), name
                if has and held[name, lea]:
                    assert _leas(reader, name) == {lea}, name
            assert _leas(reader, "bi_designation") == {lea}
            assert _count(reader, "friendly_designation") == held["designation", lea] > 0
            assert {name: _count(reader, name) for name in OPEN} == {name: whole[name] for name in OPEN}
            assert reader.execute("SELECT * FROM district_reader").fetchall() == [(user, lea)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute("INSERT INTO district_reader VALUES (current_user, '*')")
    with psycopg.connect(plain.replace("rung@", "state_analyst@")) as reader:
        reader.execute("SET search_path TO shared_out")
        assert {name: _count(reader, name) for name in names} == {name: whole[name] for name in names}
    with psycopg.connect(plain.replace("rung@", "nobody_yet@")) as reader:
        reader.execute("SET search_path TO shared_out")
        assert not any(_count(reader, name) for name in names)


def _count(connection: psycopg.Connection[tuple[object, ...]], name: str, where: str = "") -> int:
    row = connection.execute(f'SELECT count(*) FROM "{name}" {where}').fetchone()
    assert row is not None
    return int(str(row[0]))


def _leas(connection: psycopg.Connection[tuple[object, ...]], name: str) -> set[object]:
    return {row[0] for row in connection.execute(f'SELECT DISTINCT lea_id FROM "{name}"').fetchall()}


def test_snowflake_has_a_policy_on_each_restricted_table_and_duckdb_none(released: Workspace) -> None:
    text = statements(released, "snowflake", by_district=True)
    _, tables = release_tables(released)
    restricted = [placed for placed in tables if placed.table.side == "restricted"]
    assert text.count("ADD ROW ACCESS POLICY by_district") == len(restricted) > 20
    assert "ALTER TABLE designation ADD ROW ACCESS POLICY by_district ON (lea_id)" in text
    with pytest.raises(RungError, match="choose one of postgres, snowflake"):
        statements(released, "duckdb", by_district=True)
