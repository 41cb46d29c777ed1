"""Which charts stand on which page, after the four answers that come first."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.school_year import year_name
from rung.report import (
    careers,
    ladder_charts,
    money_charts,
    outlook,
    pay_charts,
    people_charts,
    program_rules,
    quality,
    workforce,
)
from rung.report.cell_format import Table, persons_text
from rung.report.district_pages import brief_page, district_page, school_page
from rung.report.facts import Facts, Program
from rung.report.four_answers import answers
from rung.report.page import Page, Section
from rung.report.people_charts import holders_of
from rung.report.questions import question_titles

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
        Section(
            "money", "Money", (pay_charts.compensation(facts), pay_charts.pay_per_hour(facts), outlook.awards(facts))
        ),
        Section(
            "who-leads",
            "Who leads",
            (
                people_charts.holders_by_program(facts),
                workforce.coverage(facts),
                people_charts.access(facts),
                workforce.coverage_by_poverty(facts),
                *(ladder_charts.ladder(facts, each, named=True) for each in _largest(facts)),
            ),
        ),
        Section(
            "who-stays",
            "Do they stay",
            (
                people_charts.retention(facts),
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
            (
                people_charts.span(facts),
                workforce.staffing(facts),
                careers.ratings(facts),
                workforce.top_rated_reach(facts),
            ),
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
        links=(("All programs", programs), ("What words and rules mean", REFERENCES)),
        years=tuple(year_name(year) for year in facts.years),
    )


def sunset_page(facts: Facts) -> Page:
    """The calendar of money that ends."""
    figures = (money_charts.cliff(facts), outlook.awards(facts))
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
        Section(
            "people", "People", (ladder_charts.ladder(facts, program), people_charts.retention(facts, program), where)
        ),
        Section(
            "cost",
            "Cost and who pays",
            (
                money_charts.cost(facts, program),
                money_charts.funding(facts, program),
                money_charts.cliff(facts, None, program),
                money_charts.projection(facts, program),
                outlook.stress(facts, None, program),
                outlook.goals(facts, None, program),
            ),
        ),
    ]
    if tables := program_rules.program_tables(program):
        sections.append(Section("rules-of-it", "Rules", tables))
    return Page(
        f"program/{program.program_id}.html",
        "program",
        program.title,
        program.summary,
        tuple(sections),
        headline=tuple(headline),
    )


def _largest(facts: Facts) -> list[Program]:
    """The programs with most people on rungs above no level, in the latest year; at least two rungs make a ladder."""
    held: dict[str, float] = {}
    for row in facts.rows("public_designation"):
        if row["school_year"] == facts.latest and row["level"] not in ("all", "none"):
            held[row["program_id"]] = held.get(row["program_id"], 0) + float(row["persons"] or 0)
    many = [program for program in facts.programs_of(None) if len(program.levels) > 1]
    return sorted(many, key=lambda program: -held.get(program.program_id, 0))[:LADDERS]
