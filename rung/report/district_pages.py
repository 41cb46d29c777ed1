"""The pages of one district: all of it, two pages to print, and, restricted, each of its schools."""

from __future__ import annotations

from contracts.school_year import year_name
from rung.report import (
    careers,
    ladder_charts,
    money_charts,
    outlook,
    pay_charts,
    peers,
    people_charts,
    quality,
    workforce,
)
from rung.report.attention import attention
from rung.report.cell_format import Table, readable
from rung.report.facts import Facts
from rung.report.four_answers import answers
from rung.report.page import Page, Section, Shown


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
                people_charts.holders_by_program(facts, lea_id),
                people_charts.access(facts, lea_id),
                workforce.coverage(facts, lea_id),
                people_charts.retention(facts, None, lea_id),
                people_charts.span(facts, lea_id),
                *((_own_charts(facts, lea_id)) if facts.restricted else ()),
            ),
        ),
        Section(
            "money",
            "Money",
            (
                pay_charts.compensation(facts, lea_id),
                outlook.awards(facts, lea_id, linked=False),
                *((pay_charts.pay_per_hour(facts, lea_id), outlook.stress(facts, lea_id)) if facts.restricted else ()),
            ),
        ),
    ]
    drawn: list[Shown] = [ladder_charts.ladder(facts, program, lea_id, named=True) for program in programs]
    if facts.restricted:
        drawn += [money_charts.projection(facts, program, lea_id) for program in programs]
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
