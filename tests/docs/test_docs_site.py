"""`make docs`: every page in one site, strict about links, opened from the folder in Chromium and searched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000", "--allow-file-access-from-files")
# Types into the search as a reader would, and leaves the links that come up.
SEARCH = """
const wait = ms => new Promise(done => setTimeout(done, ms));
(async () => {
  await wait(1500);
  document.querySelector('.md-search__button').click();
  await wait(1500);
  const deep = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
  const input = deep(document).find(e => e.tagName === 'INPUT' && e.type !== 'checkbox' && e.type !== 'radio');
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  set.call(input, 'QUERY');
  input.dispatchEvent(new Event('input', {bubbles: true}));
  await wait(4000);
  const links = deep(document).filter(e => e.tagName === 'A' && /h=|[?#]/.test(e.href)).map(e => e.href);
  const pre = document.createElement('pre');
  pre.id = 'answer';
  pre.textContent = links.join('\\n');
  document.body.append(pre);
})();
"""


@pytest.mark.slow
def test_the_site_is_built_opened_and_searched(tmp_path: Path) -> None:
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
        trial.write_text(index.replace("</body>", f"<script>{SEARCH.replace('QUERY', query)}</script></body>"))
        command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / query}", "--dump-dom", trial.as_uri()]
        dom = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout
        found = re.search(r'<pre id="answer"[^>]*>(.*?)</pre>', dom, re.S)
        assert found, "the script left no answer"
        assert f"/{expected}.html" in found[1], f"{query}: {found[1][:2000]}"
