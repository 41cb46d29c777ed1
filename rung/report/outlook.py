"""Which programs are at risk: the ranking of programs, the stress test, awards that end, goals; most restricted."""

from __future__ import annotations

from collections import Counter, defaultdict

import polars as pl

from contracts.school_year import year_name
from contracts.vocabulary import GRADES, SHOCKS, SOFT_STREAMS
from rung.report import charts, money_charts, theme
from rung.report.cell_format import (
    Cell,
    Chart,
    Missing,
    Table,
    dollars,
    in_restricted,
    money_text,
    money_value,
    percent,
    persons_text,
    plural,
    readable,
    short_dollars,
)
from rung.report.facts import Facts, Program, Row
from rung.report.people_charts import holders_of

GOALS = {
    "coverage.coverage": "schools with a teacher who leads",
    "program_comparison.share_of_teachers": "share of teachers",
    "program_comparison.stability": "holders who still hold a year later",
    "sustainability.program_cost": "program cost",
    "sustainability.cost_per_leader": "cost per leader",
    "sustainability.recurring_coverage": "cost covered by revenue that recurs",
    "unused_designation.share": "designees without a role",
    "unused_designation.share_without_role": "certificates without a role",
}
SHOCK_NAMES = {
    "grant_ends": "the grant ends",
    "cola_rises": "pay rises 3 points more",
    "attrition_falls": "a quarter fewer leave",
    "enrolment_falls": "8 % fewer pupils",
    "appropriation_falls": "10 % less from the state",
    "all": "all at once",
}


def worst_grades(facts: Facts, lea_id: str | None = None) -> dict[str, str]:
    """Restricted: each program's worst grade under any single shock, over its districts."""
    graded = facts.extra("stress", lea_id)
    found: dict[str, str] = {}
    for row in graded:
        if row["grade"] is not None and row["shock"] != "all":
            found[row["program_id"]] = max(found.get(row["program_id"], "A"), row["grade"])
    return found


def soft_share(facts: Facts, program: Program, lea_id: str | None = None) -> tuple[float, str] | None:
    """Share of a program's latest cost on streams that end, and its text; None where the cost is hidden or nothing."""
    whole = money_value(facts.costs(lea_id, facts.latest).get(program.program_id))
    cells = money_charts.divided(facts, "stream", lea_id, program)
    now = [cell for cell in cells if cell["year"] == facts.latest]
    soft = float(sum(cell["value"] for cell in now if cell["part"] in SOFT_STREAMS))
    if not whole:
        return None
    veiled = any(cell["part"] == "hidden" for cell in now)
    if veiled and not soft:
        return 0.0, "hidden to protect persons"
    return soft / whole, percent(soft, whole) + (" or more" if veiled else "")


def programs_at_risk(facts: Facts, lea_id: str | None = None) -> Table:
    """Programs, those most at risk first: by stress grade where it is known, then by the share of money that ends."""
    grades = worst_grades(facts, lea_id)
    rows = []
    for program in facts.programs_of(lea_id):
        cost = facts.costs(lea_id, facts.latest).get(program.program_id)
        holders = holders_of(facts, program, lea_id, facts.latest)
        share = soft_share(facts, program, lea_id)
        ends = money_charts.ending(facts, lea_id, program)
        grade = grades.get(program.program_id, "")
        risk = (grade, share[0] if share else 0, money_value(cost) or 0)
        line: list[Cell] = [
            (program.title, f"program/{program.program_id}.html"),
            persons_text(holders) if holders else "–" if any(tier for *_, tier in program.levels) else "0",
            money_text(cost) if cost else "not configured",
            share[1] if share else "–",
            f"{ends.least}{short_dollars(sum(ends.gone.values()))} from {year_name(min(ends.gone))}"
            if ends.gone
            else "with other programs"
            if ends.shared
            else "–",
        ]
        rows.append((risk, (*line, grade or "–") if facts.restricted else tuple(line)))
    rows.sort(key=lambda each: each[0], reverse=True)
    headers = ["program", "holders", "cost", "on money that ends", "a year that ends"]
    note = "Holders: at a level of state tier 1 or more. A dash: hidden to protect persons, or nothing on file."
    if facts.restricted:
        headers.append("worst stress grade")
        note += " An award that pays several programs is in the column of dollars a year that ends of none."
        note += " Grade: the worst under any one shock, in any district; F breaks this year."
    return Table(
        "programs-at-risk",
        f"Programs in {year_name(facts.latest)}, those most at risk first",
        tuple(headers),
        [line for _, line in rows],
        note,
    )


