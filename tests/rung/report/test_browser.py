"""The report in headless Chromium: axe finds nothing, no request leaves the page, nothing is wider than a phone.

Needs `chromium`; axe also needs axe-core (`npm install axe-core` in the project's folder, or RUNG_AXE=…/axe.min.js).
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from rung.lake.places import LocalPlace
from rung.report.write import write_pages
from tests.rung.report.test_pages import facts

ROOT = Path(__file__).parents[3]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PHONE = 360
ASK_AXE = """;
document.querySelectorAll('details').forEach(d => d.open = true);
axe.run().then(r => {
  const p = document.createElement('pre');
  p.id = 'answer';
  const wrong = r.violations.map(v => v.id + ': ' + v.nodes[0].html);
  p.textContent = JSON.stringify({wrong, asked: r.passes.length});
  document.body.append(p);
});"""
MEASURE = """
const f = document.createElement('iframe');
f.style.width = 'WIDTHpx'; f.style.border = '0'; f.src = 'inner.html';
f.onload = () => {
  const p = document.createElement('pre'), d = f.contentDocument.documentElement;
  p.id = 'answer';
  p.textContent = JSON.stringify([d.clientWidth, d.scrollWidth]);
  document.body.append(p);
};
document.body.append(f);""".replace("WIDTH", str(PHONE))


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


@pytest.fixture(scope="module")
def axe() -> str:
    named = os.environ.get("RUNG_AXE")
    path = Path(named) if named else ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed (npm install axe-core, or RUNG_AXE)")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    write_pages(facts(), LocalPlace(root))
    return root


def dom(chromium: str, folder: Path, url: str, *flags: str) -> str:
    """The page's DOM after its scripts have run."""
    command = [chromium, *FLAGS, f"--user-data-dir={folder}", "--virtual-time-budget=20000", *flags, "--dump-dom", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def with_script(page: Path, script: str, into: Path) -> Path:
    """A copy of the page in which a script may run and leaves its answer in #answer."""
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text(encoding="utf-8"))
    copy = into / page.name
    copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    return copy


def answer(text: str) -> object:
    found = re.search(r'<pre id="answer"[^>]*>(.*?)</pre>', text, re.S)
    assert found, "the script left no answer"
    return json.loads(html.unescape(found.group(1)))


@pytest.mark.parametrize("name", ["index.html", "district/0100.html"])
def test_axe_finds_nothing(chromium: str, axe: str, report: Path, tmp_path: Path, name: str) -> None:
    copy = with_script(report / name, axe + ASK_AXE, tmp_path)
    said = answer(dom(chromium, tmp_path / "profile", copy.as_uri()))
    assert isinstance(said, dict)
    assert said["asked"] > 15
    assert said["wrong"] == []


def test_a_page_fits_a_phone(chromium: str, report: Path, tmp_path: Path) -> None:
    """No sideways scrolling at 360 px: measured in a frame of that width, as a window has a least width of its own."""
    inner = (report / "district" / "0100.html").read_text(encoding="utf-8")
    (tmp_path / "inner.html").write_text(inner, encoding="utf-8")
    (tmp_path / "outer.html").write_text(f"<!doctype html><body><script>{MEASURE}</script></body>", encoding="utf-8")
    url = (tmp_path / "outer.html").as_uri()
    said = answer(dom(chromium, tmp_path / "profile", url, "--allow-file-access-from-files"))
    assert said == [PHONE, PHONE]


class _Wire(BaseHTTPRequestHandler):
    """A proxy that lets nothing out and writes down who asked."""

    asked: list[str]
    pages: Path

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.removeprefix("http://report.test/")
        found = self.path.startswith("http://report.test/") and (self.pages / name).is_file()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if found:
            self.wfile.write((self.pages / name).read_bytes())

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        self.send_error(403)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def wire(report: Path) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Wire", (_Wire,), {"asked": asked, "pages": report})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_no_request_leaves_the_page(chromium: str, report: Path, tmp_path: Path, wire: tuple[str, list[str]]) -> None:
    """All of Chromium's traffic goes through our proxy. The page asks for itself and for nothing more; a page that asks
    for a picture elsewhere is seen to ask."""
    address, asked = wire
    proxy = (f"--proxy-server=http://{address}", "--proxy-bypass-list=<-loopback>")
    (report / "talks.html").write_text('<!doctype html><img src="http://elsewhere.test/x.png">', encoding="utf-8")
    dom(chromium, tmp_path / "one", "http://report.test/talks.html", *proxy)
    assert "http://elsewhere.test/x.png" in asked
    asked.clear()
    dom(chromium, tmp_path / "two", "http://report.test/district/0100.html", *proxy)
    own = [url for url in asked if url.endswith(".test") or ".test/" in url]
    assert own[0] == "http://report.test/district/0100.html"
    assert own[1:] == []
