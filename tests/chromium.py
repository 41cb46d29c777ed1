"""A real Chromium without a screen, driven over its own protocol: pages opened, files given, requests listened to."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Tab:
    """A page. `asked`: every address that it, or a worker of it, asked for; `faults`: what it complained of."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last = 0
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.workers: list[str] = []
        for domain in ("Page", "Runtime", "Network", "DOM", "Log"):
            self.do(f"{domain}.enable")
        self.do("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def do(self, method: str, session: str | None = None, seconds: float = 600, **given: Any) -> dict[str, Any]:
        """One command of the protocol and its answer."""
        self._last += 1
        mine = self._last
        message = {"id": mine, "method": method, "params": given} | ({"sessionId": session} if session else {})
        self._socket.send(json.dumps(message))
        until = time.monotonic() + seconds
        while True:
            got = json.loads(self._socket.recv(timeout=max(0.1, until - time.monotonic())))
            if got.get("id") == mine:
                assert "error" not in got, (method, got)
                answer: dict[str, Any] = got["result"]
                return answer
            self._heard(got)

    def _heard(self, event: dict[str, Any]) -> None:
        given = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.asked.append(given["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.faults.append(str(given["exceptionDetails"].get("exception", given["exceptionDetails"]))[:500])
        elif event.get("method") == "Runtime.consoleAPICalled" and given["type"] == "error":
            self.faults.append(str(given["args"])[:2000])
        elif event.get("method") == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.faults.append(given["entry"]["text"])
        elif event.get("method") == "Target.attachedToTarget":  # a worker
            self.workers.append(given["sessionId"])
            self._last += 1
            enable = {"id": self._last, "method": "Network.enable", "params": {}, "sessionId": given["sessionId"]}
            self._socket.send(json.dumps(enable))

    def open(self, address: str) -> None:
        """Go to an address."""
        self.do("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def ask(self, script: str, session: str | None = None) -> Any:
        """What a script comes to, in the page or a worker; a promise is waited for."""
        got = self.do("Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in got, str(got["exceptionDetails"])[:1500]
        return got["result"].get("value")

    def wait(self, condition: str, seconds: float = 120) -> None:
        """Until a condition holds."""
        until = time.monotonic() + seconds
        while not self.ask(condition):
            assert time.monotonic() < until, f"never came: {condition}; {self.faults}"
            time.sleep(0.05)

    def give(self, selector: str, *paths: Path) -> None:
        """Choose files in an input, as a person does."""
        root = self.do("DOM.getDocument")["root"]["nodeId"]
        node = self.do("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.do("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def width(self, pixels: int, height: int = 900) -> None:
        """Make the window so wide."""
        self.do(
            "Emulation.setDeviceMetricsOverride", width=pixels, height=height, deviceScaleFactor=1, mobile=pixels < 500
        )

    def picture(self, path: Path) -> None:
        """A picture of the whole page."""
        got = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(got["data"]))


@contextmanager
def chromium() -> Iterator[Tab]:
    """A tab in a browser of its own; skips where there is no Chromium."""
    program = find_chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, (Path(profile) / "log").open("wb") as log:
        browser = subprocess.Popen(
            [program, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"], stderr=log
        )
        try:
            port = Path(profile) / "DevToolsActivePort"
            until = time.monotonic() + 60
            while not (port.is_file() and port.read_text().count("\n")):
                assert time.monotonic() < until, "Chromium did not start"
                time.sleep(0.05)
            number, place = port.read_text().splitlines()
            with connect(f"ws://127.0.0.1:{number}{place}", max_size=None) as whole:
                whole.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
                target = json.loads(whole.recv())["result"]["targetId"]
            with connect(f"ws://127.0.0.1:{number}/devtools/page/{target}", max_size=None) as socket:
                yield Tab(socket)
        finally:
            browser.terminate()
            browser.wait()


def find_chromium() -> str:
    """Where the browser is; without one the test skips."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("chromium is not installed")
    return found


def ask_page(page: Path, script: str) -> Any:
    """What a script returns on a page, once the page's own scripts have run, in a window so high that all is in it."""
    with chromium() as tab:
        tab.width(1400, 20000)
        tab.open(page.as_uri())
        return tab.ask(f"(async () => {{ {script} }})()")


def outside(asked: list[str]) -> list[str]:
    """Addresses that are neither the page's own file nor made by it."""
    return [each for each in asked if not re.match(r"(file|blob|data|about):", each)]