def stress(facts: Facts, lea_id: str | None = None, program: Program | None = None) -> Chart | Missing:
    """Restricted: grades of the stress test by shock, counted over programs and districts."""
    key, name = "stress-test", "The stress test"
    if not facts.restricted:
        return in_restricted(key, name)
    rows = facts.extra("stress", lea_id, program.program_id if program else None)
    if not rows:
        return Missing(key, name, "no program is at work in the latest year")
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row["shock"]][row["grade"] or "not known"] += 1
    cells = [
        {"label": SHOCK_NAMES[shock], "part": grade, "value": n / counts.total()}
        for shock, counts in counted.items()
        for grade, n in counts.items()
    ]
    ending = counted["grant_ends"]
    broken = sum(ending[grade] for grade in ("D", "F"))
    table = [
        (
            facts.districts.get(r["lea_id"], r["lea_id"]),
            facts.programs[r["program_id"]].short if r["program_id"] in facts.programs else r["program_id"],
            SHOCK_NAMES[r["shock"]],
            r["grade"] or "–",
            r["reason"],
        )
        for r in sorted(
            rows, key=lambda r: (-_rank(r["grade"]), SHOCKS.index(r["shock"]), r["lea_id"], r["program_id"])
        )
    ]
    return Chart(
        key,
        f"{broken} of {ending.total()} would break within two years if the grant ended",
        "Grades by shock, share of programs in districts",
        charts.shares(
            cells,
            theme.GRADES,
            dict.fromkeys(theme.GRADES, "") | {g: g for g in theme.GRADES},
            [SHOCK_NAMES[s] for s in SHOCKS],
        ),
        f"Bars of grades by shock. If the grant ends, {broken} of {ending.total()} get D or F.",
        ("district", "program", "shock", "grade", "why"),
        table,
        ("stress",),
        "A: never broken in ten years; F: broken in the first. Shocks are of today's cost and money.",
    )


def _rank(grade: str | None) -> int:
    return GRADES.index(grade) if grade else -1


def awards(facts: Facts, lea_id: str | None = None, *, linked: bool = True) -> Table | Missing:
    """Awards that end, the nearest vote first; public: amounts by program and first year without."""
    key, name = "sunset", "Money that ends, the nearest first"
    if facts.restricted:
        frame = facts.frame("sunset", lea_id)
        if frame.is_empty():
            return Missing(key, name, "no award that ends pays a program")
        lines: list[tuple[Cell, ...]] = [
            (
                _district(facts, row["lea_id"], linked),
                row["award_id"],
                _paid(facts, row),
                row["last_budget_vote"].isoformat() if row["last_budget_vote"] else "no end on file",
                row["award_end"].isoformat() if row["award_end"] else "–",
                dollars(row["recurring_amount"]),
                f"{row['persons']:,}" if row["persons"] is not None else "–",
            )
            for row in frame.sort("last_budget_vote", "lea_id", "award_id", nulls_last=True).to_dicts()
        ]
        columns = ("district", "award", "program", "last budget vote", "award ends", "dollars a year", "persons paid")
        return Table(key, name, columns, lines, "The last vote that can still replace the money without a gap.")
    found: list[tuple[int, str, str, tuple[Cell, ...]]] = []
    for lea, district in facts.reported.items():
        if lea_id not in (None, lea):
            continue
        for row in facts.rows("public_money", lea):
            if row["dimension"] == "ends" and row["part"].isdigit() and row["amount"] != 0:
                program = (
                    facts.programs[row["program_id"]].short
                    if row["program_id"] in facts.programs
                    else row["program_id"]
                )
                line = (_district(facts, lea, linked), program, year_name(int(row["part"])), money_text(row))
                found.append((int(row["part"]), district, program, line))
    if not found:
        return Missing(key, name, "no program pay stands on money with an end on file")
    headers = ("district", "program", "first year without", "dollars a year")
    return Table(key, name, headers, [each[-1] for each in sorted(found, key=lambda each: each[:3])])


