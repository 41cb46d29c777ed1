"""How a published number is said and drawn: exact, as a band, or not at all. What is hidden is never filled in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

HIDDEN = "hidden"
WHY = {
    "protects_persons": "hidden to protect persons",
    "not_released": "not released yet",
    "not_available": "not available",
}


@dataclass(frozen=True)
class Figure:
    """A chart with its words: what it shows, the same in text for those who do not see it, and its table."""

    title: str
    alt: str
    svg: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Missing:
    """A chart that cannot be drawn, and why."""

    title: str
    why: str


@dataclass(frozen=True)
class Table:
    """A table of words, without a chart."""

    title: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def persons_text(row: dict[str, Any]) -> str:
    """A count of persons: `1,234`, `about 1,230` where it is rounded, or why nothing stands there."""
    if row["persons"] is not None:
        return f"{'about ' if row['mask'] == 'rounded' else ''}{row['persons']:,}"
    return WHY.get(row["reason"] or "", HIDDEN)


def persons_value(row: dict[str, Any]) -> float | None:
    """Where a count is drawn: at its value, nowhere when hidden."""
    return float(row["persons"]) if row["persons"] is not None else None


def money_value(row: dict[str, Any]) -> float | None:
    """Dollars, exact or rounded; None where hidden."""
    return float(row["amount"]) if row["amount"] is not None else None


def money_text(row: dict[str, Any]) -> str:
    """A published amount in dollars, or why it is not shown."""
    value = money_value(row)
    if value is not None:
        return f"{'about ' if row['mask'] == 'rounded' else ''}{dollars(value)}"
    return WHY.get(row["reason"] or "", HIDDEN)


def added_up(rows: list[dict[str, Any]], value: str) -> dict[str, Any] | None:
    """One row for several that add up: hidden as soon as one is, rounded as soon as one is; None of no rows."""
    if not rows:
        return None
    hidden = [row for row in rows if row[value] is None]
    mask = "suppressed" if hidden else "rounded" if any(row["mask"] == "rounded" for row in rows) else "published"
    total = None if hidden else sum(row[value] for row in rows)
    return {**rows[0], value: total, "mask": mask, "reason": hidden[0]["reason"] if hidden else None}


def dollars(value: float | Decimal | None) -> str:
    """Whole dollars with thousands; a dash when there is none."""
    if value is None:
        return "–"
    return f"−${abs(float(value)):,.0f}" if value < 0 else f"${float(value):,.0f}"


def percent(part: float | None, whole: float | None) -> str:
    """A share in whole percent; a dash where there is nothing to divide."""
    return f"{100 * part / whole:.0f} %" if part is not None and whole else "–"


def words(name: str) -> str:
    """A code as words: `title_ii_a` → `Title II-A`."""
    known = {"title_i": "Title I", "title_ii_a": "Title II-A", "all": "all", "unknown": "unknown"}
    return known.get(name, name.replace("_", " "))
