"""Both reports of a released state: the public one from the public tables, the restricted one; nobody is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.lake.places import LocalPlace
from rung.lake.workspace import Workspace
from rung.report import write_report
from rung.report.questions import question_titles
from tests.chromium import ask_page, chromium
from tests.rung.report.test_browser import ASK_AXE, UNTIL, axe
from tests.rung.report.weights import KINDS, MOST_BYTES, heaviest, weigh
from tests.sql.test_public_side import identities

DRAWN = ("answer-1", "answer-4", "ladder-", "when-the-data-came", "span-of-supervision")
CLICK = """
const out = [];
for (let i = 0; i < 12; i++) {
  document.querySelector('details.questions').open = false;
  document.querySelector('details.questions summary').click();
  const link = document.querySelectorAll('details.questions a')[i];
  const asked = link.checkVisibility();
  link.click();
  const there = document.getElementById(location.hash.slice(1));
  out.push([link.textContent, asked && there.checkVisibility(), there.matches('figure, div.wide:has(tbody tr)')]);
}
return out;
"""

YEAR = """
const select = document.getElementById('year');
const figure = document.getElementById('leaders-by-poverty');
const seen = () => [figure.querySelector('.measure .year').textContent, figure.querySelector('.picture').textContent];
await until(() => figure.querySelector('.picture div svg'));
const out = [seen()];
for (const year of [select.options[1].value, select.options[0].value]) {
  const before = seen()[1];
  select.value = year;
  select.dispatchEvent(new Event('change'));
  await until(() => seen()[0] === year && seen()[1] !== before);
  out.push(seen());
}
return out;
"""


__all__ = ["axe"]  # a fixture


@pytest.fixture(scope="module", params=[False, True], ids=["public", "restricted"])
def report(request: pytest.FixtureRequest, released: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pages")
    written = write_report(released, LocalPlace(root), Progress(quiet=True), restricted=request.param)
    assert written.charts > 20 and written.restricted is request.param
    return root


def test_every_chart_has_its_place_and_nobody_is_named(report: Path, released: Workspace) -> None:
    pages = {path.relative_to(report): path.read_text(encoding="utf-8") for path in report.rglob("*.html")}
    for key in DRAWN:
        assert any(f'<figure id="{key}' in text for text in pages.values()), key
    people = identities(released)
    for path, text in pages.items():
        words = set(re.findall(r"[0-9A-Za-z]{5,}", text))
        for kind in ("staff_id", "educator_key", "license_id"):
            assert not people[kind] & words, (path, kind)
        assert not [name for name in people["names"] if name in text], path


def test_no_two_tables_of_a_page_are_called_the_same(report: Path) -> None:
    """A district with several programs has the same charts of each."""
    for path in report.rglob("*.html"):
        named = re.findall(r'role="region" aria-label="([^"]+)"', path.read_text(encoding="utf-8"))
        assert len(set(named)) == len(named), path


def test_twelve_questions_are_answered_two_clicks_from_the_start(report: Path) -> None:
    """Open the list, follow the question: there is a chart or a table with rows; in public, or the word where it is."""
    found = ask_page(report / "index.html", CLICK)
    assert isinstance(found, list)
    assert len(found) == 12 and [title for title, *_ in found] == question_titles()
    assert [title for title, visible, _ in found if not visible] == []
    restricted = "not for publication" in (report / "index.html").read_text(encoding="utf-8").lower()
    unanswered = [title for title, _, answered in found if not answered]
    assert unanswered == [] if restricted else 0 < len(unanswered) < 12


def test_a_chart_follows_the_year_that_the_reader_chooses(report: Path) -> None:
    """Another year is another picture with its year beside it; back again it is the first."""
    first, other, again = ask_page(report / "index.html", UNTIL + YEAR)
    assert (first[0], other[0], again[0]) == ("2025-26", "2024-25", "2025-26")
    assert first[1] == again[1] != other[1]


def test_the_restricted_report_alone_leads_to_what_the_gate_found(report: Path, released: Workspace) -> None:
    pages = [report / "index.html", report / "district" / "00001.html"]
    for page, text in ((page, page.read_text(encoding="utf-8")) for page in pages):
        links = re.findall(r'href="([^"]+)">What the gate found', text)
        if "not for publication" in text.lower():
            assert [(page.parent / link).resolve() for link in links] == [
                released.settings.root / "receipts" / "gate" / "index.html"
            ]
        else:
            assert links == []


def test_every_kind_of_page_passes_axe_and_is_light(axe: str, report: Path, released: Workspace) -> None:
    """The largest page of each kind, and the gate's summary, at a desk's width."""
    kinds = dict(heaviest(report))
    restricted = "not for publication" in (report / "index.html").read_text(encoding="utf-8").lower()
    assert set(kinds) == set(KINDS) - (set() if restricted else {"school"})
    if restricted:
        kinds["gate"] = released.settings.root / "receipts" / "gate" / "index.html"
    with chromium() as tab:
        tab.width(1400, 4000)
        for kind, page in kinds.items():
            weight = weigh(tab, kind, page)
            assert weight.bytes < MOST_BYTES, (kind, weight)
            found = tab.ask(f"(async () => {{ {axe + ASK_AXE} }})()")
            assert found["asked"] > 5 and found["wrong"] == [], (kind, found["wrong"])
            assert tab.faults == [], (kind, tab.faults)


def test_no_page_is_wider_than_a_phone(report: Path) -> None:
    with chromium() as tab:
        tab.width(390)
        for kind, page in heaviest(report):
            tab.open(page.as_uri())
            across = "document.documentElement"
            assert tab.ask(f"[{across}.clientWidth, {across}.scrollWidth]") == [390, 390], kind
