"""How a published number is written and drawn: exact, rounded, or hidden. What is hidden is never filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

HIDDEN = "hidden"
WHY = {
    "protects_persons": "hidden to protect persons",
    "not_released": "not released yet",
    "not_available": "not available",
}
_SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_NAMES = {"title_i": "Title I", "title_ii_a": "Title II-A"}


@dataclass(frozen=True)
class Chart:
    """A drawing with its equals in text.

    `key`: its anchor on the page. `title`: the finding. `measure`: what is drawn, with its unit. `alt`: the same for
    those who do not see it. `tables`: where the numbers come from. `by_year`: the year of the picture, where the chart
    follows the year that the reader chooses.
    """

    key: str
    title: str
    measure: str
    drawing: Any
    alt: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    tables: tuple[str, ...]
    note: str = ""
    by_year: str = ""


@dataclass(frozen=True)
class Missing:
    """A chart that cannot be drawn, and why. `restricted`: it is drawn in the restricted report."""

    key: str
    title: str
    why: str
    restricted: bool = False


def in_restricted(key: str, title: str) -> Missing:
    """A chart of numbers that are not published."""
    return Missing(key, title, "it stands in the restricted report", restricted=True)


Cell = str | tuple[str, str]  # a text, or a link: (text, address from the report's root)


@dataclass(frozen=True)
class Table:
    """A table without a chart."""

    key: str
    title: str
    headers: tuple[str, ...]
    lines: Sequence[tuple[Cell, ...]]
    note: str = ""


@dataclass(frozen=True)
class Total:
    """A sum of published numbers. `hidden` of its parts are not shown, so that the true sum is larger."""

    value: float
    hidden: int = 0
    rounded: bool = False

    def text(self, unit: str = "") -> str:
        """`$4.1M`, `about $4.1M`, `at least $4.1M`."""
        number = short_dollars(self.value) if unit == "$" else f"{self.value:,.0f}"
        return f"{'at least ' if self.hidden else 'about ' if self.rounded else ''}{number}"


def total(rows: Sequence[dict[str, Any]], value: str) -> Total:
    """The sum of what is shown of the rows."""
    known = [row for row in rows if row[value] is not None]
    hidden = sum(1 for row in rows if row[value] is None)
    return Total(float(sum(row[value] for row in known)), hidden, any(row["mask"] == "rounded" for row in known))


def persons_text(row: dict[str, Any]) -> str:
    """A count of persons: `1,234`, `about 1,230` where it is rounded, or why nothing stands there."""
    if row["persons"] is not None:
        return f"{'about ' if row['mask'] == 'rounded' else ''}{row['persons']:,}"
    return WHY.get(row["reason"] or "", HIDDEN)


def persons_value(row: dict[str, Any] | None) -> float | None:
    """A shown count of persons; None where it is hidden or there is no row."""
    return float(row["persons"]) if row is not None and row["persons"] is not None else None


def money_value(row: dict[str, Any] | None) -> float | None:
    """Shown dollars; None where they are hidden or there is no row."""
    return float(row["amount"]) if row is not None and row["amount"] is not None else None


def money_text(row: dict[str, Any]) -> str:
    """A published amount in dollars, or why it is not shown."""
    value = money_value(row)
    if value is not None:
        return f"{'about ' if row['mask'] == 'rounded' else ''}{dollars(value)}"
    return WHY.get(row["reason"] or "", HIDDEN)


def why_hidden(rows: Iterable[dict[str, Any]], otherwise: str) -> str:
    """Why none of the rows is shown, or `otherwise` where none is hidden."""
    reasons = {row["reason"] for row in rows if row.get("reason")}
    if "not_released" in reasons:
        return WHY["not_released"]
    return WHY["protects_persons"] if reasons else otherwise


def added_up(rows: list[dict[str, Any]], value: str) -> dict[str, Any] | None:
    """One row for several that add up: hidden as soon as one is, rounded as soon as one is; None of no rows."""
    if not rows:
        return None
    hidden = [row for row in rows if row[value] is None]
    mask = "suppressed" if hidden else "rounded" if any(row["mask"] == "rounded" for row in rows) else "published"
    whole = None if hidden else sum(row[value] for row in rows)
    return {**rows[0], value: whole, "mask": mask, "reason": hidden[0]["reason"] if hidden else None}


def dollars(value: float | Decimal | None) -> str:
    """Whole dollars with thousands; a dash when there is none."""
    if value is None:
        return "–"
    return f"−${abs(float(value)):,.0f}" if value < 0 else f"${float(value):,.0f}"


def short_dollars(value: float | Decimal | None) -> str:
    """Dollars for a sentence: `$2.0B`, `$11.2M`, `$130M`, `$4.1k`, `$44k`, `$310`."""
    if value is None:
        return "–"
    size, sign = abs(float(value)), "−" if value < 0 else ""
    for scale, letter in _SCALES:
        number = size / scale
        if number >= 0.9995:
            places = 0 if number >= 99.95 or (letter == "k" and number >= 9.95) else 1
            return f"{sign}${number:.{places}f}{letter}"
    return f"{sign}${size:,.0f}"


def percent(part: float | None, whole: float | None) -> str:
    """A share in whole percent; a dash where there is nothing to divide."""
    return f"{100 * part / whole:.0f} %" if part is not None and whole else "–"


def plural(count: float, one: str, many: str = "") -> str:
    """`1 award`, `3 awards`."""
    return f"{count:,.0f} {one if count == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """A sentence with a capital; the rest as it is, so that $1.2M stays so."""
    return text[:1].upper() + text[1:]


def readable(code: str) -> str:
    """A code for a reader: `local_general` → `local general`, `title_ii_a` → `Title II-A`."""
    return _NAMES.get(code, code.replace("_", " "))
