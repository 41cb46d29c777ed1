"""Charts about people: the ladder, who leads, access by poverty, retention side by side, span of supervision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.facts import Facts, Program, Row
from rung.report.shown import Missing, added_up, percent, persons_text, persons_value

YEARS_SHOWN = 4
Planned = tuple[Any, str, str, tuple[str, ...], Sequence[tuple[str, ...]], str]
QUARTILES = {"1": "1 least poor", "2": "2", "3": "3", "4": "4 poorest"}
OUTCOMES = {
    "stay_school": "same school",
    "move_school": "other school",
    "move_lea": "other district",
    "leave_teaching": "left teaching",
    "leave": "left",
    "unknown": "not known yet",
}
MOVES = {
    "entered": "new on the ladder",
    "up": "up",
    "stayed": "stayed",
    "down": "down",
    "left": "left the ladder",
}
AS_IT_IS, WITHOUT = "as it is", "without leaders"
GROUPS = {"leaders": "teacher leaders", "others": "other teachers", "top_rated": "top-rated"}


def ladder(facts: Facts, program: Program, lea_id: str | None = None, *, named: bool = False) -> Planned | Missing:
    """People on each rung in the last years, and how many moved between rungs from one year to the next."""
    title = "People on each rung" if not named else f"{program.title}: people on each rung"
    held = [
        r for r in facts.rows("public_designation", lea_id, program.program_id) if r["level"] not in ("all", "none")
    ]
    years = sorted({r["school_year"] for r in held})[-YEARS_SHOWN:]
    held = [r for r in held if r["school_year"] in years and persons_text(r) != "0"]
    if not held:
        return Missing(title, "nobody has held a level in this program")
    rungs = [name for _, name, _ in reversed(program.levels)]
    present = [r for r in rungs if any(program.titles.get(h["level"]) == r for h in held)]
    nodes = [
        {
            "year": year_name(r["school_year"]),
            "rung": program.titles.get(r["level"], r["level"]),
            "value": persons_value(r) or 0.0,
            "text": persons_text(r) if persons_value(r) is not None else "hidden",
        }
        for r in held
    ]
    flows = [r for r in facts.rows("public_ladder_flow", lea_id, program.program_id) if r["school_year"] in years[1:]]
    # Of a district only what kind of move is told; of the state, from where to where.
    moved = [r for r in flows if r["from_level"] is not None and "none" not in (r["from_level"], r["to_level"])]
    kinds = [r for r in flows if r["from_level"] is None]
    edges = [_edge(r, program, rungs) for r in moved if persons_value(r)]
    table: list[tuple[str, ...]] = [
        (year_name(r["school_year"]), str(program.titles.get(r["level"], r["level"])), persons_text(r))
        for r in sorted(held, key=lambda r: (r["school_year"], r["level"]))
    ]
    table += [
        (
            year_name(r["school_year"]),
            f"{program.titles.get(r['from_level'], '?')} → {program.titles.get(r['to_level'], '?')}",
            persons_text(r),
        )
        for r in sorted(moved, key=lambda r: (r["school_year"], r["from_level"], r["to_level"]))
        if persons_text(r) != "0"
    ]
    table += [(year_name(r["school_year"]), MOVES[r["move"]], persons_text(r)) for r in kinds]
    last = [r for r in held if r["school_year"] == years[-1]]
    said = "; ".join(f"{program.titles.get(r['level'], r['level'])} {persons_text(r)}" for r in last)
    hidden = sum(1 for r in moved if persons_value(r) is None)
    note = "Green lines lead up, orange ones down; the wider, the more people."
    note += f" {hidden} flows are hidden or too few to be shown." if hidden else ""
    chart = charts.ladder(nodes, edges, [year_name(y) for y in years], present)
    return (
        chart,
        title,
        f"Ladder by year. In {year_name(years[-1])}: {said}.",
        ("year", "rung or move", "persons"),
        table,
        note,
    )


def _edge(row: Row, program: Program, rungs: Sequence[str]) -> Row:
    start, end = program.titles.get(row["from_level"], ""), program.titles.get(row["to_level"], "")
    rise = rungs.index(start) - rungs.index(end) if start in rungs and end in rungs else 0
    colour = theme.GREEN if rise > 0 else theme.ORANGE if rise < 0 else theme.GREY
    return {
        "year": year_name(row["school_year"] - 1),
        "to_year": year_name(row["school_year"]),
        "rung": start,
        "to_rung": end,
        "value": persons_value(row),
        "colour": colour,
    }


def leaders_of(facts: Facts, program: Program, lea_id: str | None, year: int) -> Row | None:
    """Holders of the program's levels of state tier 1 or more: added up, or the whole less all the others."""
    rows = [r for r in facts.rows("public_designation", lea_id, program.program_id) if r["school_year"] == year]
    rows = [r for r in rows if r.get("school_id") is None]
    leading = {level for level, _, tier in program.levels if tier >= 1}
    found = added_up([r for r in rows if r["level"] in leading], "persons")
    whole = next((r for r in rows if r["level"] == "all"), None)
    rest = added_up([r for r in rows if r["level"] not in leading | {"all"}], "persons")
    known = whole is not None and rest is not None and None not in (whole["persons"], rest["persons"])
    if found is not None and found["persons"] is None and whole and rest and known:
        return {**whole, "persons": whole["persons"] - rest["persons"]}
    return found


