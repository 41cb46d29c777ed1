"""Killed before and after every operation that changes the ledger, the pointer or the memory, then run again: the same
bytes, the same release, the same ledger, no leftovers. On disk and on a real S3 server (issue 13, must show 3).

Every place in the slow tests; a fortieth of them, another one each day, in all others.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import small_state as small

KILLED = 137
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["rung.pipeline", "rung.lake.workspace", "expectations.gate", "great_expectations", "boto3"]
)
WATCHED = ("/begun-", "/released-", "/manifest.json", "/memory", "summary.json", "waiver.json")
Store = dict[str, Any]


def install_trap(at: int | None, log: Path) -> None:
    """Count the operations that matter, before and after each; end the process without any farewell at the `at`th."""
    from rung.lake.places import LocalPlace
    from rung.lake.s3 import S3Place

    passed = 0
    one_by_one = threading.Lock()  # files are written side by side: without it two steps may pass the place unseen

    def step(name: str) -> None:
        nonlocal passed
        with one_by_one:
            passed += 1
            with log.open("a") as file:
                file.write(f"{name}\n")
            if passed == at:
                os._exit(KILLED)

    def around(call: Callable[..., Any], name: Callable[..., str | None]) -> Callable[..., Any]:
        def wrapped(*args: Any, **words: Any) -> Any:
            if (said := name(*args, **words)) is None:
                return call(*args, **words)
            step(f"before {said}")
            result = call(*args, **words)
            step(f"after {said}")
            return result

        return wrapped

    def watched(_self: Any, key: str, *_: Any) -> str | None:
        return f"write {key}" if any(part in key for part in WATCHED) else None

    dialect: Any = sa.engine.default.DefaultDialect
    dialect.do_commit = around(dialect.do_commit, lambda *_: "commit")
    for kind in (LocalPlace, S3Place):
        patched: Any = kind
        patched.write = around(kind.write, watched)
        patched.replace = around(kind.replace, lambda _self, key, *_: f"replace {key}")
        patched.point = around(kind.point, lambda _self, name, _target: f"point {name}")

    def copied(**words: str) -> str | None:
        """Copies into `current/`: the last, and one in eight of the others, which are all alike."""
        key = words["Key"].partition("/")[2]
        return f"copy {key}" if key.endswith("manifest.json") or sum(key.encode()) % 8 == 0 else None

    opened = S3Place.__init__

    def open_s3(self: Any, *args: Any) -> None:
        opened(self, *args)
        self.client.copy_object = around(self.client.copy_object, copied)

    S3Place.__init__ = open_s3  # type: ignore[method-assign]


NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Today(datetime):
    """A clock that stands still: all places take longer than what is left of a day in the evening."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return NOON.astimezone(tz)


