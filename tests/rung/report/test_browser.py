"""The report in headless Chromium: axe finds nothing, no request leaves the page, nothing is wider than a phone.

Needs `chromium`; axe also needs axe-core (`npm install axe-core` in the project's folder, or RUNG_AXE=…/axe.min.js).
"""

from __future__ import annotations

import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from rung.lake.places import LocalPlace
from rung.report.write import write_pages
from tests.chromium import FLAGS, ask_page, chromium, find_chromium
from tests.rung.report.test_pages import facts

ROOT = Path(__file__).parents[3]
PHONE = 360
# Until a condition holds, at most a minute: a busy machine draws slowly.
UNTIL = """
const until = async (holds) => {
  for (let i = 0; i < 600 && !holds(); i++) await new Promise((done) => setTimeout(done, 100));
};
"""
ASK_AXE = """;
document.querySelectorAll('details').forEach(d => d.open = true);
const r = await axe.run();
return {wrong: r.violations.map(v => v.id + ': ' + v.nodes[0].html), asked: r.passes.length};
"""


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


def dom(folder: Path, url: str, *flags: str) -> str:
    """The page's DOM after its scripts have run, in a browser with flags of its own."""
    command = [find_chromium(), *FLAGS, f"--user-data-dir={folder}", "--virtual-time-budget=20000", *flags]
    return subprocess.run([*command, "--dump-dom", url], capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("name", ["index.html", "district/0100.html", "program/p.html", "sunset.html"])
def test_axe_finds_nothing(axe: str, report: Path, name: str) -> None:
    found = ask_page(report / name, axe + ASK_AXE)
    assert isinstance(found, dict)
    assert found["asked"] > 15
    assert found["wrong"] == []


CHARTS = """
const drawn = [...document.querySelectorAll('figure')];
const alive = () => drawn.filter((f) => f.querySelector('.picture div svg')).length;
await until(() => alive() === drawn.length);
return {
  charts: drawn.length,
  alive: alive(),
  hatched: document.querySelectorAll('figure [fill="url(#hatch)"]').length,
  plain: document.querySelectorAll('figure [fill="#eceff1"]').length,
};
"""


def test_charts_come_alive_without_evaluating_and_hidden_parts_stay_hatched(report: Path) -> None:
    found = ask_page(report / "district/0100.html", UNTIL + CHARTS)
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
return out;
"""


def test_a_reader_finds_districts_programs_and_terms_and_sorts(report: Path) -> None:
    found = ask_page(report / "index.html", FIND)
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
await until(() => texts.length === 2);
return {names, texts};
"""


def test_a_chart_is_saved_as_csv_and_png_with_its_source(report: Path) -> None:
    found = ask_page(report / "district/0100.html", UNTIL + SAVE)
    assert isinstance(found, dict)
    assert [name.rsplit(".", 1)[1] for name in found["names"]] == ["csv", "png"]
    kinds = dict(found["texts"])
    assert kinds["text/csv"].splitlines()[0] == "year,leaders,teachers,share"
    assert "Source: public_access, release abc123." in kinds["text/csv"]
    assert "image/png" in kinds


def test_a_page_fits_a_phone(report: Path) -> None:
    """No sideways scrolling at 360 px."""
    with chromium() as tab:
        tab.width(PHONE)
        tab.open((report / "district" / "0100.html").as_uri())
        across = "document.documentElement"
        assert tab.ask(f"[{across}.clientWidth, {across}.scrollWidth]") == [PHONE, PHONE]


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


def test_no_request_leaves_the_page(report: Path, tmp_path: Path, wire: tuple[str, list[str]]) -> None:
    """All of Chromium's traffic goes through our proxy. The page asks for itself and its own scripts; a page that asks
    for a picture elsewhere is seen to ask."""
    address, asked = wire
    proxy = (f"--proxy-server=http://{address}", "--proxy-bypass-list=<-loopback>")
    (report / "talks.html").write_text('<!doctype html><img src="http://elsewhere.test/x.png">', encoding="utf-8")
    dom(tmp_path / "one", "http://report.test/talks.html", *proxy)
    assert "http://elsewhere.test/x.png" in asked
    asked.clear()
    dom(tmp_path / "two", "http://report.test/district/0100.html", *proxy)
    own = [url for url in asked if url.endswith(".test") or ".test/" in url]
    assert own[0] == "http://report.test/district/0100.html"
    scripts = {f"http://report.test/assets/{name}.js" for name in ("vega", "search", "report")}
    assert set(own[1:]) == scripts
