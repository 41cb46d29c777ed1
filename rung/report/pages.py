"""Which charts stand on which page, after the four answers that come first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.school_year import year_name
from rung.report import careers, ladders, money, outlook, peers, people, quality, rules, workforce
from rung.report.answers import Answer, answers
from rung.report.attention import Item, attention
from rung.report.facts import Facts, Program
from rung.report.people import holders_of
from rung.report.questions import question_titles
from rung.report.shown import Chart, Missing, Table, persons_text, readable

Link = tuple[str, str]
Shown = Chart | Missing | Table
LADDERS = 3
REFERENCES = (("Dictionary of tables and columns", "dictionary.html"), ("Rules that rows are asked", "rules.html"))
# Where each of docs/questions.md is answered on the state's page.
ANSWERED = (
    "schools-with-a-leader",
    "schools-with-a-leader-by-poverty",
    "survival",
    "students-of-top-rated",
    "leadership-staffing",
    "ratings",
    "pipeline",
    "unused",
    "stress-test",
    "sunset",
    "goals",
    "leaders-kept",
)


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


def pages(facts: Facts) -> Iterator[Page]:
    """Every page: the state, money that ends, each program, district with its brief, and, restricted, each school."""
    yield state_page(facts)
    yield sunset_page(facts)
    for program in facts.programs_of(None):
        yield program_page(facts, program)
    for lea_id in facts.reported:
        yield district_page(facts, lea_id)
        yield brief_page(facts, lea_id)
    if facts.restricted:
        names = careers.school_names(facts)
        frame = facts.frame("school_leadership")
        for school_id, lea_id in frame.select("school_id", "lea_id").unique(keep="last").sort("school_id").iter_rows():
            yield school_page(facts, school_id, names.get(school_id, school_id), lea_id)


def state_page(facts: Facts) -> Page:
    """The state's page: the four answers, then programs at risk, access, staying, supervision, pay, goals, data."""
    sections = (
        Section("programs", "Programs", (outlook.programs_at_risk(facts), outlook.stress(facts), outlook.goals(facts))),
        Section("money", "Money", (money.compensation(facts), money.pay_per_hour(facts), outlook.awards(facts))),
        Section(
            "who-leads",
            "Who leads",
            (
                people.holders_by_program(facts),
                workforce.coverage(facts),
                people.access(facts),
                workforce.coverage_by_poverty(facts),
                *(ladders.ladder(facts, each, named=True) for each in _largest(facts)),
            ),
        ),
        Section(
            "who-stays",
            "Do they stay",
            (
                people.retention(facts),
                workforce.like_for_like(facts),
                workforce.survival(facts),
                careers.schools_keep(facts),
                careers.pipeline(facts),
                careers.unused(facts),
            ),
        ),
        Section(
            "teaching",
            "Teaching and supervision",
            (people.span(facts), workforce.staffing(facts), careers.ratings(facts), workforce.top_rated_reach(facts)),
        ),
        Section("districts", "Districts", (outlook.districts(facts), quality.timeliness(facts))),
    )
    programs = tuple((program.title, f"program/{program.program_id}.html") for program in facts.programs_of(None))
    return Page(
        "index.html",
        "state",
        f"{facts.state}: teacher leadership",
        f"Who leads, what it costs, who pays, and whether it lasts, up to {year_name(facts.latest)}.",
        sections,
        answers=answers(facts),
        questions=tuple(zip(question_titles(), ANSWERED, strict=True)),
        links=(("Programs", programs), ("What words and rules mean", REFERENCES)),
        years=tuple(year_name(year) for year in facts.years),
    )


def sunset_page(facts: Facts) -> Page:
    """The calendar of money that ends."""
    figures = (money.cliff(facts), outlook.awards(facts))
    lead = "When the money under the programs ends, and when a vote can still replace it."
    return Page("sunset.html", "calendar", "Money that ends", lead, (Section("ends", "What ends", figures),))


def program_page(facts: Facts, program: Program) -> Page:
    """The page of one program: its ladder, its rules, who holds it, cost, who pays, what a shock does."""
    holders = holders_of(facts, program, None, facts.latest)
    adopting = [lea_id for lea_id in facts.reported if facts.rows("public_designation", lea_id, program.program_id)]
    by_district = []
    for lea_id in adopting:
        row = holders_of(facts, program, lea_id, facts.latest)
        name = (facts.districts[lea_id], f"district/{lea_id}.html")
        by_district.append((name, persons_text(row) if row else "–"))
    where = Table("where", f"Holders in {year_name(facts.latest)}, by district", ("district", "holders"), by_district)
    headline = [("districts", f"{len(adopting):,}")]
    headline += [(f"holders, {year_name(facts.latest)}", persons_text(holders))] if holders else []
    sections = [
        Section("people", "People", (ladders.ladder(facts, program), people.retention(facts, program), where)),
        Section(
            "cost",
            "Cost and who pays",
            (
                money.cost(facts, program),
                money.funding(facts, program),
                money.cliff(facts, None, program),
                money.projection(facts, program),
                outlook.stress(facts, None, program),
                outlook.goals(facts, None, program),
            ),
        ),
    ]
    if tables := rules.program_tables(program):
        sections.append(Section("rules-of-it", "Rules", tables))
    return Page(
        f"program/{program.program_id}.html",
        "program",
        program.title,
        program.summary,
        tuple(sections),
        headline=tuple(headline),
    )


