"""The check page in real Chromium, from a file: it judges as `rung check` does, asks no network, and can be read.

Needs Chromium and what kits are made of (`make kit-assets`); axe also needs axe-core, see test_browser.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rung.core.errors import RungError
from rung.lake.workspace import Workspace, open_workspace
from rung.web.assets import ASSETS, read_asset
from rung.web.kit import write_kit
from tests.chromium import Tab, chromium, outside
from tests.rung.web import cases, engine_answers
from tests.rung.web.test_stand_in import differing

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
LEA, YEAR = "00001", 2026
PHONE = 390


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic state of three districts with some bad rows, not yet taken in."""
    try:
        for asset in ASSETS:
            read_asset(asset)
    except RungError as absent:
        pytest.skip(str(absent))
    folder = tmp_path_factory.mktemp("state")
    command = [".venv/bin/rung", "demo", str(folder), "--leas", "3", "--educators", "300", "--years", "2"]
    subprocess.run([*command, "--seed", "5", "--dirty", "0.05"], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def work(state: Path) -> Workspace:
    return open_workspace(state / "rung.toml")


@pytest.fixture(scope="module")
def kit(work: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    write_kit(work, LEA, folder)
    return folder


@pytest.fixture(scope="module")
def tab(kit: Path) -> Iterator[Tab]:
    with chromium() as found:
        found.open((kit / "index.html").as_uri())
        found.wait("document.getElementById('status').textContent.startsWith('Ready')")
        yield found
        assert outside(found.asked) == []
        assert found.faults == []


def check(tab: Tab, extract: str, *paths: Path) -> None:
    """What a steward does: say which file it is, choose it, press the button, wait."""
    tab.ask(f"form.elements.extract.value = {extract!r}; form.elements.year.value = '{YEAR}'; result.hidden = true; 0")
    tab.give("#files", *paths)
    tab.ask("document.getElementById('go').click()")
    tab.wait("!result.hidden && !document.getElementById('go').disabled", 300)


def saved(tab: Tab, name: str, folder: Path) -> bytes:
    """A file that the page gives, saved by a click."""
    tab.do("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    tab.ask(f"document.querySelector('a[download=\"{name}\"]').click()")
    until = time.monotonic() + 30
    while not (folder / name).is_file():
        assert time.monotonic() < until, f"{name} was not saved"
        time.sleep(0.05)
        tab.ask("0")
    return (folder / name).read_bytes()


@pytest.mark.parametrize("extract", ["evaluation", "roster", "payroll", "leadership"])
def test_the_page_gives_the_receipt_that_rung_check_gives(extract: str, tab: Tab, state: Path, tmp_path: Path) -> None:
    files = sorted((state / "landing" / LEA / str(YEAR) / extract).iterdir())
    command = [".venv/bin/rung", "check", *map(str, files), "--extract", extract, "--lea", LEA, "--year", str(YEAR)]
    subprocess.run([*command, "-c", str(state / "rung.toml"), "--out", str(tmp_path / "ours")], cwd=ROOT, check=False)
    check(tab, extract, *files)
    text = tab.ask("document.querySelector('.receipt').shadowRoot.textContent")
    assert "Nothing was sent: this was a check." in text
    for name in ("errors.csv", "returned.csv", "receipt.html"):
        ours = (tmp_path / "ours" / extract / name).read_bytes()
        assert saved(tab, f"{extract}-{name}", tmp_path / f"page-{name}") == ours, name


def test_every_example_and_every_spoiled_file_is_judged_alike(tab: Tab) -> None:
    given = {"spoiled": cases.spoiled(), "examples": cases.examples()}
    ours = engine_answers.answers(given)
    source = Path(engine_answers.__file__).read_text()
    (worker,) = tab.workers
    code = f"{source}\njson.dumps(answers(json.loads(given)))"
    rules = {table: (cases.SUITES / f"{table}.json").read_text() for table in cases.EXTRACTS}
    tab.ask(
        f"for (const [name, text] of Object.entries({json.dumps(rules)}))"
        " python.FS.writeFile(`/rung/expectations/${name}.json`, text);"
        f"python.globals.set('given', {json.dumps(json.dumps(given))}); 0",
        worker,
    )
    theirs: dict[str, list[Any]] = json.loads(tab.ask(f"python.runPython({json.dumps(code)})", worker))
    assert differing(given, ours, theirs) == []
    told = [each["error"] for each in theirs["spoiled"] if "error" in each]
    assert len(theirs["spoiled"]) - len(told) >= 300 and len(told) <= 3
    assert all("Parquet" in each for each in told)


def test_a_file_that_the_page_cannot_read_is_said(tab: Tab, tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "pay.parquet"
    pl.DataFrame({"staff_id": ["1"]}).write_parquet(path)
    check(tab, "payroll", path)
    assert "is a Parquet file, which this page cannot read" in tab.ask("document.getElementById('cannot').textContent")
    assert "Nothing was sent" in tab.ask("document.getElementById('status').textContent")


def test_mended_rows_are_checked_with_the_file_that_they_mend(tab: Tab, tmp_path: Path) -> None:
    whole = tmp_path / "pay.csv"
    whole.write_text(
        "staff_id,pay_date,pay_code,fund_code,amount\n001,2026-01-31,BASE,100,10.00\n002,2026-01-31,BASE,100,abc\n"
    )
    check(tab, "payroll", whole)
    mended = saved(tab, "payroll-returned.csv", tmp_path / "saved").replace(b"abc", b"20.00")
    (tmp_path / "returned.csv").write_bytes(mended)
    check(tab, "payroll", whole, tmp_path / "returned.csv")
    text = tab.ask("document.querySelector('.receipt').shadowRoot.textContent")
    assert "Would be accepted" in text and "1 of its rows" in text


def test_the_page_can_be_read_on_a_phone_and_axe_finds_nothing(tab: Tab, state: Path) -> None:
    axe = Path(os.environ.get("RUNG_AXE", ROOT / "node_modules/axe-core/axe.min.js"))
    if not axe.is_file():
        pytest.skip("needs axe-core")
    check(tab, "payroll", *sorted((state / "landing" / LEA / str(YEAR) / "payroll").iterdir()))
    tab.ask(axe.read_text() + "; 0")
    for pixels in (PHONE, 1400):
        tab.width(pixels)
        assert tab.ask("document.documentElement.scrollWidth") <= pixels
        inside = "document.querySelector('.receipt').shadowRoot"
        tall = f"[...{inside}.querySelectorAll('#errors tbody tr')].map(row => row.getBoundingClientRect().height)"
        assert len(tab.ask(tall)) > 3 and min(tab.ask(tall)) > 10  # no row is hidden, the first neither
        leads = f"[...{inside}.querySelectorAll('a[href]')].filter(a => !a.href.startsWith('blob:')).length"
        assert tab.ask(leads) == 0
        wrong = tab.ask("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
        assert wrong == []