class Tomorrow(datetime):
    """A clock that is a day ahead."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return NOON.astimezone(tz) + timedelta(days=1)


def act(root: str, action: str, environment: dict[str, str], at: int | None, log: str, *, tomorrow: bool) -> None:
    os.environ.update(environment)
    install_trap(at, Path(log))
    import rung.intake.run as intake
    import rung.release.publish as publish
    from rung.core.progress import Progress
    from rung.lake import certification
    from rung.lake.workspace import open_workspace
    from rung.pipeline import run_all
    from rung.release.past_releases import roll_back

    publish.datetime = Tomorrow if tomorrow else Today  # type: ignore[misc]
    work: Any = open_workspace(Path(root) / "rung.toml")
    intake.code_version = lambda: "the same code in every run"  # type: ignore[assignment]
    if action in ("run", "mend"):
        run_all(work, Progress(quiet=True))
        return
    with work.alone():
        if action == "rollback":
            roll_back(work, work.ledger.releases()[-1])
        else:
            certification.certify(work.ledger, "0100", 2026, datetime(2026, 7, 1, tzinfo=UTC), small.SIGNED)


def do(root: Path, action: str, store: Store, at: int | None = None, *, tomorrow: bool = False) -> list[str]:
    """Act in a process of its own; returns the operations it passed. Asserts that it ended as it should."""
    log = root.parent / f"{uuid.uuid4().hex}.log"
    log.touch()
    process = FORKS.Process(
        target=act, args=(str(root), action, store["environment"], at, str(log)), kwargs={"tomorrow": tomorrow}
    )
    process.start()
    process.join()
    assert process.exitcode == (0 if at is None else KILLED), log.read_text()
    return log.read_text().splitlines()


class State:
    """A state at one address of storage: `copy` makes the same state at another."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root, self.store, self.prefix = root, store, uuid.uuid4().hex

    def write(self) -> State:
        small.write_state(self.root)
        self._configure()
        return self

    def _configure(self) -> None:
        text = small.CONFIG + "[gate]\nmax_quarantine_share = 0.2\n"
        if self.store["client"] is not None:
            for name in ("lake", "receipts", "releases"):
                text = text.replace(f'{name} = "{name}"', f'{name} = "s3://rung/{self.prefix}/{name}"')
            text += f'[s3]\nendpoint_url = "{self.store["endpoint_url"]}"\nregion = "us-east-1"\n'
        (self.root / "rung.toml").write_text(text)

    def copy(self, root: Path) -> State:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root, root, symlinks=True)
        new = State(root, self.store)
        for key, data in self._objects().items():
            self.store["client"].put_object(Bucket="rung", Key=f"{new.prefix}/{key}", Body=data)
        new._configure()
        return new

    def _objects(self) -> dict[str, bytes]:
        client = self.store["client"]
        if client is None:
            return {}
        pages = client.get_paginator("list_objects_v2").paginate(Bucket="rung", Prefix=f"{self.prefix}/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
        return {
            key.removeprefix(f"{self.prefix}/"): client.get_object(Bucket="rung", Key=key)["Body"].read()
            for key in keys
        }

    def everything(self) -> dict[str, Any]:
        """Files, links and ledger. Left out: results of the gate (by time of run) and the times of events."""
        found: dict[str, Any] = {k: v for k, v in self._objects().items() if not k.startswith("receipts/gate/")}
        for folder in ("lake", "receipts", "releases"):
            for path in sorted((self.root / folder).rglob("*")):
                name = str(path.relative_to(self.root))
                if path.is_symlink():
                    found[name] = str(path.readlink())
                elif path.is_file() and not name.startswith("receipts/gate/"):
                    found[name] = path.read_bytes()
        engine = sa.create_engine(f"sqlite:///{self.root / 'rung.db'}", poolclass=sa.NullPool)
        tables = sa.MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            for table in tables.sorted_tables:
                columns = [column for column in table.columns if column.name != "at"]
                found[table.name] = sorted(map(tuple, connection.execute(sa.select(*columns)).all()))
        return found


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "disk":
        return {"client": None, "environment": {}}
    server = request.getfixturevalue("s3_server")
    keys = {"AWS_ACCESS_KEY_ID": server.pipeline[0], "AWS_SECRET_ACCESS_KEY": server.pipeline[1]}
    return {"client": server.client(server.admin), "environment": keys, "endpoint_url": server.endpoint_url}


def _spoil_a_row(root: Path) -> None:
    lines = small.payroll("0100", 2026)
    bad = small.csv(small.PAYROLL, [lines[0].replace("3000.50", "?"), *lines[1:]])
    small.drop(root, "0100", 2026, "payroll", bad)


def _send_mended_rows(state: State) -> None:
    """One row of a payroll came back; it is sent again, mended."""
    returned = [data for key, data in state.everything().items() if key.endswith("/returned.csv")]
    (back,) = (data.decode() for data in returned if data.count(b"\n") > 1)
    small.drop(state.root, "0100", 2026, "payroll", back.replace(",?,", ",3000.50,"), "returned.csv")


ACTIONS = ("run", "rollback", "certify")
SLOW = [pytest.param(action, 1, marks=pytest.mark.slow, id=f"{action}-all") for action in (*ACTIONS, "mend")]


@pytest.mark.parametrize(("action", "share"), [*((action, 40) for action in ACTIONS), *SLOW])
def test_killed_at_every_operation_and_run_again(tmp_path: Path, store: Store, action: str, share: int) -> None:
    base = State(tmp_path / "base", store).write()
    if action == "mend":
        _spoil_a_row(base.root)
    if action != "run":
        do(base.root, "run", store)
    if action == "rollback":
        lines = small.payroll("0100", 2026)[:-1]
        small.drop(base.root, "0100", 2026, "payroll", small.csv(small.PAYROLL, lines))
        do(base.root, "run", store)
    if action == "mend":
        _send_mended_rows(base)
    undisturbed = base.copy(tmp_path / "root")
    operations = do(undisturbed.root, action, store)
    expected = undisturbed.everything()
    assert any("commit" in operation for operation in operations)
    assert action == "certify" or any("current.json" in operation for operation in operations)
    killed, fell = 0, dict[str, list[str]]()
    for at, operation in enumerate(operations, 1):
        if at % share != date.today().toordinal() % share:
            continue
        state = base.copy(tmp_path / "root")
        # Files of a release are written side by side: which of them is the next may differ from run to run.
        assert do(state.root, action, store, at)[-1] in operations
        # A release that was begun is ended as what it was, also on another day.
        begun = any("begun-" in each and each.startswith("after") for each in operations[:at])
        do(state.root, action, store, tomorrow=begun)
        killed += 1
        found = state.everything()
        if differing := [name for name in expected.keys() | found.keys() if found.get(name) != expected.get(name)]:
            fell[f"{at} {operation}"] = sorted(differing)
    sys.stdout.write(f"{action}: killed at {killed} of {len(operations)} places\n")
    assert fell == {}
