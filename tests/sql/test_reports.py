"""Both reports of a released state: the public one from the public tables, the restricted one; nobody is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.lake.places import LocalPlace
from rung.lake.workspace import Workspace
from rung.report import write_report
from tests.sql.test_public_side import identities

DRAWN = ("The cliff", "Cost in ten years", "When the data came", "Span of supervision")


@pytest.fixture(scope="module", params=[False, True], ids=["public", "restricted"])
def report(request: pytest.FixtureRequest, released: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pages")
    written = write_report(released, LocalPlace(root), Progress(quiet=True), restricted=request.param)
    assert written.charts > 20 and written.restricted is request.param
    return root


def test_every_chart_has_its_place_and_nobody_is_named(report: Path, released: Workspace) -> None:
    pages = {path.relative_to(report): path.read_text(encoding="utf-8") for path in report.rglob("*.html")}
    for title in DRAWN:
        assert any(title in text for text in pages.values()), title
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