def leaders_by_program(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """Holders of leading levels of each program in the latest year."""
    title = f"Teacher leaders by program, {year_name(facts.latest)}"
    found = [(each.title, leaders_of(facts, each, lea_id, facts.latest)) for each in facts.programs_of(lea_id)]
    named = [(name, row) for name, row in found if row is not None]
    named = sorted(named, key=lambda each: (-(persons_value(each[1]) or -1), each[0]))
    shown = [(name, r) for name, r in named if persons_value(r)]
    hidden = sum(1 for _, r in named if persons_value(r) is None)
    if not shown:
        return Missing(title, _none_or_hidden(hidden, "no program has teacher leaders in this year"))
    bars = [{"label": _short(n), "value": persons_value(r) or 0, "text": persons_text(r)} for n, r in shown]
    known = [f"{name} {persons_text(r)}" for name, r in shown[:5]]
    note = "Leaders stand on state tier 1 or higher of a program that makes leaders."
    note += f" {hidden} programs are hidden to protect persons." if hidden else ""
    return (
        charts.bars(bars, [_short(name) for name, _ in shown], "persons"),
        title,
        f"Bars by program. Most: {'; '.join(known)}.",
        ("program", "teacher leaders"),
        [(name, persons_text(r)) for name, r in named],
        note,
    )


def access(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """Teacher leaders per 100 teachers in schools from the least poor to the poorest quarter."""
    title = f"Teacher leaders by school poverty, {year_name(facts.latest)}"
    rows = [r for r in facts.rows("public_access", lea_id) if r["school_year"] == facts.latest]
    by = {(r["measure"], r["poverty_quartile"]): r for r in rows}
    bars: list[Row] = []
    table: list[tuple[str, ...]] = []
    for quartile, name in QUARTILES.items():
        leaders, teachers = by.get(("leaders", quartile)), by.get(("teachers", quartile))
        if leaders is None or teachers is None:
            continue
        a, b = persons_value(leaders), persons_value(teachers)
        rate = 100 * a / b if a is not None and b else None
        table.append((name, persons_text(leaders), persons_text(teachers), f"{rate:.1f}" if rate is not None else "–"))
        if rate is not None:
            bars.append({"label": name, "value": rate, "text": f"{rate:.1f}"})
    if not bars:
        return Missing(title, "too few teachers in every quarter, or no school poverty on file")
    said = "; ".join(f"quarter {b['label']}: {b['text']}" for b in bars)
    return (
        charts.bars(bars, [b["label"] for b in bars], "leaders per 100 teachers", theme.GREEN),
        title,
        f"Leaders per 100 teachers by quarter of school poverty. {said}.",
        ("quarter of schools", "leaders", "teachers", "per 100"),
        table,
        "Quarters of the state's schools by share of pupils in poverty.",
    )


def retention(facts: Facts, program: Program | None = None, lea_id: str | None = None) -> Planned | Missing:
    """What became of leaders (of a program, or of any), other teachers and the top-rated a year later, side by side."""
    title = "Where they were a year later"
    rows = facts.retention_rows(program.program_id if program else None, lea_id)
    known = [r for r in rows if r["outcome"] not in ("unknown", "all") and persons_value(r)]
    if not known:
        return Missing(title, "no year has a following year on file, or the groups are too small to be shown")
    year = max(r["school_year"] for r in known)
    cells: list[Row] = []
    table: list[tuple[str, ...]] = []
    said = []
    for group, name in GROUPS.items():
        mine = {r["outcome"]: r for r in rows if r["group"] == group and r["school_year"] == year}
        table += [(name, OUTCOMES[o], persons_text(mine[o])) for o in OUTCOMES if o in mine and o != "unknown"]
        whole = persons_value(mine["all"]) if "all" in mine else None
        parts = {o: persons_value(mine[o]) for o in OUTCOMES if o in mine}
        seen = sum(value or 0 for value in parts.values())
        if not whole or not seen:
            continue
        cells += [{"label": name, "part": o, "value": value / max(whole, seen)} for o, value in parts.items() if value]
        if whole > seen:
            cells.append({"label": name, "part": "hidden", "value": (whole - seen) / whole})
        said.append(f"{name}: {percent(parts.get('stay_school'), whole)} in the same school")
    if not cells:
        return Missing(title, "the groups are too small to be shown")
    return (
        charts.shares(cells, theme.OUTCOMES, {**OUTCOMES, "hidden": "hidden"}, list(GROUPS.values())),
        title,
        f"After {year_name(year)}: {'; '.join(said)}.",
        ("group", "a year later", "persons"),
        table,
        f"Teachers of {year_name(year)}. Plain counts: groups differ in experience and school.",
    )


def span(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """Teachers per evaluator by year: as it is, and without the teacher leaders among the evaluators."""
    title = "Span of supervision: teachers per evaluator"
    rows = facts.rows("public_span", lea_id)
    by = {(r["school_year"], r["measure"]): r for r in rows if r.get("school_id") is None}
    points: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in sorted({year for year, _ in by}):
        teachers, evaluators = by.get((year, "teachers")), by.get((year, "evaluators"))
        if teachers is None or evaluators is None:
            continue
        a, b = persons_value(teachers), persons_value(evaluators)
        if a is None or not b:
            continue
        points.append({"x": year_name(year), "part": AS_IT_IS, "value": a / b})
        others = by.get((year, "evaluators_without_leaders"))
        without = persons_value(others) if others is not None else None
        if without:
            points.append({"x": year_name(year), "part": WITHOUT, "value": a / without})
        told = f"{a / without:.1f}" if without else persons_text(others) if others is not None else "–"
        table.append((year_name(year), persons_text(teachers), persons_text(evaluators), f"{a / b:.1f}", told))
    if not points:
        return Missing(title, "no evaluator of a teacher is on file, or the numbers are hidden")
    both = any(point["part"] == WITHOUT for point in points)
    note = "" if both else " What it would be without teacher leaders is hidden, or none of them evaluates."
    return (
        charts.lines(
            points, {AS_IT_IS: theme.BLUE} | ({WITHOUT: theme.ORANGE} if both else {}), "teachers per evaluator"
        ),
        title,
        f"Line by year. {table[-1][0]}: {table[-1][3]} teachers per evaluator; without leaders: {table[-1][4]}.",
        ("year", "teachers", "evaluators", "teachers per evaluator", "without teacher leaders"),
        table,
        f"A span of 3 to 8 is what the programs aim at.{note}",
    )


def leaders_by_year(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """Share of teachers who lead, by year."""
    title = "Teachers who lead, by year"
    points: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in sorted({r["school_year"] for r in facts.rows("public_access", lea_id)}):
        leaders, teachers = (facts.people(measure, lea_id, year) for measure in ("leaders", "teachers"))
        if leaders is None or teachers is None:
            continue
        a, b = persons_value(leaders), persons_value(teachers)
        table.append((year_name(year), persons_text(leaders), persons_text(teachers), percent(a, b)))
        if a is not None and b:
            points.append({"x": year_name(year), "part": "lead", "value": a / b})
    if not points:
        return Missing(title, "the numbers are hidden to protect persons")
    return (
        charts.lines(points, {"lead": theme.GREEN}, "share of teachers", "%"),
        title,
        f"Line by year: {table[0][3]} of teachers lead in {table[0][0]}, {table[-1][3]} in {table[-1][0]}.",
        ("year", "leaders", "teachers", "share"),
        table,
        "A person who leads in two programs counts once.",
    )


def _none_or_hidden(hidden: int, otherwise: str) -> str:
    programs = "one program are" if hidden == 1 else f"{hidden} programs are"
    return f"the numbers of {programs} hidden to protect persons" if hidden else otherwise


def _short(title: str) -> str:
    """A program's title without what stands in brackets, at most 34 characters."""
    name = title.split(" (")[0]
    return name if len(name) <= 34 else name[:33] + "…"