def _paid(facts: Facts, row: Row) -> str:
    """The program that an award pays most, and how many others it pays."""
    program = facts.programs.get(row["program_id"])
    others = (row["programs"] or 1) - 1
    return (program.short if program else row["program_id"] or "–") + (f" and {others} more" if others > 0 else "")


def _district(facts: Facts, lea_id: str, linked: bool) -> str | tuple[str, str]:
    name = facts.districts.get(lea_id, lea_id)
    return (name, f"district/{lea_id}.html") if linked and lea_id in facts.reported else name


def goals(facts: Facts, lea_id: str | None = None, program: Program | None = None) -> Table | Missing:
    """Restricted: goals in the year by which they were promised, or the latest year before it."""
    key, name = "goals", "Goals promised and reached"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = facts.frame("goal_progress", lea_id, program.program_id if program else None)
    if frame.is_empty():
        return Missing(key, name, "no goal is on file (`program_goals`)")
    by = ["lea_id", "program_id", "measure", "by_year"]
    last = frame.filter(pl.col("school_year") <= pl.col("by_year")).sort(*by, "school_year")
    rows = last.group_by(by, maintain_order=True).last().sort(by).to_dicts()
    lines = [
        (
            _district(facts, row["lea_id"], True),
            facts.programs[row["program_id"]].short if row["program_id"] in facts.programs else row["program_id"],
            GOALS.get(row["measure"]) or readable(row["measure"].partition(".")[2]),
            _measured(row["measure"], row["baseline"]) if row["baseline"] is not None else "–",
            f"{_measured(row['measure'], row['target'])} by {year_name(row['by_year'])}",
            f"{_measured(row['measure'], row['actual'])} in {year_name(row['school_year'])}"
            if row["actual"] is not None
            else "not known",
            _yes(row["reached"]),
            _yes(row["declared_before_start"]),
        )
        for row in rows
    ]
    reached = sum(1 for row in rows if row["reached"])
    early = sum(1 for row in rows if row["declared_before_start"])
    title = f"{reached} of {plural(len(rows), 'goal')} reached; {early} declared before the program began"
    headers = ("district", "program", "measure", "baseline", "target", "actual", "reached", "declared before start")
    return Table(key, title, headers, lines)


def _measured(measure: str, value: float) -> str:
    """A value of a goal's measure in its unit: dollars, persons or a share."""
    if "cost" in measure:
        return dollars(value)
    return f"{value:,.0f}" if measure.endswith(("leaders", "designees")) else percent(value, 1)


def _yes(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "no"


def districts(facts: Facts) -> Table:
    """Every district beside the others; the page lets the reader sort by any column."""
    lines = []
    for lea_id, name in facts.reported.items():
        teachers, leaders = (facts.people(measure, lea_id, facts.latest) for measure in ("teachers", "leaders"))
        cost = facts.cost(lea_id, facts.latest)
        a = leaders["persons"] if leaders else None
        b = teachers["persons"] if teachers else None
        found = money_charts.ending(facts, lea_id)
        ends = f"{found.least}{dollars(sum(found.gone.values()))}" if found.gone else "–"
        each = f"{'at least ' if cost.hidden else ''}{dollars(cost.value / a)}" if cost and a else "–"
        lines.append(
            (
                (name, f"district/{lea_id}.html"),
                persons_text(teachers) if teachers else "–",
                persons_text(leaders) if leaders else "–",
                percent(a, b),
                cost.text("$") if cost else "–",
                each,
                ends,
            )
        )
    headers = (
        "district",
        "teachers",
        "teachers who lead",
        "share",
        "cost of programs",
        "cost a leader",
        "a year that ends",
    )
    return Table("districts-compared", f"Districts in {year_name(facts.latest)}", headers, lines, _COMPARED)


_COMPARED = "A dash: nothing on file, or hidden to protect persons. At least: a part of it is hidden."
