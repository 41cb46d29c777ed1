"""Which charts stand on which page, and the few figures above them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.school_year import year_name
from rung.report import money, people, quality
from rung.report.facts import Facts, Program
from rung.report.people import Planned
from rung.report.shown import Missing, Table, persons_text, persons_value

Link = tuple[str, str]
LADDERS = 4
WORDS = (("Dictionary of tables and columns", "dictionary.html"), ("Rules that rows are asked", "rules.html"))


@dataclass(frozen=True)
class Section:
    """A heading and the charts under it."""

    heading: str
    figures: tuple[Planned | Missing | Table, ...]


@dataclass(frozen=True)
class Page:
    """A page before it is drawn. `depth`: folders between it and the report's root."""

    path: str
    title: str
    lead: str
    headline: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    links: tuple[tuple[str, tuple[Link, ...]], ...] = ()

    @property
    def depth(self) -> int:
        return self.path.count("/")


def pages(facts: Facts) -> Iterator[Page]:
    """Every page: the state, each program, each district that has rows."""
    yield state_page(facts)
    for program in facts.programs_of(None):
        yield program_page(facts, program)
    for lea_id in facts.reported:
        yield district_page(facts, lea_id)


def state_page(facts: Facts) -> Page:
    """The state's page: who leads, the largest ladders, supervision and money."""
    sections = [
        Section("Who leads", (people.leaders_by_year(facts), people.access(facts), people.leaders_by_program(facts))),
        Section("The largest ladders", tuple(people.ladder(facts, each, named=True) for each in _largest(facts))),
        Section(
            "Supervision and money",
            (people.span(facts), money.compensation(facts), money.cliff(facts), money.pay_per_hour(facts)),
        ),
    ]
    sections.append(Section("The data", (quality.timeliness(facts),)))
    programs = tuple((program.title, f"program/{program.program_id}.html") for program in facts.programs_of(None))
    districts = tuple((name, f"district/{lea_id}.html") for lea_id, name in facts.reported.items())
    return Page(
        "index.html",
        f"{facts.state}: teacher leadership",
        f"Who holds which rung, what it costs and who pays, up to {year_name(facts.latest)}.",
        _headline(facts, None),
        tuple(sections),
        (("Programs", programs), ("Districts", districts), ("What words and rules mean", WORDS)),
    )


def program_page(facts: Facts, program: Program) -> Page:
    """The page of one program: its ladder, who stays, cost and who pays it."""
    figures: list[Planned | Missing] = [people.ladder(facts, program), people.retention(facts, program)]
    cost: list[Planned | Missing] = [
        money.cost(facts, program),
        money.funding(facts, program),
        money.projection(facts, program),
    ]
    if not facts.restricted:  # the restricted mart knows awards, not programs
        cost.insert(2, money.cliff(facts, None, program))
    leading = people.leaders_of(facts, program, None, facts.latest)
    said = ((f"teacher leaders, {year_name(facts.latest)}", persons_text(leading)),) if leading else ()
    adopting = tuple(
        (name, f"district/{lea_id}.html")
        for lea_id, name in facts.reported.items()
        if facts.rows("public_designation", lea_id, program.program_id)
    )
    return Page(
        f"program/{program.program_id}.html",
        program.title,
        program.summary,
        (("districts", f"{len(adopting):,}"), *said),
        (Section("People", tuple(figures)), Section("Money", tuple(cost))),
        (("Districts with this program", adopting),),
    )


def district_page(facts: Facts, lea_id: str) -> Page:
    """The page of one district: who leads, and what its leaders cost."""
    programs = facts.programs_of(lea_id)
    sections = [
        Section(
            "Who leads",
            (
                people.leaders_by_year(facts, lea_id),
                people.access(facts, lea_id),
                people.leaders_by_program(facts, lea_id),
                people.retention(facts, None, lea_id),
                people.span(facts, lea_id),
            ),
        )
    ]
    for program in programs:
        own: list[Planned | Missing] = [
            people.ladder(facts, program, lea_id),
            money.cost(facts, program, lea_id),
            money.funding(facts, program, lea_id),
        ]
        if facts.restricted:
            own.append(money.projection(facts, program, lea_id))
        sections.append(Section(program.title, tuple(own)))
    pay: list[Planned | Missing] = [money.compensation(facts, lea_id), money.cliff(facts, lea_id)]
    if facts.restricted:
        pay.append(money.pay_per_hour(facts, lea_id))
    sections.append(Section("Pay", tuple(pay)))
    sections.append(Section("The data", (quality.timeliness(facts, lea_id),)))
    return Page(
        f"district/{lea_id}.html",
        facts.districts[lea_id],
        f"District {lea_id}, up to {year_name(facts.latest)}.",
        _headline(facts, lea_id),
        tuple(sections),
        (("Programs of this district", tuple((p.title, f"program/{p.program_id}.html") for p in programs)),),
    )


def _largest(facts: Facts) -> list[Program]:
    """The programs with most people on rungs above no level, in the latest year; at least two rungs make a ladder."""
    held: dict[str, float] = {}
    for row in facts.rows("public_designation"):
        if row["school_year"] == facts.latest and row["level"] not in ("all", "none"):
            held[row["program_id"]] = held.get(row["program_id"], 0) + (persons_value(row) or 0)
    ladders = [program for program in facts.programs_of(None) if len(program.levels) > 1]
    return sorted(ladders, key=lambda program: -held.get(program.program_id, 0))[:LADDERS]


def _headline(facts: Facts, lea_id: str | None) -> tuple[tuple[str, str], ...]:
    said = []
    for name, measure in (("teachers", "teachers"), ("teacher leaders", "leaders")):
        row = facts.people(measure, lea_id, facts.latest)
        if row is not None:
            said.append((f"{name}, {year_name(facts.latest)}", persons_text(row)))
    said.append(("programs", str(len(facts.programs_of(lea_id)))))
    if lea_id is None:
        said.append(("districts", f"{len(facts.reported):,}"))
    return tuple(said)
