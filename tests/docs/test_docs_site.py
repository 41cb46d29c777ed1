"""`make docs`: every page in one site, strict about links, opened from the folder in Chromium and searched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files")
SECONDS = 120
# Types into the search as a reader would, and reports the links that come up: again and again, as the search runs in a
# worker of its own and a busy machine takes its time.
SEARCH = """
const wait = ms => new Promise(done => setTimeout(done, ms));
const deep = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
const field = () => deep(document).find(e => e.tagName === 'INPUT' && !['checkbox', 'radio'].includes(e.type));
(async () => {
  while (!field()) { await wait(300); document.querySelector('.md-search__button')?.click(); await wait(300); }
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  while (true) {
    set.call(field(), 'QUERY');
    field().dispatchEvent(new Event('input', {bubbles: true}));
    await wait(500);
    const links = deep(document).filter(e => e.tagName === 'A' && e.href).map(e => e.href);
    await fetch('ANSWER', {method: 'POST', mode: 'no-cors', body: links.join('\\n')});
  }
})();
"""


class Answers(ThreadingHTTPServer):
    """Takes what a page reports; `wait_for` ends when a report holds the text."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Report)
        self.last = ""
        self.came = threading.Event()
        self.expected = "-"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Report(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Answers)
        server.last = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if server.expected in server.last:
            server.came.set()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the reports are the log."""


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.slow
def test_the_site_is_built_opened_and_searched(tmp_path: Path, answers: Answers) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed")
    clone = tmp_path / "rung"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    (clone / ".venv").symlink_to(Path(sys.prefix))
    (clone / ".venv" / "ready").touch()
    subprocess.run(["make", "docs"], cwd=clone, check=True, timeout=300)
    site = clone / "build" / "site"
    pages = {page.relative_to(site).with_suffix("").as_posix() for page in site.rglob("*.html")}
    docs = {page.relative_to(ROOT / "docs").with_suffix("").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert {page for page in docs if not page.endswith("README")} <= pages
    assert {"index", "CONTRIBUTING", "CHANGELOG", "SECURITY"} <= pages
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(https?://[^"]+)"', text)
        assert not fetched, f"{page.name} fetches {fetched}"
    for query, expected in (
        ("explanations.csv", "certify"),
        ("max_quarantine_share", "reference"),
        ("PAY-026", "rules"),
    ):
        index = (site / "index.html").read_text(encoding="utf-8")
        trial = site / "trial.html"
        script = SEARCH.replace("QUERY", query).replace("ANSWER", answers.url)
        trial.write_text(index.replace("</body>", f"<script>{script}</script></body>"))
        answers.expected = f"/{expected}.html?h="
        answers.came.clear()
        # The debugging port keeps headless Chromium open.
        command = [chromium, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={tmp_path / query}", trial.as_uri()]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            found = answers.came.wait(SECONDS)
        finally:
            browser.terminate()
            browser.wait(30)
        assert found, f"{query}: {answers.last[:2000] or 'the page reported nothing'}"
