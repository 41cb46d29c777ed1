"""Draws and writes the pages. Unchanged facts give the same bytes; a page is written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from rung.core.progress import Progress
from rung.lake.place import Place
from rung.lake.workspace import Workspace
from rung.report import theme
from rung.report.draw import draw_all, spec
from rung.report.facts import Facts, read_facts
from rung.report.pages import Page, pages
from rung.report.reference_pages import dictionary_page, rules_page
from rung.report.shown import Figure, Missing, Table

AT_ONCE = 8  # pages whose charts are drawn together


@dataclass(frozen=True)
class ReportReceipt:
    """What was written: from which release, how many pages and charts, where it starts."""

    release_id: str
    restricted: bool
    pages: int
    charts: int
    start: str


def write_report(work: Workspace, target: Place, progress: Progress, *, restricted: bool = False) -> ReportReceipt:
    """Write the report of the current release into `target`. Raises RungError when there is no release."""
    return write_pages(read_facts(work, restricted), target, progress)


def write_pages(facts: Facts, target: Place, progress: Progress | None = None) -> ReportReceipt:
    """Draw and write every page of these facts."""
    planned = [*pages(facts), dictionary_page(facts.package), rules_page(facts.suites)]
    charts = 0
    with (progress or Progress(quiet=True)).stage("report", len(planned)) as advance:
        rest = iter(planned)
        while batch := list(islice(rest, AT_ONCE)):
            drawn = iter(draw_all([spec(each[0]) for each in _charts(batch)]))
            for page in batch:
                html, used = _render(facts, page, drawn)
                target.write(page.path, html.encode())
                charts += used
            advance(len(batch))
    return ReportReceipt(facts.release_id, facts.restricted, len(planned), charts, target.uri("index.html"))


def _charts(batch: list[Page]) -> Iterator[Any]:
    for page in batch:
        for section in page.sections:
            yield from (each for each in section.figures if not isinstance(each, Missing | Table))


def _render(facts: Facts, page: Page, drawn: Iterator[str]) -> tuple[str, int]:
    used = 0
    sections = []
    for section in page.sections:
        figures: list[Figure | Missing | Table] = []
        for each in section.figures:
            if isinstance(each, Missing | Table):
                figures.append(each)
                continue
            _, title, alt, headers, rows, note = each
            figures.append(Figure(title, alt, Markup(next(drawn)), headers, tuple(rows), note))
            used += 1
        sections.append((section.heading, figures))
    html = (
        _environment()
        .get_template("page.html")
        .render(page=page, facts=facts, sections=sections, css=Markup(theme.CSS), root="../" * page.depth)
    )
    return html, used


_NUMERIC = re.compile(r"(about )?[−$]*[\d,.]+(–[\d,.]+)?( %)?|–")


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rung.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["numeric"] = lambda cell: bool(_NUMERIC.fullmatch(cell))
    return environment
