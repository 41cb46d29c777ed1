"""The watcher over a real landing: it resumes from state alone, survives a deaf server, and wakes on a notification."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from rung.core.errors import RungError
from rung.intake.discover import Found
from rung.lake.workspace import Workspace, open_workspace
from rung.watch import intake_here
from rung.watch.listen import TOKEN, listen
from rung.watch.loop import Announce, WatchParameters, run_watch
from tests import small_state as small

QUICK = WatchParameters(every=0.05, settle=0.1, longest=5, remind=60)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small.write_state(tmp_path)
    return tmp_path


@contextmanager
def watching(work: Workspace, announce: Announce, parameters: WatchParameters = QUICK) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=run_watch, args=(work, announce, parameters, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def in_force(work: Workspace) -> set[tuple[str, int, str]]:
    return {(s.lea_id, s.school_year, s.extract) for s in work.ledger.in_force()}


def validated(work: Workspace) -> set[tuple[str, int, str]]:
    """Whatever became of it: the small state has no schools of 2024, so such a roster is held."""
    return {(s.lea_id, s.school_year, s.extract) for s, _, _ in work.ledger.states()}


def test_watching_takes_in_what_lies_there_and_what_comes_later(root: Path) -> None:
    work = open_workspace(root / "rung.toml")
    with watching(work, intake_here(work)):
        until(lambda: len(in_force(work)) == 12)
        small.drop(root, "0100", 2024, "roster", small.csv(small.ROSTER, small.roster("0100", 2024)))
        until(lambda: ("0100", 2024, "roster") in validated(work))


def test_a_watcher_that_was_ended_resumes_by_starting(root: Path) -> None:
    """What came while nobody looked is announced by the next watcher, and nothing that was taken in is."""
    work = open_workspace(root / "rung.toml")
    with watching(work, intake_here(work)):
        until(lambda: len(in_force(work)) == 12)
    small.drop(root, "0200", 2024, "roster", small.csv(small.ROSTER, small.roster("0200", 2024)))
    told: list[int] = []
    with watching(work, lambda found: told.append(len(found.drops))):
        until(lambda: bool(told))
        time.sleep(0.5)
    assert told == [1]


def test_an_announcement_that_fails_is_made_again(root: Path) -> None:
    work = open_workspace(root / "rung.toml")
    tries: list[int] = []

    def deaf_at_first(found: Found) -> None:
        tries.append(len(found.drops))
        if len(tries) < 3:
            raise RungError("the server is away")

    with watching(work, deaf_at_first):
        until(lambda: len(tries) == 3)
        time.sleep(0.5)
    assert tries == [12, 12, 12]


def test_a_notification_wakes_a_watcher_that_sleeps_for_minutes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    work = open_workspace(root / "rung.toml")
    told: list[int] = []
    parameters = WatchParameters(every=600, settle=0.1, longest=5, remind=6000, listen="127.0.0.1:18931")
    with watching(work, lambda found: told.append(len(found.drops)), parameters):
        until(lambda: told == [12])
        small.drop(root, "0100", 2024, "roster", small.csv(small.ROSTER, small.roster("0100", 2024)))
        time.sleep(0.3)
        assert told == [12]
        assert post("127.0.0.1:18931", b'{"Records":[{"eventName":"ObjectCreated:Put"}]}') == 202
        until(lambda: told == [12, 13])


def post(address: str, body: bytes, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://{address}/", data=body, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)


def test_the_bridge_asks_for_its_token_and_refuses_floods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "a-token-of-sixteen-characters")
    wake = Event()
    with listen("127.0.0.1:0", wake) as address:
        assert address is not None
        assert post(address, b"{}") == 403
        assert post(address, b"{}", X_Rung_Token="wrong") == 403
        assert not wake.is_set()
        assert post(address, b"{}", X_Rung_Token="a-token-of-sixteen-characters") == 202
        assert wake.is_set()


def test_a_bridge_open_to_others_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(RungError, match=TOKEN), listen("0.0.0.0:0", Event()):
        pass
    with pytest.raises(RungError, match="host:port"), listen("8900", Event()):
        pass
