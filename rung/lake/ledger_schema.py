"""Reaching the ledger's database and moving its schema forward: `sql/ledger/*.sql`, in order of number."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.core.project import SQL

SCHEMA = SQL / "ledger"
PATIENCE = 30  # seconds that one run waits for another's lock


def lock_at_once(connection: sa.Connection) -> None:
    """Take SQLite's write lock at the begin: a lock asked for after reading cannot be waited for."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def wait_for_writers(connection: Any, _record: Any) -> None:
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
    connection.execute("PRAGMA synchronous = NORMAL")


def pending_migrations(url: str, root: Path) -> list[str]:
    """The files of `sql/ledger/` that the next command would apply to a ledger; nothing is changed by asking.

    Raises RungError where the ledger cannot be reached.
    """
    url = absolute(url, root)
    made = sa.engine.make_url(url)
    if made.get_backend_name() == "sqlite" and not Path(str(made.database)).is_file():
        return [path.name for _, path in _migrations()]
    try:
        with engine(url).connect() as connection:
            there = sa.inspect(connection).has_table("schema_version")
            done = connection.execute(sa.text("SELECT version FROM schema_version")).scalars() if there else ()
            known = set(done)
    except sa.exc.SQLAlchemyError as error:
        raise RungError(f"ledger {shown(url)}: {type(error).__name__}; check `storage.ledger`") from None
    return [path.name for version, path in _migrations() if version not in known]


def absolute(url: str, root: Path) -> str:
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return prefix + str(root / url.removeprefix(prefix))
    return url


def engine(url: str) -> sa.Engine:
    """Few, short transactions: no connection stays open. On PostgreSQL the ledger lies in `public`: a schema of the
    user's name, which comes first by default, may come later with `rung sql --load`."""
    made = sa.engine.make_url(url)
    pinned = made.get_backend_name() == "postgresql" and "options" not in made.query
    arguments = {"options": "-csearch_path=public"} if pinned else {}
    return sa.create_engine(made, poolclass=sa.NullPool, connect_args=arguments)


def _migrations() -> list[tuple[int, Path]]:
    return [(int(path.name[:4]), path) for path in sorted(SCHEMA.glob("*.sql"))]


def migrate(connection: sa.Connection) -> None:
    """Raises RungError for a ledger that a newer Rung has moved forward."""
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)"))
    done = set(connection.execute(sa.text("SELECT version FROM schema_version")).scalars())
    files = _migrations()
    if done and max(done) > files[-1][0]:
        raise RungError(f"the ledger has version {max(done)}, this Rung knows up to {files[-1][0]}; use the newer Rung")
    for version, path in files:
        if version in done:
            continue
        for statement in _statements(path.read_text(encoding="utf-8")):
            connection.execute(sa.text(statement))
        connection.execute(sa.text("INSERT INTO schema_version (version) VALUES (:v)"), {"v": version})


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def shown(url: str) -> str:
    return str(sa.engine.make_url(url).render_as_string(hide_password=True))
