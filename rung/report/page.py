"""A page before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from rung.report.attention import Item
from rung.report.cell_format import Chart, Missing, Table
from rung.report.four_answers import Answer

Link = tuple[str, str]
Shown = Chart | Missing | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. `key`: its anchor."""

    key: str
    heading: str
    figures: tuple[Shown, ...]


@dataclass(frozen=True)
class Page:
    """A page before it is drawn. `kind`: what the search calls it; `depth`: folders from the report's root."""

    path: str
    kind: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    headline: tuple[tuple[str, str], ...] = ()
    answers: tuple[Answer, ...] = ()
    items: tuple[Item, ...] | None = None
    questions: tuple[Link, ...] = ()
    links: tuple[tuple[str, tuple[Link, ...]], ...] = ()
    years: tuple[str, ...] = field(default=())

    @property
    def depth(self) -> int:
        return self.path.count("/")