def district_page(facts: Facts, lea_id: str) -> Page:
    """The page of one district: the answers, what to look at now, beside its peers, then program by program."""
    programs = facts.programs_of(lea_id)
    sections = [
        Section(
            "programs",
            "Programs and districts like it",
            (outlook.programs_at_risk(facts, lea_id), peers.beside_peers(facts, lea_id)),
        ),
        Section(
            "who-leads",
            "Who leads and who stays",
            (
                people.holders_by_program(facts, lea_id),
                people.access(facts, lea_id),
                workforce.coverage(facts, lea_id),
                people.retention(facts, None, lea_id),
                people.span(facts, lea_id),
                *((_own_charts(facts, lea_id)) if facts.restricted else ()),
            ),
        ),
        Section(
            "money",
            "Money",
            (
                money.compensation(facts, lea_id),
                outlook.awards(facts, lea_id, linked=False),
                *((money.pay_per_hour(facts, lea_id), outlook.stress(facts, lea_id)) if facts.restricted else ()),
            ),
        ),
    ]
    drawn: list[Shown] = [ladders.ladder(facts, program, lea_id, named=True) for program in programs]
    if facts.restricted:
        drawn += [money.projection(facts, program, lea_id) for program in programs]
    sections.append(
        Section("ladders", "Ladders" + (" and ten years of cost" if facts.restricted else ""), tuple(drawn))
    )
    if facts.restricted:
        sections.append(Section("findings-and-schools", "Findings and schools", _findings(facts, lea_id)))
    sections.append(Section("data", "The data", (quality.timeliness(facts, lea_id),)))
    return Page(
        f"district/{lea_id}.html",
        "district",
        facts.districts[lea_id],
        f"District {lea_id}, up to {year_name(facts.latest)}.",
        tuple(sections),
        answers=answers(facts, lea_id),
        items=tuple(attention(facts, lea_id)),
        links=(
            ("Two pages to print", (("Brief", f"district/{lea_id}-brief.html"),)),
            ("Programs of this district", tuple((p.title, f"program/{p.program_id}.html") for p in programs)),
        ),
        years=tuple(year_name(year) for year in facts.years),
    )


def _own_charts(facts: Facts, lea_id: str) -> tuple[Shown, ...]:
    return (
        workforce.like_for_like(facts, lea_id),
        workforce.survival(facts, lea_id),
        careers.schools_keep(facts, lea_id),
        workforce.staffing(facts, lea_id),
    )


def _findings(facts: Facts, lea_id: str) -> tuple[Shown, ...]:
    rows = [r for r in facts.extra("exceptions", lea_id) if r["school_year"] == facts.latest]
    lines = [
        (
            readable(r["kind"]),
            facts.programs[r["program_id"]].short if r["program_id"] in facts.programs else "–",
            r["school_id"] or "–",
            r["evidence"],
        )
        for r in sorted(rows, key=lambda r: r["exception_id"])
    ]
    title = f"Findings of {year_name(facts.latest)}: questions to ask, not errors"
    headers = ("finding", "program", "school", "evidence")
    return (Table("findings", title, headers, lines), careers.school_list(facts, lea_id))


def brief_page(facts: Facts, lea_id: str) -> Page:
    """Two pages to print for a superintendent."""
    return Page(
        f"district/{lea_id}-brief.html",
        "brief",
        f"{facts.districts[lea_id]}: brief",
        f"District {lea_id}, {year_name(facts.latest)}.",
        (
            Section("programs", "Programs", (outlook.programs_at_risk(facts, lea_id),)),
            Section("peers", "Districts like it", (peers.beside_peers(facts, lea_id),)),
        ),
        answers=answers(facts, lea_id),
        items=tuple(attention(facts, lea_id)[:6]),
    )


def school_page(facts: Facts, school_id: str, name: str, lea_id: str) -> Page:
    """Restricted: a principal's page (M35): leaders gained, kept and lost, what they do, span, roles vacant."""
    rows = facts.frame("school_leadership", lea_id)
    mine = [r for r in rows.sort("school_year").to_dicts() if r["school_id"] == school_id]
    last = mine[-1]
    done = f"{last['activity_done']:,} of {last['activity_due']:,}" if last["activity_due"] else "nothing due"
    span = f"{last['span_median']:.1f}" if last["span_median"] is not None else "–"
    headline = (
        (f"teachers who lead, {year_name(last['school_year'])}", f"{last['leaders']:,}"),
        ("roles vacant", f"{last['roles_vacant']:,}" if last["roles_vacant"] is not None else "–"),
        ("meetings, visits and trainings done", done),
        ("teachers an evaluator, median", span),
    )
    columns = ("leaders", "gained", "kept", "lost", "activity_done", "activity_due", "span_median", "roles_vacant")
    lines = [(year_name(r["school_year"]), *(f"{r[c]:,}" if r[c] is not None else "–" for c in columns)) for r in mine]
    table = Table("by-year", "Year by year", ("year", *(readable(c) for c in columns)), lines)
    figures = (careers.schools_keep(facts, lea_id, school_id), table)
    return Page(
        f"school/{school_id}.html",
        "school",
        name,
        f"School {school_id} of {facts.districts.get(lea_id, lea_id)}, up to {year_name(last['school_year'])}.",
        (Section("leaders", "Leaders", figures),),
        headline=headline,
        links=(("Its district", ((facts.districts.get(lea_id, lea_id), f"district/{lea_id}.html"),)),),
    )


def _largest(facts: Facts) -> list[Program]:
    """The programs with most people on rungs above no level, in the latest year; at least two rungs make a ladder."""
    held: dict[str, float] = {}
    for row in facts.rows("public_designation"):
        if row["school_year"] == facts.latest and row["level"] not in ("all", "none"):
            held[row["program_id"]] = held.get(row["program_id"], 0) + float(row["persons"] or 0)
    many = [program for program in facts.programs_of(None) if len(program.levels) > 1]
    return sorted(many, key=lambda program: -held.get(program.program_id, 0))[:LADDERS]
