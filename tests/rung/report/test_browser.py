"""The report in headless Chromium: axe finds nothing, no request leaves the page, nothing is wider than a phone.

Needs `chromium`; axe also needs axe-core (`npm install axe-core` in the project's folder, or RUNG_AXE=…/axe.min.js).
"""

from __future__ import annotations

import base64
import hashlib
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
ANSWER = """
function reply(found) {
  const p = document.createElement('pre');
  p.id = 'answer';
  p.textContent = JSON.stringify(found);
  document.body.append(p);
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
"""
ASK_AXE = """;
document.querySelectorAll('details').forEach(d => d.open = true);
const r = await axe.run();
reply({wrong: r.violations.map(v => v.id + ': ' + v.nodes[0].html), asked: r.passes.length});
"""
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


def find_chromium() -> str:
    """Where the browser is; without one the test skips."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


@pytest.fixture(scope="module")
def chromium() -> str:
    return find_chromium()


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


def with_script(page: Path, script: str) -> Path:
    """A copy beside the page in which a script of the test may run too and leaves its answer in #answer."""
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = page.read_text(encoding="utf-8").replace("script-src ", f"script-src 'sha256-{allowed}' ")
    copy = page.with_name(f"asked-{page.name}")
    copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    return copy


def asked(chromium: str, tmp_path: Path, page: Path, script: str) -> object:
    """What the script answers on the page, after the page's own scripts have run."""
    late = f"addEventListener('load', () => setTimeout(async () => {{ {script} }}, 3000));"
    copy = with_script(page, ANSWER + late)
    try:
        # A window so high that every chart is in it.
        return answer(dom(chromium, tmp_path / "profile", copy.as_uri(), "--window-size=1400,20000"))
    finally:
        copy.unlink()


def answer(text: str) -> object:
    found = re.search(r'<pre id="answer"[^>]*>(.*?)</pre>', text, re.S)
    assert found, "the script left no answer"
    return json.loads(html.unescape(found.group(1)))


@pytest.mark.parametrize("name", ["index.html", "district/0100.html", "program/p.html", "sunset.html"])
def test_axe_finds_nothing(chromium: str, axe: str, report: Path, tmp_path: Path, name: str) -> None:
    found = asked(chromium, tmp_path, report / name, axe + ASK_AXE)
    assert isinstance(found, dict)
    assert found["asked"] > 15
    assert found["wrong"] == []


CHARTS = """
await pause(3000);
const drawn = [...document.querySelectorAll('figure')];
reply({
  charts: drawn.length,
  alive: drawn.filter((f) => f.querySelector('.picture div svg')).length,
  hatched: document.querySelectorAll('figure [fill="url(#hatch)"]').length,
  plain: document.querySelectorAll('figure [fill="#eceff1"]').length,
});
"""


def test_charts_come_alive_without_evaluating_and_hidden_parts_stay_hatched(
    chromium: str, report: Path, tmp_path: Path
) -> None:
    found = asked(chromium, tmp_path, report / "district/0100.html", CHARTS)
    assert isinstance(found, dict)
    assert found["charts"] == found["alive"] > 5
    assert found["hatched"] > 0 and found["plain"] == 0


FIND = """
const box = document.getElementById('find');
const out = {};
for (const term of ['oak co', 'ladder', 'persons', 'zzz']) {
  box.value = term;
  box.dispatchEvent(new Event('input'));
  out[term] = [...document.querySelectorAll('#found li')].map((li) => (li.querySelector('a') || li).textContent);
}
out.href = document.querySelector('#found a') ? 'none asked' : '';
const table = document.querySelector('#districts-compared table');
table.querySelectorAll('thead button')[1].click();
out.sorted = table.querySelectorAll('th')[1].getAttribute('aria-sort');
reply(out);
"""


def test_a_reader_finds_districts_programs_and_terms_and_sorts(chromium: str, report: Path, tmp_path: Path) -> None:
    found = asked(chromium, tmp_path, report / "index.html", FIND)
    assert isinstance(found, dict)
    assert found["oak co"][0] == "Oak & Co district"
    assert any(each.startswith("Ladder <of> Oaks & Elms") for each in found["ladder"])
    assert any("column of public_span" in each for each in found["persons"])
    assert found["zzz"] == ["Nothing of that name."]
    assert found["sorted"] == "descending"


SAVE = """
const names = [];
const texts = [];
HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  blob.text().then((text) => texts.push([blob.type, text.slice(0, 400)]));
  return make(blob);
};
const figure = document.querySelector('#who-leads ~ .grid figure, figure#holders-by-program, figure');
figure.querySelector('button.csv').click();
figure.querySelector('button.png').click();
await pause(2000);
reply({names, texts});
"""


def test_a_chart_is_saved_as_csv_and_png_with_its_source(chromium: str, report: Path, tmp_path: Path) -> None:
    found = asked(chromium, tmp_path, report / "district/0100.html", SAVE)
    assert isinstance(found, dict)
    assert [name.rsplit(".", 1)[1] for name in found["names"]] == ["csv", "png"]
    kinds = dict(found["texts"])
    assert kinds["text/csv"].splitlines()[0] == "year,leaders,teachers,share"
    assert "Source: public_access, release abc123." in kinds["text/csv"]
    assert "image/png" in kinds


def test_a_page_fits_a_phone(chromium: str, report: Path, tmp_path: Path) -> None:
    """No sideways scrolling at 360 px: measured in a frame of that width, as a window has a least width of its own."""
    inner = (report / "district" / "0100.html").read_text(encoding="utf-8")
    (tmp_path / "inner.html").write_text(inner, encoding="utf-8")
    (tmp_path / "outer.html").write_text(f"<!doctype html><body><script>{MEASURE}</script></body>", encoding="utf-8")
    url = (tmp_path / "outer.html").as_uri()
    found = answer(dom(chromium, tmp_path / "profile", url, "--allow-file-access-from-files"))
    assert found == [PHONE, PHONE]


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
    """All of Chromium's traffic goes through our proxy. The page asks for itself and its own scripts; a page that asks
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
    scripts = {f"http://report.test/assets/{name}.js" for name in ("vega", "search", "report")}
    assert set(own[1:]) == scripts
