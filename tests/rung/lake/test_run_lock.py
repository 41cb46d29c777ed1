"""One run at a time in a lake, on SQLite and PostgreSQL: the second waits for a bounded time and says so."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from rung.core.errors import RungError
from rung.lake.ledger import Ledger
from rung.lake.run_lock import one_run

HOLD = """
import sys, time
from pathlib import Path
from rung.lake.ledger import Ledger
from rung.lake.run_lock import one_run
with one_run(Ledger(sys.argv[1], Path()), 0, print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


def holder(url: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, url, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_the_second_waits_for_the_first_and_says_so_once(url: str) -> None:
    ledger, told = Ledger(url, Path()), list[str]()
    first = holder(url, 2)
    start = time.monotonic()
    with one_run(ledger, 60, told.append):
        assert time.monotonic() - start > 1
        with one_run(ledger, 0, told.append):  # what a run calls may ask again
            pass
    first.communicate()
    assert len(told) == 1 and "another run works in this lake" in told[0]


def test_waiting_is_bounded(url: str) -> None:
    first = holder(url, 30)
    with pytest.raises(RungError, match="more than 1 s"), one_run(Ledger(url, Path()), 1, lambda _: None):
        pass
    first.kill()
    first.communicate()


def test_a_run_that_was_killed_frees_the_lake(url: str) -> None:
    first = holder(url, 60)
    first.kill()
    first.communicate()
    with one_run(Ledger(url, Path()), 20, lambda _: None):
        pass
