"""A district beside the ten most like it: nearest by size, locale, poverty and pay; the method stands on the page."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from contracts.vocabulary import SOFT_STREAMS
from rung.report import charts, money_charts
from rung.report.cell_format import Chart, Missing, capital, money_value, percent, persons_value, short_dollars
from rung.report.facts import Facts, Row

NEAREST = 10
METHOD = (
    "Alike: nearest by teachers (logarithm), locale (city to rural), share of pupils in poverty and base pay per "
    "teacher, each divided by its spread over the state, all four weighing the same. A district without one of them is "
    "compared by the others."
)
Measure = tuple[str, Callable[[Facts, str], float | None], Callable[[float], str]]


def nearest(facts: Facts, lea_id: str) -> list[str]:
    """The districts most like this one, the nearest first; fewer than ten where the state has fewer."""
    traits = _traits(facts)
    own = traits[lea_id]
    spread = []
    for i in range(len(own)):
        known = [t[i] for t in traits.values() if t[i] is not None]
        values = [float(v) for v in known if v is not None]
        middle = sum(values) / len(values) if values else 0.0
        deviation = math.sqrt(sum((v - middle) ** 2 for v in values) / len(values)) if values else 0.0
        spread.append(deviation or 1.0)

    def distance(other: str) -> float:
        both = [
            ((a - b) / s) ** 2
            for a, b, s in zip(own, traits[other], spread, strict=True)
            if a is not None and b is not None
        ]
        return sum(both) / len(both) if both else math.inf

    others = [each for each in traits if each != lea_id]
    return sorted(others, key=lambda each: (distance(each), each))[:NEAREST]


@lru_cache(maxsize=1)
def _traits(facts: Facts) -> dict[str, tuple[float | None, ...]]:
    """Of each district: log of teachers, locale, poverty, base pay per teacher."""
    latest = facts.latest
    dimension = facts.tables["dim_district"]
    locale = dict(dimension.select("lea_id", "locale").iter_rows()) if dimension.height else {}
    found: dict[str, tuple[float | None, ...]] = {}
    for lea_id in facts.reported:
        teachers = persons_value(facts.people("teachers", lea_id, latest))
        schools = facts.schools(lea_id, latest).drop_nulls(["enrollment", "poverty_percent"])
        pupils = int(schools["enrollment"].sum())
        poor = float((schools["enrollment"] * schools["poverty_percent"]).sum()) / pupils if pupils else None
        rows = facts.rows("public_compensation", lea_id)
        base = next((r for r in rows if r["school_year"] == latest and r["pay_group"] == "base"), None)
        pay = money_value(base)
        # NCES locale codes 11 to 43: the first figure goes from city to rural.
        place = str(locale.get(lea_id) or "")[:1]
        found[lea_id] = (
            math.log(teachers) if teachers else None,
            float(place) if place.isdigit() else None,
            poor,
            pay / teachers if pay and teachers else None,
        )
    return found


def _share_leading(facts: Facts, lea_id: str) -> float | None:
    leaders, teachers = (persons_value(facts.people(m, lea_id, facts.latest)) for m in ("leaders", "teachers"))
    return float(leaders / teachers) if leaders is not None and teachers else None


def _cost_a_teacher(facts: Facts, lea_id: str) -> float | None:
    whole, teachers = facts.cost(lea_id, facts.latest), persons_value(facts.people("teachers", lea_id, facts.latest))
    return whole.value / teachers if whole and not whole.hidden and teachers else None


def _soft(facts: Facts, lea_id: str) -> float | None:
    whole = facts.cost(lea_id, facts.latest)
    cells = [c for c in money_charts.divided(facts, "stream", lea_id) if c["year"] == facts.latest]
    if whole is None or whole.hidden or not whole.value or any(c["part"] == "hidden" for c in cells):
        return None
    return float(sum(c["value"] for c in cells if c["part"] in SOFT_STREAMS) / whole.value)


def span_of(facts: Facts, lea_id: str) -> float | None:
    """Teachers per evaluator of a district in the latest year."""
    rows = [r for r in facts.rows("public_span", lea_id) if r["school_year"] == facts.latest]
    by: dict[str, Row] = {r["measure"]: r for r in rows if r.get("school_id") is None}
    teachers, evaluators = persons_value(by.get("teachers")), persons_value(by.get("evaluators"))
    return teachers / evaluators if teachers is not None and evaluators else None


def _stayed(facts: Facts, lea_id: str) -> float | None:
    rows = [r for r in facts.retention_rows(None, lea_id) if r["comparison_group"] == "others" and persons_value(r)]
    years = [r["school_year"] for r in rows if r["outcome"] == "stay_school"]
    if not years:
        return None
    of_year = {r["outcome"]: persons_value(r) for r in rows if r["school_year"] == max(years)}
    stayed, whole = of_year.get("stay_school"), of_year.get("all")
    return stayed / whole if stayed is not None and whole else None


MEASURES: tuple[Measure, ...] = (
    ("teachers who lead", _share_leading, lambda v: percent(v, 1)),
    ("program cost a teacher", _cost_a_teacher, short_dollars),
    ("cost on money that ends", _soft, lambda v: percent(v, 1)),
    ("teachers an evaluator", span_of, lambda v: f"{v:.1f}"),
    ("other teachers who stay", _stayed, lambda v: percent(v, 1)),
)


def beside_peers(facts: Facts, lea_id: str) -> Chart | Missing:
    """Where the district stands among the ten most like it, measure by measure."""
    key = "beside-like-districts"
    others = nearest(facts, lea_id)
    own_name = facts.districts[lea_id]
    rows: list[Row] = []
    table: list[tuple[str, ...]] = []
    places: list[str] = []
    for label, measure, text in MEASURES:
        values = {each: v for each in (lea_id, *others) if (v := measure(facts, each)) is not None}
        if lea_id not in values or len(values) < 3:
            table.append((label, text(values[lea_id]) if lea_id in values else "hidden or not on file", "–", "–"))
            continue
        low, high = min(values.values()), max(values.values())
        rows += [
            {
                "label": label,
                "name": facts.districts[each],
                "place": (value - low) / (high - low) if high > low else 0.5,
                "text": text(value),
                "mine": each == lea_id,
            }
            for each, value in values.items()
        ]
        ranked = sorted(values.values(), reverse=True)
        place = ranked.index(values[lea_id]) + 1
        middle = (
            ranked[len(ranked) // 2]
            if len(ranked) % 2
            else sum(ranked[len(ranked) // 2 - 1 : len(ranked) // 2 + 1]) / 2
        )
        table.append((label, text(values[lea_id]), text(middle), f"{place} of {len(values)}"))
        places.append(f"{label}: {place} of {len(values)}")
    if not rows:
        return Missing(key, "Beside districts like it", "too few numbers are shown to compare with")
    named = ", ".join(facts.districts[each] for each in others)
    return Chart(
        key,
        capital(places[0]) + " like districts",
        "Each measure from the least to the most among the district and those most like it",
        charts.dots(rows, [label for label, *_ in MEASURES], own_name),
        f"Strips of dots. {'; '.join(places)}.",
        ("measure", own_name, "median of all", "from the most"),
        table,
        ("public_access", "public_money", "public_span", "public_retention", "dim_school"),
        f"{METHOD} Like it: {named}.",
    )
