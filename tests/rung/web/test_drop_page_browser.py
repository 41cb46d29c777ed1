"""The drop page in headless Chromium, with a real server: two districts' users go the whole way; axe; phone width.

Needs `chromium` and Playwright (drives the Chromium of the machine, downloads none); axe needs axe-core.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from rung.lake.certification import certificates
from rung.lake.tokens import make_token
from rung.lake.workspace import open_workspace
from rung.web.drop.app import make_app
from tests import small_state as small
from tests.rung.web.drop_state import NOW, PAYROLL, SPOILED, take_in

pytestmark = pytest.mark.slow
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
ROOT = Path(__file__).parents[3]
SHOTS = os.environ.get("RUNG_SHOTS")  # a folder for screenshots
WIDTHS = (1400, 390)


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(os.environ.get("RUNG_AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
    if not path.is_file():
        pytest.skip("axe-core is not installed (npm install axe-core, or RUNG_AXE)")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A state into which everything was sent, and the address of its drop page."""
    small.write_state(tmp_path)
    take_in(tmp_path)
    app = make_app(open_workspace(tmp_path / "rung.toml"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, access_log=False, proxy_headers=False, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield tmp_path, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


class Steward:
    """A district's user at a browser, who looks at every page at both widths."""

    def __init__(self, browser: Any, root: Path, url: str, lea: str, axe: str) -> None:
        self.context = browser.new_context(accept_downloads=True, bypass_csp=True)
        self.page = self.context.new_page()
        self.lea, self.url, self.axe = lea, url, axe
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(url)
        self.look("sign-in")
        self.page.get_by_label("Your district's token").fill(
            make_token(open_workspace(root / "rung.toml").ledger, lea, NOW, keep=True)
        )
        self.page.get_by_role("button", name="Sign in").click()

    def look(self, name: str) -> None:
        """axe finds nothing, and the page is no wider than the window, at both widths."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, width, wide)
            if SHOTS:
                self.page.screenshot(path=f"{SHOTS}/{self.lea}-{name}-{width}.png", full_page=True)
            self.page.evaluate(self.axe)
            found = self.page.evaluate("axe.run()")
            assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], (name, width)
            assert len(found["passes"]) > 8

    def send(self, name: str, data: str, button: str = "Send") -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": data.encode()}
        self.page.locator("input[type=file]").set_input_files(file)
        if button == "Send":
            self.page.get_by_label("School year", exact=True).select_option("2026")
            self.page.get_by_label("What it is").select_option("payroll")
        self.page.get_by_role("button", name=button, exact=True).click()
        self.page.wait_for_url("**/sent/**")


def test_two_stewards_go_the_whole_way(browser: Any, served: tuple[Path, str], axe: str) -> None:
    root, url = served
    oak, elm = (Steward(browser, root, url, lea, axe) for lea in ("0100", "0200"))
    oak.look("home")
    assert "Oak (0100)" in oak.page.content()
    assert "Oak" not in elm.page.content()

    oak.send("november.csv", SPOILED)
    oak.look("sent")
    assert "wait for the state's next intake" in oak.page.locator("#progress").inner_text()
    take_in(root)
    oak.page.get_by_role("link", name="Read the receipt").click(timeout=15_000)  # the page saw it by itself
    oak.look("receipt")
    receipt = oak.page.url
    assert "not money" in oak.page.locator("#errors").inner_text()

    with oak.page.expect_download() as download:
        oak.page.get_by_role("link", name="returned.csv").last.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerow({**rows[0], "amount": "10.00"})
    oak.send("returned.csv", text.getvalue(), "Send the mended rows")
    take_in(root)
    oak.page.get_by_role("link", name="Read the receipt").click(timeout=15_000)
    assert "1 of its rows" in oak.page.locator("#mends").inner_text()
    oak.look("mended")

    oak.page.get_by_role("link", name="Confirm or explain").click()
    oak.look("explain")
    oak.page.locator("input[name=rows]").first.check()
    oak.page.get_by_label("Right, because:").first.check()
    oak.page.get_by_label("Explanation").first.fill("A settlement of three years, paid at once.")
    oak.page.get_by_label("Who answers").first.fill("R. Clerk")
    oak.page.get_by_role("button", name="Answer PAY-026").click()
    assert "A settlement of three years" in oak.page.content()
    oak.look("explained")

    oak.page.goto(f"{url}/certify/2026")
    oak.page.get_by_label("Name").fill("R. Clerk")
    oak.page.get_by_label("Role").fill("Superintendent")
    oak.page.get_by_role("button", name="Show the statement").click()
    oak.look("statement")
    oak.page.get_by_label("I sign this statement").check()
    oak.page.get_by_role("button", name="Sign and lock the year").click()
    assert "Certified by R. Clerk" in oak.page.content()
    oak.look("certified")
    assert set(certificates(open_workspace(root / "rung.toml").ledger)) == {("0100", 2026)}

    for address in (receipt, f"{receipt}returned.csv", receipt.replace("receipt", "explain").rstrip("/")):
        assert elm.page.goto(address).status == 404, address
    elm.look("not-here")
    elm.page.goto(url)
    assert "Clerk" not in elm.page.content()
    elm.page.get_by_role("button", name="Sign out").click()
    elm.page.goto(url)
    assert elm.page.url == f"{url}/sign-in"
    assert [asked for asked in (*oak.asked, *elm.asked) if not asked.startswith(url)] == []


def test_without_scripts(browser: Any, served: tuple[Path, str]) -> None:
    """The loop needs no script: sign in, send, look again, read."""
    root, url = served
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(url)
    page.get_by_label("Your district's token").fill(
        make_token(open_workspace(root / "rung.toml").ledger, "0100", NOW, keep=True)
    )
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("What it is").select_option("payroll")
    page.locator("#files").set_input_files({"name": "p.csv", "mimeType": "text/csv", "buffer": PAYROLL.encode()})
    page.get_by_role("button", name="Send", exact=True).click()
    take_in(root)
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Read the receipt").click()
    assert "Accepted" in page.content()
