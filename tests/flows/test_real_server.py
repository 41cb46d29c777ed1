"""A real Prefect server, worker and watcher, as `make server` starts them: slow, so not in the quick proof."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import psutil
import pytest

from rung.lake.workspace import open_workspace
from tests import small_state as small

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


class House:
    """What `make server` started for one small state, and its REST address."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root, self.state = root, state
        with closing(socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        own = {"RUNG_SERVER_PORT": str(self.port), "RUNG_SERVER_STATE": str(state)}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        self.environment = {**kept, **own, "PREFECT_HOME": str(state / "home")}

    def command(self, *words: str) -> str:
        command = [sys.executable, "-m", "flows.deploy.local_server", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=400, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> str:
        return self.command("start", str(self.root / "rung.toml"))

    def ask(self, path: str, **body: Any) -> Any:
        address = f"http://127.0.0.1:{self.port}/api{path}"
        answer = httpx.post(address, json=body, timeout=180)  # SQLite on a busy machine takes its time
        answer.raise_for_status()
        return answer.json()

    def runs(self, *states: str) -> list[dict[str, Any]]:
        wanted = {"flow_runs": {"state": {"type": {"any_": list(states)}}}} if states else {}
        return list(self.ask("/flow_runs/filter", **wanted))

    def pid(self, name: str) -> int:
        return int(json.loads((self.state / f"{name}.json").read_text())["pid"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("state")
    small.write_state(root)
    made = House(root, tmp_path_factory.mktemp("server"))
    try:
        assert f"http://127.0.0.1:{made.port}" in made.start()
        yield made
    finally:
        made.command("stop")


def until(true: Callable[[], bool], seconds: float, why: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why
        time.sleep(1)


def accepted(house: House) -> int:
    return len(open_workspace(house.root / "rung.toml").ledger.in_force())


def test_drops_start_a_run_without_a_hand_and_it_leaves_its_artifacts(house: House) -> None:
    until(lambda: accepted(house) == 12, 240, "no run took the drops in")
    until(lambda: any(r["deployment_id"] for r in house.runs("COMPLETED")), 240, "no run completed")
    keys = {a["key"] for a in house.ask("/artifacts/filter")}
    assert {"intake-table", "intake-needs-a-person", "gate-receipt", "progress-intake", "progress-marts"} <= keys


def test_runs_are_called_after_districts_years_extracts_and_one_drop_after_its_own(house: House) -> None:
    until(lambda: accepted(house) == 12, 240, "no run took the first drops in")
    until(lambda: all(each["state_type"] == "COMPLETED" for each in begun(house)), 240, "a run hangs")
    assert "Small State: 2 districts, 2025-2026, evaluation, payroll, roster" in {r["name"] for r in begun(house)}
    small.drop(house.root, "0100", 2026, "payroll", pay("0100"), "again.csv")
    until(lambda: "Small State: Oak (0100), 2026, payroll" in {r["name"] for r in begun(house)}, 240, "no such name")
    until(lambda: all(each["state_type"] == "COMPLETED" for each in begun(house)), 240, "a run hangs")
    tasks = {t["name"] for t in house.ask("/task_runs/filter")}
    assert {"intake: 2 districts, 2025-2026, evaluation, payroll, roster", "intake: Oak (0100), 2026, payroll"} <= tasks
    assert any(re.fullmatch(r"marts: 2 districts, 2025-2026, [0-9a-f]{20}", name) for name in tasks)
    told = [a["data"] for a in house.ask("/artifacts/filter") if a["key"] == "intake-needs-a-person"]
    assert told and all(f"({(house.root / 'receipts/gate/index.html').as_uri()})" in text for text in told)


def begun(house: House) -> list[dict[str, Any]]:
    """Flow runs that are not merely planned."""
    return [run for run in house.runs() if run["state_type"] != "SCHEDULED"]


def test_a_scheduled_run_appears(house: House) -> None:
    """With the wrong SQLAlchemy the server looks healthy and never schedules anything."""
    until(lambda: len(house.runs("SCHEDULED")) >= 2, 120, "the scheduler made no run")
    names = {d["name"]: d["id"] for d in house.ask("/deployments/filter")}
    planned = {r["deployment_id"] for r in house.runs("SCHEDULED")}
    assert {names["statewide-nightly"], names["release-weekly"]} <= planned


def test_deploying_again_changes_nothing(house: House) -> None:
    def identity() -> tuple[Any, ...]:
        deployments = sorted((d["name"], d["id"]) for d in house.ask("/deployments/filter"))
        automations = sorted(a["name"] for a in house.ask("/automations/filter"))
        return deployments, automations, [s["cron"] for s in schedules()]

    def schedules() -> list[dict[str, str]]:
        return sorted(
            (s["schedule"] for d in house.ask("/deployments/filter") for s in d["schedules"]),
            key=lambda s: str(s["cron"]),
        )

    before = identity()
    environment = {**house.environment, "PREFECT_API_URL": f"http://127.0.0.1:{house.port}/api"}
    command = [sys.executable, "-m", "flows.deploy", str(house.root / "rung.toml")]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=300)
    assert identity() == before
    assert len(before[0]) == 5 and len(before[1]) == 2


def test_no_log_line_holds_a_person(house: House) -> None:
    """Ids of persons, their pay and their ratings stand in no log line that the server keeps."""
    told = "\n".join(line["message"] for line in house.ask("/logs/filter", limit=200))
    assert "stage=intake event=done" in told
    for lea in small.LEAS:
        assert [person for person in small.staff(lea) if person in told] == []


def test_a_run_that_a_gate_stops_says_why(house: House) -> None:
    """The weekly release, with nothing certified: the run fails and leaves the reason where people look."""
    until(lambda: accepted(house) == 12, 240, "no run took the first drops in")
    deployment = next(d["id"] for d in house.ask("/deployments/filter") if d["name"] == "release-weekly")
    run = house.ask(f"/deployments/{deployment}/create_flow_run")
    until(lambda: run["id"] in {r["id"] for r in house.runs("FAILED")}, 240, "the run did not fail")
    until(lambda: any(a["key"] == "run-failed" for a in house.ask("/artifacts/filter")), 60, "it left no word")
    told = next(a["data"] for a in house.ask("/artifacts/filter") if a["key"] == "run-failed")
    assert "2 of 2 districts have not certified 2026" in told


def test_every_other_deployment_runs_to_its_end_and_no_gate_stops_it(house: House) -> None:
    until(lambda: accepted(house) == 12, 240, "no run took the first drops in")
    ids = {d["name"]: d["id"] for d in house.ask("/deployments/filter")}
    wanted: dict[str, dict[str, Any]] = {
        "statewide-nightly": {"publish": True},
        "restate": {"as_of": "2090-01-01T00:00:00Z"},
        "simulate": {"programs": ["dc_lift"]},
        "release-weekly": {"need_certified": False},
    }
    runs = [house.ask(f"/deployments/{ids[n]}/create_flow_run", parameters=p)["id"] for n, p in wanted.items()]
    until(lambda: set(runs) <= {r["id"] for r in house.runs("COMPLETED", "FAILED", "CRASHED")}, 500, "a run hangs")
    assert set(runs) <= {r["id"] for r in house.runs("COMPLETED")}
    found = {a["key"]: a["data"] for a in house.ask("/artifacts/filter")}
    assert "(dc_lift) | Teacher (teacher) |" in found["release-summary"]
    assert "| districts | 2 | 2 |" in found["restatement"]
    assert "dc_lift" in json.dumps(found["simulation"])
    called = {r["id"]: r["name"] for r in house.runs()}
    nightly, restated, simulated, released = (called[run] for run in runs)
    release = (house.root / "releases" / "current.json").read_text()
    release_id = str(json.loads(release)["release_id"])
    assert nightly == f"Small State: nothing new; release {release_id}"
    assert restated.startswith("Small State: restate as of 2090-01-01")
    assert simulated == "Small State: simulate dc_lift"
    assert released == f"Small State: release {release_id}, 2025-2026"
    assert f"release: {release_id} (unchanged)" in {t["name"] for t in house.ask("/task_runs/filter")}
    report = (house.root / "report" / "index.html").as_uri()
    last = [a["data"] for a in house.ask("/artifacts/filter", sort="CREATED_DESC") if a["key"] == "release-summary"]
    assert any(f"Report: [index.html]({report})" in text for text in last)


def test_a_burst_with_the_server_killed_in_the_middle_loses_no_drop(house: House) -> None:
    """500 drops in a minute from new districts; in the middle the server is killed, and then started again."""
    until(lambda: accepted(house) == 12, 240, "no run took the first drops in")
    leas = [f"{n:04d}" for n in range(300, 800)]
    districts = house.root / "reference" / "districts.csv"
    districts.write_text(districts.read_text() + "".join(f"{lea},D {lea},dcps_impact\n" for lea in leas))
    for number, lea in enumerate(leas):
        small.drop(house.root, lea, 2026, "payroll", pay(lea))
        time.sleep(0.1)
        if number == len(leas) // 2:
            os.kill(house.pid("server"), signal.SIGKILL)
    until(lambda: not psutil.pid_exists(house.pid("server")), 30, "the server would not die")
    house.start()
    until(lambda: accepted(house) == 12 + len(leas), 500, "a drop was lost")
    states = open_workspace(house.root / "rung.toml").ledger.states()
    places = [(s.lea_id, s.school_year, s.extract) for s, _, _ in states]
    assert len(places) == len(set(places)), "a drop was processed twice"


def pay(lea: str) -> str:
    return small.csv(small.PAYROLL, [f"00{lea}1,2025-09-15,BASE,01,3000.50"])


def test_stopping_ends_exactly_what_was_started(house: House) -> None:
    """A bystander with the pid file's name of nothing lives on; all three and their children are gone."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pids = [house.pid(name) for name in ("server", "worker", "watcher")]
        assert house.command("stop").strip() == "ended: watcher, worker, server"
        until(lambda: not any(alive(pid) for pid in pids), 30, "something is still running")
        assert bystander.poll() is None
        assert house.command("stop").strip() == "ended: nothing was running"
    finally:
        bystander.kill()
        bystander.wait()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
