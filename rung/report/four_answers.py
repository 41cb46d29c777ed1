"""The four questions that a page answers first: who leads, what it costs, who pays, and whether it lasts.

Each answer is one sentence made from the numbers, one chart, and a link to more. What is hidden makes an amount a
least amount, and the sentence says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.school_year import year_name
from contracts.vocabulary import SOFT_STREAMS
from rung.report import money_charts, people_charts
from rung.report.cell_format import Chart, Missing, capital, percent, persons_text, persons_value, plural, short_dollars
from rung.report.facts import Facts

HEIGHT = 150


@dataclass(frozen=True)
class Answer:
    """A question of the first screen. `link`: (text, anchor on the same page)."""

    question: str
    sentence: str
    chart: Chart | Missing
    link: tuple[str, str]


def answers(facts: Facts, lea_id: str | None = None) -> tuple[Answer, ...]:
    """The four answers of the state, or of a district."""
    return (
        who_leads(facts, lea_id),
        what_it_costs(facts, lea_id),
        who_pays(facts, lea_id),
        will_it_last(facts, lea_id),
    )


def who_leads(facts: Facts, lea_id: str | None) -> Answer:
    """Teachers who lead, their share of all teachers, and the change on the year before."""
    now, all_teachers = (facts.people(measure, lea_id, facts.latest) for measure in ("leaders", "teachers"))
    before = facts.people("leaders", lea_id, facts.latest - 1)
    a, b, c = persons_value(now), persons_value(all_teachers), persons_value(before)
    if now is None or a is None or all_teachers is None:
        sentence = f"How many teachers lead in {year_name(facts.latest)} is hidden to protect persons."
    else:
        sentence = f"{persons_text(now)} of {persons_text(all_teachers)} teachers lead ({percent(a, b)})"
        if c is not None:
            moved = a - c
            sentence += ", as many as a year before" if not moved else f", {abs(moved):,.0f} "
            sentence += "" if not moved else "more than a year before" if moved > 0 else "fewer than a year before"
        sentence += "."
    return Answer(
        "Who leads", sentence, people_charts.leaders_by_year(facts, lea_id), ("By program and rung", "who-leads")
    )


def what_it_costs(facts: Facts, lea_id: str | None) -> Answer:
    """The cost of all programs, for each teacher who leads, and for each pupil."""
    whole = facts.cost(lea_id, facts.latest)
    leaders = persons_value(facts.people("leaders", lea_id, facts.latest))
    pupils = facts.pupils(lea_id, facts.latest)
    if whole is None:
        sentence = "What the programs cost is hidden to protect persons, or not on file."
    else:
        least = "at least " if whole.hidden else ""
        each = [f"{least}{short_dollars(whole.value / leaders)} for each teacher who leads"] if leaders else []
        each += [f"{least}${whole.value / pupils:,.2f} a pupil"] if pupils else []
        sentence = f"The programs cost {whole.text('$')}" + (": " + ", ".join(each) if each else "") + "."
        if whole.hidden:
            sentence += f" {plural(whole.hidden, 'program is', 'programs are')} hidden to protect persons."
    chart = money_charts.cost(facts, None, lea_id, height=HEIGHT)
    return Answer("What it costs", sentence, chart, ("By program", "programs"))


def who_pays(facts: Facts, lea_id: str | None) -> Answer:
    """The streams of that same cost."""
    cells = money_charts.divided(facts, "stream", lea_id)
    parts = {cell["part"]: cell["value"] for cell in cells if cell["year"] == facts.latest}
    whole = sum(parts.values())
    chart = money_charts.funding(facts, None, lea_id, height=HEIGHT)
    if not whole:
        return Answer(
            "Who pays", "Who pays is hidden to protect persons, or not on file.", chart, ("By program", "programs")
        )
    known = sorted(((v, k) for k, v in parts.items() if k not in ("hidden", "unstated")), reverse=True)[:2]
    most = " and ".join(f"{percent(value, whole)} from {money_charts.STREAMS[stream]}" for value, stream in known)
    soft = sum(parts.get(stream, 0) for stream in SOFT_STREAMS)
    least = "at least " if "hidden" in parts else ""
    shown = facts.cost(lea_id, facts.latest)
    sentence = "of the cost that is shown, " if shown is not None and shown.hidden else ""
    sentence += f"{least}{most} money; " if known else ""
    sentence += f"{least}{percent(soft, whole)} is money that ends"
    sentence += f", and the payer of {percent(parts['hidden'], whole)} is hidden." if "hidden" in parts else "."
    return Answer("Who pays", capital(sentence), chart, ("By program", "programs"))


def will_it_last(facts: Facts, lea_id: str | None) -> Answer:
    """When which money ends, and in the restricted report how many people it pays."""
    found = money_charts.ending(facts, lea_id)
    gone = found.gone
    chart = money_charts.cliff(facts, lea_id, height=HEIGHT)
    link = ("Which programs are at risk", "programs")
    if not gone:
        sentence = "No program pay whose number is shown stands on money with an end on file."
        return Answer("Will it last", sentence, chart, link)
    first = min(gone)
    sentence = f"{found.least}{short_dollars(sum(gone.values()))} a year of program pay stands on money that ends, "
    sentence += "all of it" if len(gone) == 1 else f"{short_dollars(gone[first])} of it"
    sentence += f" gone from {year_name(first)} on"
    awards = [row for row in facts.extra("sunset", lea_id) if row["award_end"] is not None]
    paid = sum(row["persons"] or 0 for row in awards)
    sentence += f"; it pays {plural(paid, 'person', 'persons')}" if paid else ""
    sentence += ", counted in each award that pays them." if paid and len(awards) > 1 else "."
    return Answer("Will it last", capital(sentence), chart, link)
