"""Draws and writes the pages. Unchanged facts give the same bytes; a page is written whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from rung.core.progress import Progress
from rung.intake.gate_summary import PAGE as GATE_PAGE
from rung.lake.place import Place
from rung.lake.places import open_place
from rung.lake.workspace import Workspace
from rung.report.cell_format import Chart, Missing
from rung.report.draw import draw_all, interactive_bundle, spec
from rung.report.facts import Facts, read_facts
from rung.report.page import Page
from rung.report.pages import pages
from rung.report.reference_pages import dictionary_page, rules_page
from rung.report.search import search_script
from rung.report.sunset import report_calendar

AT_ONCE = 8  # pages whose charts are drawn together


@dataclass(frozen=True)
class ReportReceipt:
    """What was written: from which release, how many pages and charts, where it starts."""

    release_id: str
    restricted: bool
    pages: int
    charts: int
    start: str


def report_place(work: Workspace, out: str = "report", *, restricted: bool = False) -> Place:
    """The place of a report: a folder, relative to rung.toml, or a prefix in a bucket; `-restricted` for that one."""
    s3 = work.settings.s3
    return open_place(out + "-restricted" if restricted else out, work.settings.root, s3.endpoint_url, s3.region)


def write_report(work: Workspace, target: Place, progress: Progress, *, restricted: bool = False) -> ReportReceipt:
    """Write the report of the current release into `target`. Raises RungError when there is no release."""
    facts = read_facts(work, restricted)
    return write_pages(replace(facts, gate=_gate_page(work, target)) if restricted else facts, target, progress)


def _gate_page(work: Workspace, target: Place) -> str:
    """What the gate found, as a link from the report's folder; nothing where one of the two lies in a bucket."""
    if any("://" in place.address for place in (work.receipts, target)) or work.receipts.tag(GATE_PAGE) is None:
        return ""
    return Path(os.path.relpath(work.receipts.uri(GATE_PAGE), Path(target.uri("index.html")).parent)).as_posix()


def write_pages(facts: Facts, target: Place, progress: Progress | None = None) -> ReportReceipt:
    """Draw and write every page of these facts, the scripts beside them, and the calendar of money that ends."""
    planned = [*pages(facts), dictionary_page(facts.package), rules_page(facts.suites)]
    charts = 0
    with (progress or Progress(quiet=True)).stage("report", len(planned)) as advance:
        rest = iter(planned)
        while batch := list(islice(rest, AT_ONCE)):
            specs = [spec(chart.drawing) for chart in _charts(batch)]
            drawn = iter(zip(draw_all(specs), specs, strict=True))
            for page in batch:
                target.write(page.path, _render(facts, page, drawn).encode())
            charts += len(specs)
            advance(len(batch))
    target.write("assets/vega.js", interactive_bundle().encode())
    target.write("assets/report.js", asset("report.js").encode())
    target.write("assets/search.js", search_script(planned, facts.package))
    target.write("sunset.ics", report_calendar(facts, datetime(max(facts.latest, 1), 7, 1, tzinfo=UTC)))
    return ReportReceipt(facts.release_id, facts.restricted, len(planned), charts, target.uri("index.html"))


def _charts(batch: list[Page]) -> Iterator[Chart]:
    """Charts in the order in which the page shows them."""
    for page in batch:
        yield from (answer.chart for answer in page.answers if isinstance(answer.chart, Chart))
        for section in page.sections:
            yield from (each for each in section.figures if isinstance(each, Chart))


def _render(facts: Facts, page: Page, drawn: Iterator[tuple[str, dict[str, Any]]]) -> str:
    pictures: dict[int, tuple[Markup, Markup]] = {}
    for chart in _charts([page]):
        svg, vega = next(drawn)
        text = script_json(vega)
        pictures[id(chart)] = (Markup(svg), Markup(text))
    keys = {figure.key for section in page.sections for figure in section.figures}
    return (
        environment()
        .get_template("page.html")
        .render(
            page=page,
            facts=facts,
            picture=lambda chart: pictures[id(chart)],
            keys=keys,
            section_keys={section.key for section in page.sections},
            css=Markup(asset("report.css")),
            root="../" * page.depth,
        )
    )


_NUMERIC = re.compile(r"(about |at least )?[−$+-]*[\d,.]+[kMB]?(–[\d,.]+)?( %)?( or more)?|–")


def script_json(data: Any) -> str:
    """JSON for a script element: nothing in it can end the element or begin a comment of HTML."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).replace("<", "\\u003c")


@lru_cache
def asset(name: str) -> str:
    """A file of rung/report/assets as it is."""
    return PackageLoader("rung.report", "assets").get_source(environment(), name)[0]


def _numeric_columns(lines: Sequence[Sequence[Any]]) -> list[bool]:
    """Whether a column holds numbers, of which some may be hidden."""
    return [
        any(isinstance(c, str) and c != "–" and _NUMERIC.fullmatch(c) for c in column)
        for column in zip(*lines, strict=True)
    ]


@lru_cache
def environment() -> Environment:
    """The templates of the report."""
    environment = Environment(
        loader=PackageLoader("rung.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["numeric_columns"] = _numeric_columns
    environment.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    environment.tests["link"] = lambda cell: isinstance(cell, tuple)
    environment.tests["elsewhere"] = lambda figure: isinstance(figure, Missing) and figure.restricted
    environment.tests["chart"] = lambda figure: isinstance(figure, Chart)
    return environment
