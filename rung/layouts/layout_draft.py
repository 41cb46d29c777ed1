"""A layout in the making: what was told, what is open, and the answers that close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Option:
    """One answer to a question: what a person reads, and what it adds to the layout."""

    label: str
    change: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What the file does not tell. `about`: the extract's column, or what the question is about."""

    about: str
    text: str
    options: tuple[Option, ...]


@dataclass
class Proposal:
    """A layout as it would be written, why each column is there, what is open, and what a person should look at."""

    layout: dict[str, Any]
    why: dict[str, str]
    questions: list[Question]
    notes: list[str]

    def answer(self, question: Question, option: Option) -> None:
        """Take an answer over into the layout."""
        merge(self.layout, option.change)
        self.questions.remove(question)
        read = {source for source in self.layout["columns"].values() if isinstance(source, str)}
        read |= {line["amount"] for line in self.layout.get("pay", {}).get("lines", ())}
        self.layout["ignored"] = [name for name in self.layout["ignored"] if name not in read]


def merge(layout: dict[str, Any], change: Mapping[str, Any]) -> None:
    """Add to a layout: mappings by key, lists at their end, everything else in its place."""
    for key, value in change.items():
        if isinstance(value, Mapping):
            merge(layout.setdefault(key, {}), value)
        elif isinstance(value, list):
            layout.setdefault(key, []).extend(value)
        else:
            layout[key] = value
