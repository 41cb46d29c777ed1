"""The ledger's engine and schema: opens SQLite or PostgreSQL and applies `sql/ledger/*.sql` in order, forward only."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.core.project import SQL

SCHEMA = SQL / "ledger"
PATIENCE = 30  # seconds that one writer waits for another's lock
SQLITE = "sqlite:///"
DIALECTS = ("sqlite", "postgresql")
# Advisory locks of PostgreSQL are numbers of the whole database; these are Rung's.
MIGRATION_LOCK = 0x52554E47_0001
RUN_LOCK = 0x52554E47_0002


def ledger_url(url: str, root: Path) -> sa.URL:
    """The address of a ledger; a relative SQLite path starts at `root`. Raises RungError: what is wrong, the mend."""
    if url.startswith(SQLITE) and not url.startswith((SQLITE + "/", SQLITE + ":memory:")):
        url = SQLITE + str(root / url.removeprefix(SQLITE))
    try:
        parsed = sa.engine.make_url(url)
    except sa.exc.ArgumentError:
        raise RungError(
            "`storage.ledger` is not an address; write sqlite:///rung.db or postgresql+psycopg://…"
        ) from None
    if parsed.get_backend_name() not in DIALECTS:
        raise RungError(
            f"`storage.ledger`: {parsed.get_backend_name()} is not supported; write sqlite:///rung.db or"
            " postgresql+psycopg://…"
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise RungError("`storage.ledger` names no file; write sqlite:///rung.db")
    if parsed.get_backend_name() == "postgresql" and parsed.drivername != "postgresql+psycopg":
        raise RungError("`storage.ledger`: write postgresql+psycopg://…, the driver that Rung brings")
    return parsed


def open_engine(url: sa.URL, mode: int) -> sa.Engine:
    """An engine over a migrated ledger. Raises RungError where it cannot be reached or is newer than this code."""
    if url.get_backend_name() == "sqlite":
        _make_file(Path(str(url.database)), mode)
    try:
        engine = _engine(url)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _wait_for_writers)
            sa.event.listen(engine, "begin", _lock_at_once)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": MIGRATION_LOCK})
            _migrate(connection)
    except sa.exc.SQLAlchemyError as error:
        raise RungError(f"ledger {shown(url)}: {type(error).__name__}; check `storage.ledger`") from None
    return engine


def _engine(url: sa.URL) -> sa.Engine:
    """Few, short transactions: no connection stays open.

    On PostgreSQL the ledger lies in `public`, also for a user whose own schema (`"$user"` in the default search path,
    where `rung sql --load` puts a release) has come meanwhile.
    """
    pinned = url.get_backend_name() == "postgresql" and "options" not in url.query
    return sa.create_engine(
        url, poolclass=sa.NullPool, connect_args={"options": "-csearch_path=public"} if pinned else {}
    )


def pending_migrations(url: sa.URL) -> list[str]:
    """The files of `sql/ledger/` that the next command would apply to a ledger; asking changes nothing.

    Raises RungError where the ledger cannot be reached.
    """
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        return [path.name for path in _steps().values()]
    try:
        with _engine(url).connect() as connection:
            there = sa.inspect(connection).has_table("schema_version")
            done = connection.execute(sa.text("SELECT version FROM schema_version")).scalars() if there else ()
            known = set(done)
    except sa.exc.SQLAlchemyError as error:
        raise RungError(f"ledger {shown(url)}: {type(error).__name__}; check `storage.ledger`") from None
    return [path.name for version, path in _steps().items() if version not in known]


def _make_file(path: Path, mode: int) -> None:
    """Make SQLite's file with its rights before SQLite does; what SQLite puts beside it takes them over."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, mode))
    except OSError as error:
        raise RungError(
            f"ledger {path}: {error.strerror}; check `storage.ledger` and the rights on its folder"
        ) from None


def shown(url: sa.URL) -> str:
    """The address without its password."""
    return str(url.render_as_string(hide_password=True))


def _lock_at_once(connection: sa.Connection) -> None:
    """Take SQLite's write lock at the begin: a lock asked for after reading cannot be waited for."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _wait_for_writers(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the begin above is ours, not the driver's
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    patient_until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            # SQLite does not wait here: two runs that make the ledger at once would find it locked.
            if time.monotonic() > patient_until:
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous = FULL")  # a decision that was recorded survives a loss of power


def _migrate(connection: sa.Connection) -> None:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)"))
    done = set(connection.execute(sa.text("SELECT version FROM schema_version")).scalars())
    steps = _steps()
    if unknown := sorted(done - set(steps)):
        raise RungError(
            f"the ledger was written by a newer Rung (schema {unknown[-1]}, this one knows {max(steps)});"
            " install that version"
        )
    for version in (v for v in steps if v not in done):
        for statement in _statements(steps[version].read_text(encoding="utf-8")):
            connection.execute(sa.text(statement))
        connection.execute(sa.text("INSERT INTO schema_version (version) VALUES (:v)"), {"v": version})


def _steps() -> dict[int, Path]:
    return {int(path.name[:4]): path for path in sorted(SCHEMA.glob("*.sql"))}


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
