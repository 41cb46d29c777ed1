"""`make server` and `make stop`: a Prefect server, a process worker and the watcher of the landing on this machine.

Each is known by pid and start time, so that stopping ends exactly what was started here and nothing that took a pid.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from rung.core.errors import RungError
from rung.core.project import PROJECT
from rung.lake.places import LocalPlace

STATE = Path(os.environ.get("RUNG_SERVER_STATE", str(PROJECT / ".rung-server")))
PORT = int(os.environ.get("RUNG_SERVER_PORT", "4200"))
STARTS_WITHIN_SECONDS = 120
STOPS_WITHIN_SECONDS = 20
ORDER = ("server", "worker", "watcher")


def environment() -> dict[str, str]:
    """What all three run with. The database is SQLite under `.rung-server/` unless the environment names another."""
    return {
        **os.environ,
        "PREFECT_HOME": os.environ.get("PREFECT_HOME", str(STATE / "home")),
        "PREFECT_API_URL": f"http://127.0.0.1:{PORT}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        # A busy machine: let a writer wait its turn at the SQLite file instead of failing after ten seconds.
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        # Kept in memory, the slots of a run would stay taken for ever when the server is killed and started.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }


def commands(config: Path) -> dict[str, list[str]]:
    """The three processes of a local server by name: server, worker and watcher of the landing."""
    prefect = [sys.executable, "-m", "prefect"]
    rung = [sys.executable, "-c", "from rung.cli.main import main; main()"]
    return {
        "server": [*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(PORT)],
        "worker": [*prefect, "worker", "start", "--pool", "rung", "--type", "process", "--name", "rung-worker"],
        "watcher": [*rung, "intake", "--watch", "-c", str(config.resolve())],
    }


def start(config: Path) -> str:
    """Start what is not running, deploy, and return the UI's address. Raises RungError with the log to read."""
    if not config.is_file():
        raise RungError(f"{config}: no such configuration file; make one with `rung demo DIR` or say CONFIG=FILE")
    wanted = commands(config)
    _ensure("server", wanted["server"])
    _wait_for_server()
    deploy = [sys.executable, "-m", "flows.deploy", str(config)]
    done = subprocess.run(deploy, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RungError(done.stderr.strip().removeprefix("rung: ") or "deploying failed")
    _ensure("worker", wanted["worker"])
    _ensure("watcher", wanted["watcher"])
    return f"http://127.0.0.1:{PORT}"


def stop() -> list[str]:
    """End the three, the server last, with all their children. Returns what was ended."""
    ended = []
    for name in reversed(ORDER):
        process = _running(name)
        if process is not None:
            _end(process)
            ended.append(name)
        (STATE / f"{name}.json").unlink(missing_ok=True)
    return ended


def _ensure(name: str, command: list[str]) -> None:
    if _running(name) is not None:
        return
    STATE.mkdir(exist_ok=True)
    with (STATE / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    known = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
    LocalPlace(STATE).write(f"{name}.json", json.dumps(known).encode())


def _running(name: str) -> psutil.Process | None:
    """The process that was started here under this name, if it still is the same one."""
    place = LocalPlace(STATE)
    if place.tag(f"{name}.json") is None:
        return None
    known = json.loads(place.read(f"{name}.json"))
    try:
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["started"]) < 0.01 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if same else None


def _end(process: psutil.Process) -> None:
    """Ask the process and everything it started to end; insist after a while."""
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=STOPS_WITHIN_SECONDS)
    for each in left:
        each.kill()
    psutil.wait_procs(left, timeout=5)


def _wait_for_server() -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/health", timeout=2):
                pass
        except (urllib.error.URLError, OSError):
            if _running("server") is None:
                break
            time.sleep(0.5)
            continue
        if _running("server") is None:
            raise RungError(f"port {PORT} is another server's; say RUNG_SERVER_PORT=…")
        return
    raise RungError(f"the Prefect server did not start; read {STATE.name}/server.log")


def main() -> None:
    """`python -m flows.deploy.local_server start CONFIG` or `stop`."""
    try:
        if sys.argv[1] == "start":
            address = start(Path(sys.argv[2]))
            sys.stdout.write(f"Prefect UI: {address}\nDrops in the landing start runs now. End it with `make stop`.\n")
        else:
            sys.stdout.write(f"ended: {', '.join(stop()) or 'nothing was running'}\n")
    except RungError as error:
        sys.stderr.write(f"rung: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
