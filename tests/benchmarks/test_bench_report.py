"""`rung bench --report`: what was measured is kept, and performance.md shows it beside what it must reach."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bench import ratios_of
from benchmarks.measure import Report, Step, machine
from benchmarks.written import BEGIN, END, write_measured
from rung.core.errors import RungError

DOCS = Path(__file__).parents[2] / "docs"


def measured(scale: str, intake_seconds: float, commit: str) -> Report:
    steps = (Step("floor", 2, 3, 200_000_000), Step("intake", intake_seconds, 2 * intake_seconds, 1_500_000_000))
    rows = {"payroll": 1_000_000}
    ratios = ratios_of({step.name: step for step in steps}, rows)
    return Report(scale, rows, 60_000_000, steps, ratios, machine() | {"commit": commit, "load_at_end": 9.0})


def test_a_report_is_kept_and_shown_beside_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    write_measured(measured("colorado", 20, "old1"), tmp_path)
    first = page.read_text()
    assert "| intake with gate ÷ floor | 10 | ≤ 4.5 | missed |" in first
    assert "| whole run ÷ floor | not measured | ≤ 10 |  |" in first
    assert "| peak memory, GB | 1.5 | ≤ 2 | holds |" in first
    assert "shared with other work" in first
    assert "old\n" not in first
    write_measured(measured("colorado", 8, "new2"), tmp_path)
    text = page.read_text()
    assert "| intake with gate ÷ floor | 4 | ≤ 4.5 | holds | 10 |" in text
    assert "| intake | 8.00 | 16.00 | 1.50 | 0.00 | 0.00 | 40.0 |" in text
    assert text.startswith("# Performance\n") and text.endswith("\n\nAfter.\n")
    drawn = (tmp_path / "bench" / "colorado.svg").read_text()
    assert drawn.startswith("<svg ") and "old1" in drawn and "new2" in drawn
    write_measured(measured("colorado", 9, "new2"), tmp_path)  # again at the same commit: before stays before
    assert json.loads((tmp_path / "bench" / "colorado-before.json").read_text())["machine"]["commit"] == "old1"


def test_scales_stand_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text(f"{BEGIN}\n{END}\n")
    for scale in ("texas", "colorado"):
        write_measured(replace(measured(scale, 5, "c"), scale=scale), tmp_path)
    text = (tmp_path / "performance.md").read_text()
    assert text.index("### colorado") < text.index("### texas")


def test_a_page_without_its_marks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text("# Performance\n")
    with pytest.raises(RungError, match=r"lacks the lines <!-- measured: begin -->"):
        write_measured(measured("colorado", 5, "c"), tmp_path)


def test_the_page_of_the_project_is_what_its_reports_make(tmp_path: Path) -> None:
    from benchmarks.written import write_page

    (tmp_path / "bench").mkdir()
    for path in (DOCS / "bench").glob("*.json"):
        (tmp_path / "bench" / path.name).write_bytes(path.read_bytes())
    text = (DOCS / "performance.md").read_text(encoding="utf-8")
    (tmp_path / "performance.md").write_text(text, encoding="utf-8")
    write_page(tmp_path)
    assert (tmp_path / "performance.md").read_text(encoding="utf-8") == text
