"""Bytes and time to load of each kind of page, in Chromium: `python -m tests.rung.report.weights REPORT [STUDIO.html]`.

Writes the table of docs/performance.md. Bytes are of the page and of the scripts that it asks for. Processor seconds
are of the page's process until it has nothing more to do; wall seconds depend on what else the machine does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from tests.chromium import Tab, chromium

KINDS = {
    "state": "index.html",
    "district": "district/[!.]*[!f].html",
    "brief": "district/*-brief.html",
    "program": "program/*.html",
    "school": "school/*.html",
    "money that ends": "sunset.html",
    "dictionary": "dictionary.html",
    "rules": "rules.html",
}
MOST_BYTES = 1_500_000


@dataclass(frozen=True)
class Weight:
    """A page: its own bytes, those of its scripts, and what it took to load."""

    kind: str
    page: Path
    page_bytes: int
    script_bytes: int
    wall: float
    processor: float

    @property
    def bytes(self) -> int:
        """All that the page needs."""
        return self.page_bytes + self.script_bytes


def heaviest(report: Path) -> Iterator[tuple[str, Path]]:
    """The largest page of each kind that the report has."""
    for kind, pattern in KINDS.items():
        if found := sorted(report.glob(pattern), key=lambda path: (path.stat().st_size, path.name)):
            yield kind, found[-1]


def weigh(tab: Tab, kind: str, page: Path) -> Weight:
    """Open a page in a window of a desk and wait until it has nothing more to do."""
    tab.do("Performance.enable")
    tab.open("about:blank")
    tab.asked.clear()
    before, start = _processor(tab), time.perf_counter()
    tab.open(page.as_uri())
    tab.ask("new Promise((done) => requestIdleCallback(done, {timeout: 20000}))")
    wall, processor = time.perf_counter() - start, _processor(tab) - before
    files = {Path(unquote(urlparse(address).path)) for address in tab.asked if address.startswith("file:")}
    scripts = sum(path.stat().st_size for path in files if path != page)
    return Weight(kind, page, page.stat().st_size, scripts, wall, processor)


def _processor(tab: Tab) -> float:
    metrics = {each["name"]: each["value"] for each in tab.do("Performance.getMetrics")["metrics"]}
    return float(metrics["ProcessTime"])


def table(report: Path, *others: tuple[str, Path]) -> str:
    """The table, in Markdown."""
    lines = ["| page | page, kB | scripts, kB | processor, s | wall, s |", "|---|---:|---:|---:|---:|"]
    with chromium() as tab:
        tab.width(1400)
        for kind, page in [*heaviest(report), *others]:
            w = weigh(tab, kind, page)
            sizes = f"{w.page_bytes / 1000:,.0f} | {w.script_bytes / 1000:,.0f}"
            lines.append(f"| {kind} | {sizes} | {w.processor:.1f} | {w.wall:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    found = table(Path(sys.argv[1]).resolve(), *(("studio", Path(name).resolve()) for name in sys.argv[2:]))
    sys.stdout.write(f"{found}\n")
