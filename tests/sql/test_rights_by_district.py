"""Rights by district, in a real PostgreSQL with two users: each sees its own rows, in tables and in views."""

from __future__ import annotations

import re

import psycopg
import pytest
import sqlglot

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
    restricted = {
        p.table.name: {e.column: kind for e, kind in p.columns()} for p in tables if p.table.side == "restricted"
    }
    policies = {
        name: (policy, column)
        for name, policy, column in re.findall(
            r"TABLE (\w+) \([^;]*?\) WITH ROW ACCESS POLICY (\w+) ON \((\w+)\);", text
        )
    }
    assert set(policies) == set(restricted) and len(restricted) > 20
    for name, (policy, column) in policies.items():
        known = "lea_id" in restricted[name]
        assert (policy, column == "lea_id") == ("by_district" if known else "by_state", known), name
        assert restricted[name][column] == "VARCHAR", "a policy's argument is text"


def test_snowflakes_statements_may_be_run_again(released: Workspace) -> None:
    """Each one replaces or leaves alone what is there; a table is never without its policy while it has rows."""
    text = statements(released, "snowflake", by_district=True)
    parts = [part.strip() for part in text.split(";\n\n")]
    policy = "CREATE ROW ACCESS POLICY "  # the one statement that sqlglot does not read
    policies = [part for part in parts if part.startswith(policy)]
    assert len(policies) == 2 and all(part.startswith(f"{policy}IF NOT EXISTS ") for part in policies)
    trees = [sqlglot.parse_one(part, read="snowflake") for part in parts if part not in policies]
    assert {type(tree) for tree in trees} == {sqlglot.exp.Create, sqlglot.exp.Comment, sqlglot.exp.Copy}
    for tree in trees:
        if isinstance(tree, sqlglot.exp.Create):
            assert tree.args.get("replace") or tree.args.get("exists"), tree.sql()[:100]
    made, filled = text.index("TABLE designation "), text.index("INTO designation ")
    assert text.index(policies[1]) < made < filled


def test_duckdb_and_lakes_have_no_rights_by_row(released: Workspace) -> None:
    with pytest.raises(RungError, match="choose one of postgres, snowflake"):
        statements(released, "duckdb", by_district=True)
