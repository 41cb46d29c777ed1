"""What a superintendent should look at now, in order: each item one sentence and a link to where it is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from contracts.school_year import year_name
from rung.report import money_charts
from rung.report.cell_format import capital, plural, readable, short_dollars
from rung.report.facts import Facts
from rung.report.outlook import worst_grades
from rung.report.peers import span_of

WIDE_SPAN = 8  # teachers an evaluator; the programs aim at 3 to 8 (RULES M13)
SOON = 2  # school years


@dataclass(frozen=True)
class Item:
    """One thing to look at. `weight`: larger first."""

    weight: int
    text: str
    anchor: str


def attention(facts: Facts, lea_id: str) -> list[Item]:
    """The items of a district, the most urgent first; empty where nothing stands out."""
    found = [*_money(facts, lea_id), *_data(facts, lea_id), *_supervision(facts, lea_id), *_findings(facts, lea_id)]
    return sorted(found, key=lambda item: (-item.weight, item.text))


def _money(facts: Facts, lea_id: str) -> list[Item]:
    found = money_charts.ending(facts, lea_id)
    items = []
    soon = {year: amount for year, amount in found.gone.items() if year <= facts.latest + SOON}
    if soon:
        amount = short_dollars(sum(soon.values()))
        text = capital(f"{found.least}{amount} a year of program pay loses its money by {year_name(max(soon))}.")
        items.append(Item(100, text, "answer-4"))
    votes = [r for r in facts.extra("sunset", lea_id) if r["last_budget_vote"] is not None]
    if votes:
        first = min(votes, key=lambda r: r["last_budget_vote"])
        text = f"The last budget vote that can replace {first['award_id']} is on {first['last_budget_vote']}."
        items.append(Item(95, text, "sunset"))
    broken = [program for program, grade in worst_grades(facts, lea_id).items() if grade in ("D", "F")]
    if broken:
        names = ", ".join(facts.programs[p].short if p in facts.programs else p for p in sorted(broken))
        items.append(Item(90, f"Under a single shock these break within two years: {names}.", "stress-test"))
    return items


def _data(facts: Facts, lea_id: str) -> list[Item]:
    rows = [r for r in facts.tables["public_data_quality"].to_dicts() if r["lea_id"] == lea_id]
    rows = [r for r in rows if r["school_year"] == facts.latest]
    late = sorted(r["extract"] for r in rows if r["timeliness"] == "late")
    missing = sorted(r["extract"] for r in rows if r["timeliness"] == "missing")
    items = []
    if missing:
        items.append(
            Item(85, f"Not accepted for {year_name(facts.latest)}: {', '.join(missing)}.", "when-the-data-came")
        )
    if late:
        items.append(Item(60, f"Came late for {year_name(facts.latest)}: {', '.join(late)}.", "when-the-data-came"))
    return items


def _supervision(facts: Facts, lea_id: str) -> list[Item]:
    span = span_of(facts, lea_id)
    if span is None or span <= WIDE_SPAN:
        return []
    text = f"An evaluator has {span:.1f} teachers; the programs aim at 3 to {WIDE_SPAN}."
    return [Item(70, text, "span-of-supervision")]


def _findings(facts: Facts, lea_id: str) -> list[Item]:
    """Restricted: findings of the latest year by kind; roles without pay first."""
    rows = [r for r in facts.extra("exceptions", lea_id) if r["school_year"] == facts.latest]
    counted = Counter(r["kind"] for r in rows)
    return [
        Item(80 if kind == "role_without_pay" else 40, f"{plural(n, 'finding')}: {readable(kind)}.", "findings")
        for kind, n in counted.items()
    ]
